import { expect } from 'chai';
import { Kernel } from '../../src/kernel/kernel.js';
import { SessionsPythonTool, type SessionsPythonToolOptions } from '../../src/plugins/sessions-python-tool.js';
import { type Answer, json, type Loopback, startLoopback, text } from './start-loopback.js';

/** What a pool answers when code has run. */
export const ran = json(200, {
  id: 'e',
  status: 'Succeeded',
  result: { stdout: '', stderr: '', executionResult: '' },
});

/** Runs code with the kernel. */
export type Run = (sessionId?: string) => Promise<unknown>;

/** A tool for the pool at a server, and a kernel that it is a plugin of. */
export function aTool(
  server: Loopback,
  options: SessionsPythonToolOptions = {},
): { tool: SessionsPythonTool; run: Run } {
  const tool = new SessionsPythonTool({
    poolManagementEndpoint: server.endpoint,
    authCallback: () => 'a-token',
    retries: 0,
    ...options,
  });
  const kernel = new Kernel();
  const plugin = kernel.addPlugin(tool, 'python');
  const run: Run = (sessionId) =>
    kernel.invoke(plugin['execute_code'], { code: '1', ...(sessionId === undefined ? {} : { sessionId }) });
  return { tool, run };
}

/** A pool that answers deletions at once, and everything else when it is told to. */
export async function startSlowPool(): Promise<{ server: Loopback; answer: () => void }> {
  const waiting: (() => void)[] = [];
  const answerTo: Answer = (request, response) => {
    if (request.method === 'DELETE') void text(204, '')(request, response);
    else waiting.push(() => void ran(request, response));
  };
  return { server: await startLoopback(answerTo), answer: () => waiting.shift()?.() };
}

/** The requests so far, with their sessions. */
export function seen({ requests }: Loopback): string[] {
  return requests.map(({ method, url }) => `${method} ${url.searchParams.get('identifier')}`);
}

/** Lets everything happen that waits for nothing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits for as many requests, and sees that there are no more. */
export async function untilRequests({ requests }: Loopback, count: number): Promise<void> {
  while (requests.length < count) await new Promise((resolve) => setImmediate(resolve));
  await settle();
  expect(requests).to.have.length(count);
}
