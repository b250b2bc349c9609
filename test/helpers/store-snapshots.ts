// A program: it stores snapshots again and again beside others that do the same, and says whether all it found were sound.
import { createSnapshotCache } from '../../src/emulator/snapshot-cache.js';

const ROUNDS = 40;
const SIZE = 1_000_000;

const [folder = '', seed = '1'] = process.argv.slice(2);
for (let round = 0; round < ROUNDS; round += 1) {
  const cache = createSnapshotCache('key', [folder]);
  const stored = cache.store(Buffer.alloc(SIZE, Number(seed) * ROUNDS + round));
  if (stored === undefined) throw new Error('could not store');
  const found = cache.find();
  // Another program may just have discarded it; what is there must be whole.
  if (found !== undefined && !(await cache.isSound(found)) && cache.find() === found)
    throw new Error('found half a file');
  cache.discard(stored);
}
process.stdout.write('sound\n');
