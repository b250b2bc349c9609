// What is changed, and which tests must notice. Tests that measure memory, take long texts or thousands of faults, or start programs
// of their own (where a change in this process is not seen) are left out.
const LEFT_OUT = [
  'chaos',
  'faults',
  'fuzz',
  'memory',
  'redact-long-texts',
  'real-libraries',
  'real-pool',
  'lazy-loading',
  'proxy',
];

/** The parts of the library by name: the compiled files to change, and the folders of the tests that are run. */
export const AREAS = {
  auth: { mutate: ['auth/*.js'], tests: ['auth', 'http'] },
  'retry-policy': { mutate: ['http/retry-policy.js', 'http/retry-wiring.js'], tests: ['http', 'sessions'] },
  sessions: { mutate: ['sessions/*.js'], tests: ['sessions', 'plugins'] },
  kernel: { mutate: ['kernel/*.js'], tests: ['kernel'] },
};

export const DEFAULT_AREAS = ['auth', 'retry-policy'];

/** The glob patterns of one area, below the folder of the compiled library and its tests. */
export function patternsOf({ mutate, tests }) {
  return {
    mutate: mutate.map((each) => `dist-test/src/${each}`),
    spec: tests.map((each) => `dist-test/test/${each}/**/*.test.js`),
    ignore: LEFT_OUT.map((each) => `dist-test/test/**/${each}*.test.js`),
  };
}
