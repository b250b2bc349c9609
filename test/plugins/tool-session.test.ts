import { expect } from 'chai';
import { Kernel } from '../../src/kernel/kernel.js';
import { SessionsPythonTool, type SessionsPythonToolOptions } from '../../src/plugins/sessions-python-tool.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { type Answer, json, type Loopback, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';

const ran = json(200, { id: 'e', status: 'Succeeded', result: { stdout: '', stderr: '', executionResult: '' } });
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A pool that answers deletions at once, and everything else when it is told to. */
async function startSlowPool(): Promise<{ server: Loopback; answer: () => void }> {
  const waiting: (() => void)[] = [];
  const answerTo: Answer = (request, response) => {
    if (request.method === 'DELETE') void text(204, '')(request, response);
    else waiting.push(() => void ran(request, response));
  };
  return { server: await startLoopback(answerTo), answer: () => waiting.shift()?.() };
}

function seen({ requests }: Loopback): string[] {
  return requests.map(({ method, url }) => `${method} ${url.searchParams.get('identifier')}`);
}

describe('the session of a tool', () => {
  afterEach(stopLoopbacks);

  function aTool(server: Loopback, options: SessionsPythonToolOptions = {}): { tool: SessionsPythonTool; run: Run } {
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
  type Run = (sessionId?: string) => Promise<unknown>;

  async function untilRequests({ requests }: Loopback, count: number): Promise<void> {
    while (requests.length < count) await new Promise((resolve) => setImmediate(resolve));
    await settle();
    expect(requests).to.have.length(count);
  }

  it('can be looked into while code runs in it', async () => {
    const { server, answer } = await startSlowPool();
    const { tool, run } = aTool(server);
    const kernel = new Kernel();
    const plugin = kernel.addPlugin(tool, 'again');
    const running = run();
    await untilRequests(server, 1);
    const listed = rejectionOf(kernel.invoke(plugin['list_files']));
    await untilRequests(server, 2);
    expect(seen(server)).to.deep.equal([`POST ${tool.sessionId}`, `GET ${tool.sessionId}`]);
    answer();
    answer();
    await Promise.all([running, listed]);
  });

  describe('with restart', () => {
    it('is the new one for calls that waited, and those under way are aborted before the old one is deleted', async () => {
      const { server, answer } = await startSlowPool();
      const { tool, run } = aTool(server);
      const before = tool.sessionId;
      const underWay = rejectionOf(run());
      await untilRequests(server, 1);
      // One waits in the kernel's queue, one in the tool's.
      const waiting = [run(), run(before)];
      await settle();
      await tool.restart();
      expect(await underWay).to.have.nested.include({ 'cause.code': 'not_found' });
      const after = tool.sessionId;
      for (const count of [3, 4]) {
        await untilRequests(server, count);
        answer();
        answer();
      }
      await Promise.all(waiting);
      expect(seen(server)).to.deep.equal([`POST ${before}`, `DELETE ${before}`, `POST ${after}`, `POST ${after}`]);
      expect(after).not.to.equal(before);
    });

    it('tells a direct call that is under way, and sends it no more', async () => {
      const { server } = await startSlowPool();
      const { tool } = aTool(server, { retries: 3 });
      const run = rejectionOf(tool.executeCode('1'));
      const download = rejectionOf(tool.downloadFile('x'));
      await untilRequests(server, 2);
      await tool.restart();
      for (const error of [await run, await download]) {
        expect(error).to.include({ code: 'not_found', fatal: false });
        expect(error.message).to.contain('ended while this call was under way; its code may have run in part');
      }
      await settle();
      expect(server.requests.map(({ method }) => method).sort()).to.deep.equal(['DELETE', 'GET', 'POST']);
    });

    it('lets calls wait for the deletion if the id stays the same', async () => {
      let release = (): void => undefined;
      const server = await startLoopback((request, response) => {
        const answer = request.method === 'DELETE' ? text(204, '') : ran;
        if (request.method === 'DELETE') release = () => void answer(request, response);
        else void answer(request, response);
      });
      const { tool, run } = aTool(server, { sessionId: 'given', onAbort: 'delete-session' });
      const restarted = tool.restart();
      await untilRequests(server, 1);
      const later = [run(), tool.executeCode('1')];
      await settle();
      expect(seen(server)).to.deep.equal(['DELETE given']);
      release();
      await Promise.all([restarted, ...later]);
      expect(seen(server)).to.deep.equal(['DELETE given', 'POST given', 'POST given']);
    });

    it('deletes the session once although the client deletes the sessions of aborted runs', async () => {
      const { server } = await startSlowPool();
      const { tool } = aTool(server, { sessionId: 'given', onAbort: 'delete-session' });
      const run = rejectionOf(tool.executeCode('1'));
      await untilRequests(server, 1);
      await tool.restart();
      await run;
      await untilRequests(server, 2);
    });

    it('leaves the calls of other sessions alone', async () => {
      const { server, answer } = await startSlowPool();
      const { tool, run } = aTool(server);
      const other = run('another');
      await untilRequests(server, 1);
      await tool.restart();
      answer();
      await other;
      expect(seen(server)).to.deep.equal(['POST another']);
    });
  });

  describe('with close', () => {
    it('is deleted once; calls that are under way or wait are refused, later ones begin it anew', async () => {
      const { server, answer } = await startSlowPool();
      const { tool, run } = aTool(server);
      const id = tool.sessionId;
      const underWay = rejectionOf(run());
      await untilRequests(server, 1);
      const waits = rejectionOf(run(id));
      await settle();
      await tool.close();
      expect(await underWay).to.have.nested.include({ 'cause.code': 'not_found' });
      expect((await waits).message).to.contain('closed before this call had its turn; nothing was sent');
      await tool.close();
      expect(seen(server)).to.deep.equal([`POST ${id}`, `DELETE ${id}`]);
      const later = run();
      await untilRequests(server, 3);
      answer();
      answer();
      await later;
      await tool.close();
      expect(seen(server).slice(2)).to.deep.equal([`POST ${id}`, `DELETE ${id}`]);
    });

    it('goes on if it is not to be deleted', async () => {
      const { server, answer } = await startSlowPool();
      const { tool, run } = aTool(server, { deleteOnClose: false });
      const underWay = run();
      await untilRequests(server, 1);
      await tool.close();
      answer();
      await underWay;
      expect(server.requests).to.have.length(1);
    });

    it('can be deleted by another close if the first has failed', async () => {
      const server = await startLoopback(ran, json(403, {}), text(204, ''));
      const { tool } = aTool(server);
      await tool.executeCode('1');
      expect(await rejectionOf(tool.close())).to.include({ code: 'forbidden' });
      await tool.close();
      await tool.close();
      expect(server.requests.map(({ method }) => method)).to.deep.equal(['POST', 'DELETE', 'DELETE']);
    });
  });

  describe('with deleteAfterRun', () => {
    it('is another for each run, and each is deleted, also after a failure', async () => {
      const server = await startLoopback((request, response) => {
        const failing = request.body.includes('fail');
        const answer = request.method === 'DELETE' ? text(204, '') : failing ? json(400, {}) : ran;
        void answer(request, response);
      });
      const { tool } = aTool(server, { deleteAfterRun: true });
      const first = tool.sessionId;
      await tool.uploadFile(Buffer.from('x'), 'x');
      await Promise.all([tool.executeCode('1'), tool.executeCode('2')]);
      await rejectionOf(tool.executeCode('fail'));
      await tool.close();
      const runs = seen(server).filter((line) => line.startsWith('POST'));
      const deletions = seen(server).filter((line) => line.startsWith('DELETE'));
      expect(runs.slice(0, 2)).to.deep.equal([`POST ${first}`, `POST ${first}`]);
      expect(new Set(runs)).to.have.property('size', 3);
      const ends = [...new Set(runs)].map((line) => line.replace('POST', 'DELETE'));
      expect(deletions.sort()).to.deep.equal(ends.sort());
    });

    it('is deleted by close if that has failed after the run, whose result is given', async () => {
      const server = await startLoopback(ran, json(403, {}), text(204, ''));
      const { tool } = aTool(server, { deleteAfterRun: true });
      const id = tool.sessionId;
      expect(await tool.executeCode('1')).to.include({ status: 'Succeeded' });
      await tool.close();
      expect(seen(server)).to.deep.equal([`POST ${id}`, `DELETE ${id}`, `DELETE ${id}`]);
    });

    it('is for sessions that the tool makes, and leaves those alone that a call names', async () => {
      const server = await startLoopback(ran);
      expect(() => aTool(server, { deleteAfterRun: true, sessionId: 'given' }))
        .to.throw(/leave `sessionId` out/)
        .with.property('code', 'invalid_options');
      const { run } = aTool(server, { deleteAfterRun: true });
      await run('another');
      expect(seen(server)).to.deep.equal(['POST another']);
    });
  });
});
