import type { Engine } from '../engine.js';
import type { ProcessGuard } from '../process-guard.js';
import { findBash } from './bash-program.js';
import { HostEngine } from './host-engine.js';
import type { HostProgram } from './host-program.js';
import { findIsolation } from './isolation.js';
import { findNode } from './node-program.js';
import { findPython } from './python-program.js';

/** Which of this machine's programs is to run the code, and behind what. */
export interface HostEngineChoice {
  readonly type: 'python' | 'node' | 'bash';
  readonly isolate: 'auto' | 'bwrap' | 'none';
  /** @default what `python3` is on the path */
  readonly pythonPath: string | undefined;
}

/** Throws `invalid_options` if the program is missing, or the isolation that was asked for. */
export async function findHostEngine(choice: HostEngineChoice, guard: ProcessGuard): Promise<Engine> {
  const isolation = await findIsolation(choice.isolate, RUNS[choice.type]);
  return new HostEngine({ program: await findProgram(choice), isolation, guard });
}

const RUNS = {
  python: "the engine 'python'",
  node: "a pool of the kind 'NodeLTS'",
  bash: "a pool of the kind 'Shell'",
} as const;

function findProgram({ type, pythonPath }: HostEngineChoice): HostProgram | Promise<HostProgram> {
  switch (type) {
    case 'python':
      return findPython(pythonPath);
    case 'node':
      return findNode();
    case 'bash':
      return findBash();
    default:
      return type satisfies never;
  }
}
