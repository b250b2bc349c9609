// The emulator reads files beside its own: a bundle leaves them behind. It has to say so.
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';

await SessionPoolEmulator.start().then(
  (emulator) => emulator.stop().then(() => console.log('started')),
  (error) => console.log(error.code, error.message),
);
