// The emulator in a process of its own, as `dynamic-sessions emulator` starts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { send } from './requests.mjs';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const VERSION = '2025-10-02-preview';
const MILLISECONDS_PER_TICK = 10;

export async function anEmulator({ flags = [], env = {} } = {}) {
  const program = spawn(process.execPath, [COMMAND, 'emulator', '--json', '--silent', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const kill = () => program.kill();
  process.once('exit', kill);
  const [line] = await once(program.stdout, 'data');
  const { poolManagementEndpoint: endpoint, token } = JSON.parse(line);
  const headers = { authorization: `Bearer ${token}` };
  const url = (path, identifier) => `${endpoint}/${path}?api-version=${VERSION}&identifier=${identifier}`;
  const health = () =>
    send(`${new URL(endpoint).origin}/_emulator/health`, { headers }).then(
      () => true,
      () => false,
    );
  return {
    headers,
    url,
    bodyOf,
    processId: program.pid,
    execute: async (identifier, code) => {
      const body = bodyOf(code);
      const answer = JSON.parse(await send(url('executions', identifier), { method: 'POST', headers, body }));
      if (answer.status !== 'Succeeded') throw new Error(`The cell ended as ${answer.status}`);
      return answer;
    },
    /** Until an interpreter waits in reserve. */
    warm: async () => {
      while (!(await health())) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    stop: async () => {
      process.off('exit', kill);
      program.kill('SIGTERM');
      await once(program, 'close');
    },
  };
}

function bodyOf(code) {
  return JSON.stringify({ code, codeInputType: 'Inline', executionType: 'Synchronous' });
}

/** The CPU time that a process has used so far; nothing where there is no /proc. */
export function cpuMsOf(processId) {
  const fields = statOf(processId);
  return fields && (Number(fields[11]) + Number(fields[12])) * MILLISECONDS_PER_TICK;
}

/** The processes that it started and that run Python. */
export function interpretersOf(processId) {
  return readFileSync(`/proc/${processId}/task/${processId}/children`, 'utf8')
    .split(' ')
    .filter((id) => id !== '' && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('pyodideDirectory'));
}

export function residentMegabytes(processId) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]) / 1024;
}

function statOf(processId) {
  try {
    return readFileSync(`/proc/${processId}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}
