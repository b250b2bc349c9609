// A program with an emulator in it: tells where its files lie and which processes it has, then runs code without end.
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from './emulator-requests.js';

const emulator = await SessionPoolEmulator.start({ warm: 0 });
const { execute } = requestsTo(emulator);
await execute('open("/mnt/data/a.txt", "w").write("x")');
const health = await fetch(new URL('/_emulator/health', emulator.poolManagementEndpoint));
const { sessions } = (await health.json()) as { sessions: { processId: number }[] };
const { dataDirectory } = emulator.details;
process.stdout.write(`${JSON.stringify({ dataDirectory, processId: sessions[0]?.processId })}\n`);
await execute('while True:\n    try:\n        while True: pass\n    except BaseException: pass').catch(() => undefined);
