import { expect } from 'chai';
import { type Engine, type Interpreter, InterpreterStartError } from '../../src/emulator/engine.js';
import { createInterpreterSupply, type InterpreterSupply } from '../../src/emulator/interpreter-supply.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const interpreter: Interpreter = {
  alive: true,
  run: () => Promise.reject(new Error('not asked for')),
  kill: () => Promise.resolve(),
  stats: () => ({ runs: 0 }),
};

describe('createInterpreterSupply', () => {
  let supply: InterpreterSupply;
  let starts: { directory: string; ready: () => void; fail: () => void }[];
  let removed: string[];
  let isFull: boolean;
  let thrown: unknown[];
  beforeEach(() => {
    starts = [];
    removed = [];
    isFull = false;
    thrown = [];
    let folders = 0;
    const engine: Engine = {
      description: 'by hand',
      isolation: 'none',
      runtime: { name: 'none', version: '0' },
      start: (directory) =>
        new Promise((resolve, reject) => {
          const fail = (): void => reject(new InterpreterStartError('it did not like to'));
          starts.push({ directory, ready: () => resolve(interpreter), fail });
        }),
      close: () => Promise.resolve(),
    };
    supply = createInterpreterSupply({
      engine,
      limits: { memoryMb: 1, maxDataBytes: 1, maxDataFiles: 1 },
      workspaces: {
        root: '/',
        temporary: true,
        create: () => {
          if (isFull) throw new Error('no space left');
          return `folder-${++folders}`;
        },
        remove: (directory) => Promise.resolve(void removed.push(directory)),
      },
      warm: 1,
      later: (task) => {
        try {
          task();
        } catch (error) {
          // It is run by a timer: what it throws would end the program.
          thrown.push(error);
        }
      },
    });
  });

  it('is warm when the one in reserve is ready, gives that one away, and makes the next only then', async () => {
    supply.warmUp();
    expect([starts.length, supply.isWarm()]).to.deep.equal([1, false]);
    const place = supply.take();
    expect(place.directory).to.equal('folder-1');
    expect(starts).to.have.length(1);
    starts[0]?.ready();
    expect(await place.interpreter).to.equal(interpreter);
    await turn();
    expect([starts.length, supply.isWarm()]).to.deep.equal([2, false]);
    starts[1]?.ready();
    await turn();
    expect(supply.isWarm()).to.equal(true);
  });

  it('tells of a start that failed whoever gets that place', async () => {
    supply.warmUp();
    starts[0]?.fail();
    await turn();
    expect(supply.isWarm()).to.equal(false);
    const { interpreter: failed } = supply.take();
    expect(await rejectionOf(failed ?? Promise.resolve())).to.have.property('name', 'InterpreterStartError');
  });

  it('gives a folder without an interpreter where none waits', () => {
    expect(supply.take()).to.deep.equal({ directory: 'folder-1' });
    expect(starts).to.deep.equal([]);
  });

  it('is not warm, and goes on, when there is no folder to be had for the reserve', async () => {
    supply.warmUp();
    supply.take();
    isFull = true;
    starts[0]?.ready();
    await turn();
    expect([starts.length, supply.isWarm(), thrown]).to.deep.equal([1, false, []]);
    const started = supply.start('folder-1');
    starts[1]?.ready();
    expect(await started).to.equal(interpreter);
    expect(() => supply.take()).to.throw('no space left');
    isFull = false;
    supply.warmUp();
    expect(starts).to.have.length(3);
  });

  it('makes no more once it is closed, and removes the folders in reserve', async () => {
    supply.warmUp();
    await supply.close();
    supply.warmUp();
    starts[0]?.ready();
    await turn();
    expect([starts.length, removed]).to.deep.equal([1, ['folder-1']]);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
