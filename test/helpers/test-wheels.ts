import { makeLockFile, makeWheel } from './make-wheel.js';
import { NATIVE, SCRIPTED } from './native-modules.js';
import type { Answer } from './start-loopback.js';

export const greeting = makeWheel({
  name: 'greeting',
  files: { 'greeting.py': 'def hello():\n    return "hello"\n' },
});

/** Depends on the other one, by a name that is written in another way. */
export const politeness = makeWheel({
  name: 'polite-ness',
  depends: ['Greeting'],
  imports: ['politeness'],
  files: { 'politeness/__init__.py': 'import greeting\ndef please():\n    return greeting.hello() + ", please"\n' },
});

/** With a compiled part. */
export const native = makeWheel({ name: 'native', files: { 'native.so': NATIVE } });

/** With a compiled part that generates code. */
export const scripted = makeWheel({ name: 'scripted', files: { 'scripted.so': SCRIPTED } });

export const WHEELS = [greeting, politeness];
const SERVED = [...WHEELS, native, scripted];
export const LOCK_FILE = makeLockFile(SERVED);

/** Serves the wheels below `/full/`. */
export const serveWheels: Answer = ({ url }, response) => {
  const wheel = SERVED.find(({ fileName }) => url.pathname === `/full/${fileName}`);
  if (wheel) response.end(wheel.content);
  else response.writeHead(404).end();
};
