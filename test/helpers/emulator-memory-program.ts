// An emulator in a process of its own, whose memory another one measures.
import { SessionPoolEmulator } from '../../src/emulator/index.js';

const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}), warm: 0 });
const { poolManagementEndpoint, token } = emulator;
process.stdout.write(`${JSON.stringify({ poolManagementEndpoint, token })}\n`);
process.on('SIGTERM', () => void emulator.stop());
