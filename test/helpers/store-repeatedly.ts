// A program: it downloads the test's packages into a cache again and again, and says whether each time they were whole.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createPyodidePackages } from '../../src/emulator/pyodide-packages.js';
import { LOCK_FILE, WHEELS } from './test-wheels.js';

const ROUNDS = 20;

const [folder = '', baseUrl = ''] = process.argv.slice(2);
for (let round = 0; round < ROUNDS; round += 1) {
  const source = { mode: 'online', baseUrl, cacheFolders: [folder] } as const;
  const supply = createPyodidePackages({ version: '1.2.3', lockFile: LOCK_FILE }, source);
  const { missing } = await supply.provide(['politeness']);
  if (Object.keys(missing).length > 0) throw new Error(JSON.stringify(missing));
  for (const { fileName, content } of WHEELS) {
    const path = join(supply.directory ?? '', fileName);
    if (!read(path).equals(content)) throw new Error(`${fileName} was not whole`);
    // All but the last time: so that the others download it again.
    if (round < ROUNDS - 1) rmSync(path, { force: true });
  }
}
process.stdout.write('whole\n');

// Another of these programs may just have removed it.
function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return WHEELS.find(({ fileName }) => path.endsWith(fileName))?.content ?? Buffer.alloc(0);
  }
}
