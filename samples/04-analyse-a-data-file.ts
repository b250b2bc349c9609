// Uploads a public data set to the session, lets Python summarise it, and downloads the report that Python wrote.
// The data: four years of Seattle's weather (NOAA), from the npm package vega-datasets.
import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { SessionsPythonTool } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';

const SUMMARY = `
import csv, json
from collections import Counter, defaultdict
from statistics import mean

with open('/mnt/data/weather.csv', newline='') as file:
    days = list(csv.DictReader(file))
years = defaultdict(list)
for day in days:
    years[day['date'][:4]].append(float(day['temp_max']))
report = {
    'days': len(days),
    'wettest': max(days, key=lambda day: float(day['precipitation']))['date'],
    'mean_high': {year: round(mean(highs), 1) for year, highs in years.items()},
    'weather': Counter(day['weather'] for day in days).most_common(),
}
with open('/mnt/data/report.json', 'w') as file:
    json.dump(report, file)
print(f"{report['days']} days, the wettest was {report['wettest']}")
`;

const data = new URL('../data/seattle-weather.csv', import.meta.resolve('vega-datasets'));
const emulator = await SessionPoolEmulator.start();
const python = new SessionsPythonTool(emulator.connection);
try {
  const uploaded = await python.uploadFile(await openAsBlob(data), 'weather.csv');
  console.log(`uploaded ${uploaded.name}, ${uploaded.sizeInBytes} bytes`);

  const result = await python.executeCode(SUMMARY);
  assert.equal(result.status, 'Succeeded', result.stderr);
  console.log(result.stdout.trim());

  const files = await python.listFiles();
  assert.deepEqual(files.map((file) => file.name).sort(), ['report.json', 'weather.csv']);
  const report = JSON.parse(Buffer.from(await python.downloadFile('report.json')).toString('utf8'));
  console.log(report.mean_high);
  assert.equal(report.days, 1461);
  assert.equal(report.wettest, '2015-03-15');
  assert.deepEqual(Object.keys(report.mean_high), ['2012', '2013', '2014', '2015']);
} finally {
  await python.close();
  await emulator.stop();
}
