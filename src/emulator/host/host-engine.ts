import { type Engine, type EngineLimits, type Interpreter, InterpreterStartError } from '../engine.js';
import { removeControlGroup } from '../control-group.mjs';
import type { ProcessGuard } from '../process-guard.js';
import { HostInterpreter } from './host-interpreter.js';
import type { HostProgram } from './host-program.js';
import { describeIsolation, type Isolation } from './isolation.js';
import { createSessionWatch, measureData } from './session-watch.js';

/** What a `HostEngine` is made of. */
export interface HostEngineParts {
  readonly program: HostProgram;
  readonly isolation: Isolation;
  readonly guard: ProcessGuard;
}

/** Programs of this machine, a process per session, in a sandbox of the kernel's unless that was declined by name. */
export class HostEngine implements Engine {
  readonly description: string;
  readonly isolation: string;
  readonly runtime: Engine['runtime'];
  readonly packages: NonNullable<Engine['packages']>;
  readonly #parts: HostEngineParts;
  readonly #living = new Set<HostInterpreter>();
  readonly #watch = createSessionWatch(this.#living);
  readonly #removals = new Set<Promise<void>>();
  #closed = false;

  constructor(parts: HostEngineParts) {
    this.#parts = parts;
    const { program, isolation } = parts;
    this.description = program.description;
    this.runtime = program.runtime;
    this.packages = program.packages ?? [];
    this.isolation = describeIsolation(isolation);
  }

  async start(directory: string, limits: EngineLimits): Promise<Interpreter> {
    const { program, isolation } = this.#parts;
    const dataAtStart = await measureData(directory);
    if (this.#closed) throw new InterpreterStartError('the emulator has stopped');
    const interpreter = new HostInterpreter({ program, isolation, directory, limits }, dataAtStart);
    this.#keep(interpreter, limits);
    await interpreter.ready;
    return interpreter;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await Promise.all([...this.#living].map((interpreter) => interpreter.kill()));
    await Promise.all(this.#removals);
  }

  #keep(interpreter: HostInterpreter, limits: EngineLimits): void {
    this.#living.add(interpreter);
    this.#watch.start(limits);
    const release = this.#parts.guard.watch(interpreter.groupId, interpreter.controlGroup);
    void interpreter.ended.then(() => {
      release();
      this.#living.delete(interpreter);
      if (interpreter.controlGroup !== undefined) this.#remove(interpreter.controlGroup);
    });
  }

  #remove(controlGroup: string): void {
    const removal = removeGroup(controlGroup).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }
}

async function removeGroup(folder: string): Promise<void> {
  if (await removeControlGroup(folder)) return;
  process.emitWarning(
    `Processes of a session could not be ended, nor their control group be removed: ${folder}`,
    'EmulatorWarning',
  );
}
