// A program with an emulator in it, in which code runs without end. Tells where its files lie and which process that is.
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from './emulator-requests.js';

const emulator = await SessionPoolEmulator.start({ warm: 0 });
const { execute, call } = requestsTo(emulator);
// In C, where Python looks neither at its deadline nor at its parent.
const endless = 'open("/mnt/data/begun.txt", "w").close()\nimport itertools\nall(itertools.repeat(True))';
void execute(endless).catch(() => undefined);
while ((await call('GET', 'files/begun.txt')).status !== 200);
const health = await fetch(new URL('/_emulator/health', emulator.poolManagementEndpoint));
const { sessions } = (await health.json()) as { sessions: { processId: number }[] };
const { dataDirectory } = emulator.details;
process.stdout.write(`${JSON.stringify({ dataDirectory, processId: sessions[0]?.processId })}\n`);
