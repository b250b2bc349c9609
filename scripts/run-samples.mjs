// Runs every sample and fails if one of them does. With --azure also those that need a session pool in Azure.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const withAzure = process.argv.includes('--azure');
const offline = samplesIn('samples');
const azure = samplesIn('samples/azure');
const failed = [];
for (const sample of withAzure ? [...offline, ...azure] : offline) {
  console.log(`\n── ${sample}`);
  const { status } = spawnSync(process.execPath, ['--import=tsx', sample], { stdio: 'inherit' });
  if (status !== 0) failed.push(sample);
}
if (!withAzure)
  for (const sample of azure) console.log(`\n── ${sample}\nskipped: it needs Azure (npm run samples -- --azure)`);

const ran = offline.length + (withAzure ? azure.length : 0);
console.log(
  `\n${ran - failed.length} of ${ran} samples succeeded${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}.`,
);
process.exitCode = failed.length > 0 ? 1 : 0;

function samplesIn(folder) {
  return readdirSync(folder)
    .filter((name) => /^\d\d-.*\.ts$/.test(name))
    .sort()
    .map((name) => `${folder}/${name}`);
}
