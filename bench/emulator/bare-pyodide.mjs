// Pyodide as it is shipped, in this process: reports when it is ready, then runs a cell for each message.
import { loadPyodide } from 'pyodide';

const startedAt = performance.now();
const pyodide = await loadPyodide();
process.on('message', async ({ code, runs }) => {
  const times = [];
  for (let run = 0; run < runs; run += 1) {
    const begun = performance.now();
    await pyodide.runPythonAsync(code);
    times.push(performance.now() - begun);
  }
  process.send(times);
});
process.send({ readyMs: performance.now() - startedAt, residentBytes: process.memoryUsage.rss() });
