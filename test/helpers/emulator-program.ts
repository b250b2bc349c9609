// A program with an emulator in it, in which code runs without end. Tells where its files lie and which process that is. Its
// argument is JSON: the emulator's options, and the fields of a cell that has no end and makes /mnt/data/begun.txt.
import { SessionPoolEmulator, type SessionPoolEmulatorOptions } from '../../src/emulator/index.js';
import { requestsTo } from './emulator-requests.js';

// In C, where Python looks neither at its deadline nor at its parent.
const ENDLESS = 'open("/mnt/data/begun.txt", "w").close()\nimport itertools\nall(itertools.repeat(True))';

const { options = {}, cell = { code: ENDLESS } } = JSON.parse(process.argv[2] ?? '{}') as {
  options?: SessionPoolEmulatorOptions;
  cell?: object;
};
const emulator = await SessionPoolEmulator.start({ warm: 0, ...options });
const { call } = requestsTo(emulator);
void call('POST', 'executions', { body: JSON.stringify(cell) }).catch(() => undefined);
while ((await call('GET', 'files/begun.txt')).status !== 200);
const health = await fetch(new URL('/_emulator/health', emulator.poolManagementEndpoint));
const { sessions } = (await health.json()) as { sessions: { processId: number }[] };
const { dataDirectory } = emulator.details;
process.stdout.write(`${JSON.stringify({ dataDirectory, processId: sessions[0]?.processId })}\n`);
