import {
  type CellValue,
  type Engine,
  type Interpreter,
  InterpreterStartError,
  lostOutcome,
  type Outcome,
  type RunOptions,
} from './engine.js';
import { isRecord } from '../is-record.js';
import { jsonText } from './json-text.js';
import { cutText } from './output-collector.js';

/** What a scripted cell does, in place of Python. */
export interface ScriptedOutcome {
  /** The last expression: JSON scalars stay what they are, anything else is shown as JSON text. */
  readonly value?: unknown;
  readonly stdout?: string;
  readonly stderr?: string;
  /** The cell fails with this. */
  readonly error?: { readonly name: string; readonly message: string; readonly traceback?: string };
  /** The cell takes longer than its limit, or takes the interpreter down with it. */
  readonly fate?: 'timeout' | 'died';
}

/** Plays the interpreter: is given the code and the folder that is /mnt/data, and says what came of it. */
export type CellScript = (
  code: string,
  session: { readonly directory: string },
) => ScriptedOutcome | Promise<ScriptedOutcome>;

/** No Python at all: for tests that need answers, not an interpreter. */
export class ScriptedEngine implements Engine {
  readonly description = 'scripted';
  readonly isolation = 'none needed: no code runs';
  readonly runtime = { name: 'scripted', version: '0' };
  readonly #script: CellScript;
  #closed = false;

  constructor(script: CellScript) {
    this.#script = script;
  }

  start(directory: string): Promise<Interpreter> {
    if (this.#closed) return Promise.reject(new InterpreterStartError('the emulator has stopped'));
    return Promise.resolve(new ScriptedInterpreter(this.#script, directory));
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}

class ScriptedInterpreter implements Interpreter {
  alive = true;
  readonly #script: CellScript;
  readonly #directory: string;
  #runs = 0;
  #abandon: () => void = () => undefined;

  constructor(script: CellScript, directory: string) {
    this.#script = script;
    this.#directory = directory;
  }

  async run(code: string, options: RunOptions): Promise<Outcome> {
    this.#runs += 1;
    const startedAt = performance.now();
    const elapsed = (): number => Math.round(performance.now() - startedAt);
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<ScriptedOutcome>((resolve) => {
      timer = setTimeout(() => resolve({ fate: 'timeout' }), options.timeoutMs);
    });
    const killed = new Promise<ScriptedOutcome>((resolve) => {
      this.#abandon = () => resolve({ fate: 'died' });
    });
    try {
      const played = await Promise.race([this.#play(code), tooLong, killed]);
      if (played.fate === 'died') this.alive = false;
      return outcomeOf(played, options.maxOutputCharacters, elapsed());
    } catch (error) {
      return outcomeOf(scriptError(error), options.maxOutputCharacters, elapsed());
    } finally {
      clearTimeout(timer);
    }
  }

  kill(): Promise<void> {
    this.alive = false;
    this.#abandon();
    return Promise.resolve();
  }

  stats(): { readonly runs: number } {
    return { runs: this.#runs };
  }

  async #play(code: string): Promise<ScriptedOutcome> {
    const played: unknown = await this.#script(code, { directory: this.#directory });
    if (isOutcome(played)) return played;
    throw new TypeError(
      'The script gave no outcome: an object, in which `stdout` and `stderr` are texts, `error` has a `name` and a `message`, ' +
        "and `fate` is 'timeout' or 'died'.",
    );
  }
}

// A script that throws, or gives something else, is a cell that fails, with the test's own words.
function scriptError(error: unknown): ScriptedOutcome {
  return { error: { name: 'ScriptError', message: error instanceof Error ? error.message : String(error) } };
}

function isOutcome(played: unknown): played is ScriptedOutcome {
  if (!isRecord(played)) return false;
  const { stdout, stderr, error, fate } = played;
  const isFate = fate === undefined || fate === 'timeout' || fate === 'died';
  return isFate && [stdout, stderr].every(isTextOrAbsent) && (error === undefined || isError(error));
}

function isError(error: unknown): boolean {
  if (!isRecord(error)) return false;
  const { name, message, traceback } = error;
  return typeof name === 'string' && typeof message === 'string' && isTextOrAbsent(traceback);
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function outcomeOf(played: ScriptedOutcome, maxCharacters: number, ms: number): Outcome {
  const { stdout = '', stderr = '', error, fate } = played;
  const output = { stdout: cutText(stdout, maxCharacters), stderr: cutText(stderr, maxCharacters) };
  const cut = output.stdout !== stdout || output.stderr !== stderr;
  if (fate) return { ...lostOutcome('died', ms), ...output, status: fate, cut };
  const value = valueOf(played.value);
  if (!error) return { status: 'ok', value, ...output, cut, ms };
  const traceback = error.traceback ?? `${error.name}: ${error.message}\n`;
  return { status: 'error', value, error: { ...error, traceback }, ...output, cut, ms };
}

function valueOf(value: unknown): CellValue {
  if (value === undefined || value === null) return { type: 'none' };
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { type: 'scalar', value, text: typeof value === 'string' ? `'${value}'` : String(value) };
  }
  const text = jsonText(value);
  if (text === undefined) throw new TypeError('The script gave a `value` that cannot be written as JSON.');
  return { type: 'text', text };
}
