// What only standard decorators can be put on.
import { kernelFunction } from 'dynamic-sessions-kernel';
import { outcomeOf } from './report.js';

/** The same under every compiler of standard decorators. */
export async function standard(): Promise<unknown> {
  return {
    'on a class': await outcomeOf(() => {
      @kernelFunction()
      class Misplaced {}
      return Misplaced;
    }),
    'on a private method': await outcomeOf(() => {
      class Misplaced {
        @kernelFunction()
        #run(): string {
          return 'accepted';
        }

        run(): string {
          return this.#run();
        }
      }
      return new Misplaced().run();
    }),
    'on an accessor': await outcomeOf(() => {
      class Misplaced {
        @kernelFunction()
        accessor run = 'accepted';
      }
      return new Misplaced().run;
    }),
  };
}
