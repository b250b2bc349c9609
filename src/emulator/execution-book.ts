import { type Outcome, lostOutcome } from './engine.js';
import type { Execution } from './execution.js';
import type { ExecutionRequest } from './execution-request.js';
import { invalidRequest } from './service-failure.js';
import type { Session } from './session.js';

// Whoever polls does so soon; what is large is kept for less long.
const KEPT_PER_SESSION = 200;
const KEPT_CHARACTERS = 32 * 1024 * 1024;

/** The executions of the sessions, as long as these live; of each the latest. */
export interface ExecutionBook {
  /** Has the code run, once. `done` rejects if there was no interpreter to run it. */
  start(session: Session, request: ExecutionRequest, id: string): { execution: Execution; done: Promise<Execution> };
  get(session: Session, id: string): Execution | undefined;
}

export function createExecutionBook(): ExecutionBook {
  const books = new WeakMap<Session, Map<string, Execution>>();
  const bookOf = (session: Session): Map<string, Execution> => {
    const book = books.get(session) ?? new Map<string, Execution>();
    books.set(session, book);
    return book;
  };
  return {
    get: (session, id) => bookOf(session).get(id),
    start: (session, request, id) => {
      const book = bookOf(session);
      if (book.has(id)) throw invalidRequest('The operation-id was used before in this session.');
      const execution: Execution = { id, identifier: session.identifier, request, allocationMs: 0 };
      const finish = (allocationMs: number, outcome: Outcome): Execution => {
        const finished = { ...execution, allocationMs, outcome };
        book.set(id, finished);
        forgetOldest(book);
        return finished;
      };
      book.set(id, execution);
      const done = run(session, request).then(
        ({ allocationMs, outcome }) => finish(allocationMs, outcome),
        (error: unknown) => {
          finish(0, notStarted(error));
          throw error;
        },
      );
      return { execution, done };
    },
  };
}

async function run(session: Session, request: ExecutionRequest): Promise<{ allocationMs: number; outcome: Outcome }> {
  let allocationMs = 0;
  const { timeoutMs, maxOutput, args, stdin } = request;
  // A limit in bytes is none too low in characters.
  const options = {
    timeoutMs,
    maxOutputCharacters: maxOutput,
    ...(args && { args }),
    ...(stdin !== undefined && { stdin }),
  };
  const outcome = await session.run(request.code, options, (milliseconds) => {
    allocationMs = milliseconds;
  });
  return { allocationMs, outcome };
}

function notStarted(error: unknown): Outcome {
  return { ...lostOutcome('died', 0), stderr: error instanceof Error ? `${error.message}\n` : '' };
}

// The latest one is kept, whatever its size.
function forgetOldest(book: Map<string, Execution>): void {
  let characters = [...book.values()].reduce((total, { outcome }) => total + sizeOf(outcome), 0);
  for (const [id, { outcome }] of [...book].slice(0, -1)) {
    if (book.size <= KEPT_PER_SESSION && characters <= KEPT_CHARACTERS) return;
    if (outcome && book.delete(id)) characters -= sizeOf(outcome);
  }
}

function sizeOf(outcome: Outcome | undefined): number {
  if (!outcome) return 0;
  const { value, stdout, stderr, error } = outcome;
  const shown = value.type === 'image' ? value.base64 : 'text' in value ? value.text : '';
  return stdout.length + stderr.length + shown.length + (error?.traceback.length ?? 0);
}
