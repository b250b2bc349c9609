// A program: Pyodide as it is shipped. It runs the cells that it reads as JSON, and writes what each gave as JSON.
import { text } from 'node:stream/consumers';
import { loadPyodide } from 'pyodide';

const LIMIT_MS = 3000;

// A probe may leave broken promises behind; the next one still has its turn.
process.on('uncaughtException', () => undefined);

const cells = JSON.parse(await text(process.stdin)) as string[];
const pyodide = await loadPyodide({ stdout: () => undefined, stderr: () => undefined });
const results: string[] = [];
for (const cell of cells) {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve('late'), LIMIT_MS));
  const ran = pyodide.runPythonAsync(cell).then(String, (error: unknown) => `failed: ${String(error).slice(-300)}`);
  results.push(await Promise.race([ran, late]));
}
process.stdout.write(JSON.stringify(results), () => process.exit(0));
