/** The service ends every run at this, whatever it was asked for. */
const LONGEST_RUN_IN_SECONDS = 220;

const TIMEOUT = /request timed out waiting for code execution to complete\.?$/i;
const ABORT = /execution aborted\.?$/i;

const ABORTED =
  'The service ended the interpreter, most likely because memory ran out. Variables and imports are lost, files in ' +
  '/mnt/data are kept. Work on less data at a time.';

/** Why the service itself ended a run. */
export interface ServiceEnding {
  readonly name: string;
  readonly message: string;
  /** Whether the line says nothing else. If it does, the code printed a line that it did not end, or the words are its own. */
  readonly isWholeLine: boolean;
}

/** Undefined unless a line ends with one of the texts with which the service itself ends a run. */
export function readServiceEnding(line: string, timeoutInSeconds?: number): ServiceEnding | undefined {
  const text = line.trim();
  const timeout = TIMEOUT.exec(text);
  if (timeout)
    return { name: 'TimeoutError', message: timeoutMessage(timeoutInSeconds), isWholeLine: timeout.index === 0 };
  const abort = ABORT.exec(text);
  return abort ? { name: 'ExecutionAborted', message: ABORTED, isWholeLine: abort.index === 0 } : undefined;
}

function timeoutMessage(timeoutInSeconds: number | undefined): string {
  if (timeoutInSeconds !== undefined && timeoutInSeconds >= LONGEST_RUN_IN_SECONDS) {
    return `The code ran longer than ${LONGEST_RUN_IN_SECONDS} s, the most that the service allows. Split the work into shorter runs.`;
  }
  const allowed = timeoutInSeconds === undefined ? 'it was allowed' : `the ${timeoutInSeconds} s it was allowed`;
  return `The code ran longer than ${allowed}. Split the work into shorter runs, or raise \`timeoutInSeconds\` (${LONGEST_RUN_IN_SECONDS} at most).`;
}
