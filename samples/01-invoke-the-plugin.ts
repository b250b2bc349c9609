// Runs Python through a kernel plugin, without a model. Here the session pool is an emulator; with
// `new SessionsPythonTool()` it is the one that ACA_POOL_MANAGEMENT_ENDPOINT names.
import assert from 'node:assert/strict';
import { Kernel, SessionsPythonTool } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';

const emulator = await SessionPoolEmulator.start();
const python = new SessionsPythonTool(emulator.connection);
try {
  const kernel = new Kernel();
  const plugin = kernel.addPlugin(python, 'python');

  const first = await kernel.invoke(plugin['execute_code'], {
    code: 'primes = [2, 3, 5, 7]\nprint(len(primes), "primes")',
  });
  console.log(first.value.stdout);
  assert.equal(first.value.stdout, '4 primes\n');

  // The session remembers: it is the same interpreter.
  const second = await kernel.invoke(plugin['execute_code'], { code: 'sum(primes)' });
  console.log(second.value.value);
  assert.equal(second.value.value, 17);

  // Python that fails is a result, not an exception.
  const third = await kernel.invoke(plugin['execute_code'], { code: 'primes[10]' });
  console.log(third.value.status, '-', third.value.error?.name);
  assert.equal(third.value.status, 'Failed');
  assert.equal(third.value.error?.name, 'IndexError');
} finally {
  await python.close();
  await emulator.stop();
}
