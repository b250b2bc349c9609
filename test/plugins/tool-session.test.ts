import { expect } from 'chai';
import { FunctionChoiceBehavior } from '../../src/kernel/function-choice-behavior.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { ScriptedChatService } from '../../src/testing/scripted-chat-service.js';
import { aTool, ran, seen, settle, startSlowPool, untilRequests } from '../helpers/a-sessions-tool.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { json, type Loopback, stall, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';

describe('the session of a tool', () => {
  afterEach(stopLoopbacks);

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

    it('lets calls wait for a second deletion that begins while they wait for the first', async () => {
      const deletions: (() => void)[] = [];
      const server = await startLoopback((request, response) => {
        if (request.method === 'DELETE') deletions.push(() => void text(204, '')(request, response));
        else void ran(request, response);
      });
      const { tool, run } = aTool(server, { sessionId: 'given' });
      const restarts = [tool.restart()];
      await untilRequests(server, 1);
      const later = run();
      await settle();
      restarts.push(tool.restart());
      await untilRequests(server, 2);
      deletions[0]?.();
      await restarts[0];
      await untilRequests(server, 2);
      deletions[1]?.();
      await Promise.all([...restarts, later]);
      expect(seen(server)).to.deep.equal(['DELETE given', 'DELETE given', 'POST given']);
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

    it('deletes the old one with the next end if that has failed, whether or not `close` deletes', async () => {
      for (const end of ['restart', 'close'] as const) {
        const server = await startLoopback(ran, json(500, {}), text(204, ''));
        const { tool } = aTool(server, { deleteOnClose: end === 'restart' });
        const before = tool.sessionId;
        await tool.executeCode('1');
        expect(await rejectionOf(tool.restart())).to.include({ code: 'service_error' });
        expect(tool.sessionId).not.to.equal(before);
        await tool[end]();
        await tool.close();
        expect(seen(server)).to.deep.equal([`POST ${before}`, `DELETE ${before}`, `DELETE ${before}`]);
      }
    });

    it('tells again of an old one that cannot be deleted, and deletes the others', async () => {
      const server = await startLoopback(ran, json(500, {}), ran, text(204, ''), json(500, {}), text(204, ''));
      const { tool } = aTool(server);
      const first = tool.sessionId;
      await tool.executeCode('1');
      await rejectionOf(tool.restart());
      const second = tool.sessionId;
      await tool.executeCode('1');
      await rejectionOf(tool.close());
      await tool.close();
      const deletions = seen(server).filter((line) => line.startsWith('DELETE'));
      expect(deletions.slice(1, 3).sort()).to.deep.equal([`DELETE ${first}`, `DELETE ${second}`].sort());
      expect(deletions).to.have.length(4);
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

    it('is not begun anew by calls that wait in the queue of a kernel; those of other sessions go on', async () => {
      const { server, answer } = await startSlowPool();
      const { tool, run } = aTool(server);
      const id = tool.sessionId;
      const others = [run('another'), run('another')];
      await untilRequests(server, 1);
      const calls = [run(), run(), run(), run(id), run(id)].map(rejectionOf);
      await untilRequests(server, 2);
      await tool.close();
      const messages = (await Promise.all(calls)).map(({ cause }) => String(cause));
      expect(messages[0]).to.contain('was ended while this call was under way');
      for (const message of messages.slice(1)) expect(message).to.contain('closed before this call had its turn');
      answer();
      answer();
      await untilRequests(server, 4);
      answer();
      await Promise.all(others);
      expect(seen(server)).to.deep.equal(['POST another', `POST ${id}`, `DELETE ${id}`, 'POST another']);
    });

    it('is not begun anew by calls of a message that wait behind one another', async () => {
      const { server } = await startSlowPool();
      const { tool } = aTool(server);
      const call = { name: 'python-execute_code', arguments: { code: '1' } };
      const kernel = new Kernel({
        services: new ScriptedChatService([{ toolCalls: [call, call, call] }, 'done']),
      });
      kernel.addPlugin(tool, 'python');
      const chat = kernel.chat('?', { functions: FunctionChoiceBehavior.auto({ concurrency: 3 }) });
      await untilRequests(server, 1);
      await tool.close();
      const contents = (await chat).calls.map(({ result }) => result?.content);
      expect(contents[0]).to.contain('its code may have run in part');
      for (const content of contents.slice(1)) expect(content).to.contain('nothing was sent');
      expect(seen(server)).to.deep.equal([`POST ${tool.sessionId}`, `DELETE ${tool.sessionId}`]);
    });

    it('is not begun anew by a call whose code is still being checked', async () => {
      const { server, answer } = await startSlowPool();
      const { tool } = aTool(server, { packageInstalls: 'refuse-missing' });
      const run = rejectionOf(tool.executeCode('!pip install nothing'));
      await untilRequests(server, 1);
      await tool.close();
      answer();
      expect(await run).to.include({ code: 'not_found' });
      await untilRequests(server, 1);
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

    it('is not deleted where each request for it was refused: it never came about', async () => {
      for (const refusal of [json(401, {}), json(403, {}), json(429, {})]) {
        const server = await startLoopback(refusal);
        const { tool } = aTool(server);
        await rejectionOf(tool.executeCode('1'));
        await rejectionOf(tool.listFiles());
        await tool.close();
        expect(server.requests.map(({ method }) => method)).not.to.include('DELETE');
      }
    });

    it('is deleted where a request was carried out before others were refused, or one failed otherwise', async () => {
      for (const answers of [
        [ran, json(403, {})],
        [json(500, {}), json(403, {})],
      ]) {
        const server = await startLoopback(...answers, text(204, ''));
        const { tool } = aTool(server);
        await tool.executeCode('1').catch(() => undefined);
        await rejectionOf(tool.executeCode('1'));
        await tool.close();
        expect(server.requests.map(({ method }) => method)).to.deep.equal(['POST', 'POST', 'DELETE']);
      }
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

    it('shares the connections of the tool with the others, and their limit', async () => {
      const server = await startLoopback((request, response) => {
        const answer = request.method === 'DELETE' ? text(204, '') : ran;
        void answer(request, response);
      });
      const { tool } = aTool(server, { deleteAfterRun: true, maxSockets: 1 });
      await tool.executeCode('1');
      await Promise.all([tool.executeCode('2'), tool.executeCode('3')]);
      await tool.restart();
      await tool.executeCode('4');
      const runs = seen(server).filter((line) => line.startsWith('POST'));
      expect(new Set(runs)).to.have.property('size', 4);
      expect(server.connections()).to.equal(1);
      await tool.close();
    });

    for (const end of ['restart', 'close'] as const) {
      it(`ends with the run that is under way on ${end}, which waits for its deletion`, async () => {
        const { server, answer } = await startSlowPool();
        const { tool, run } = aTool(server, { deleteAfterRun: true });
        const id = tool.sessionId;
        const underWay = rejectionOf(run());
        await untilRequests(server, 1);
        const waiting = [run(), run()].map((call) => call.catch(({ cause }: Error) => String(cause)));
        await settle();
        await tool[end]();
        expect(seen(server).slice(0, 2)).to.deep.equal([`POST ${id}`, `DELETE ${id}`]);
        expect(await underWay).to.have.nested.include({ 'cause.code': 'not_found' });
        if (end === 'restart') {
          for (const count of [3, 5]) {
            await untilRequests(server, count);
            answer();
            answer();
          }
        }
        const outcomes = await Promise.all(waiting);
        if (end === 'close') for (const outcome of outcomes) expect(outcome).to.contain('nothing was sent');
        expect(seen(server)).to.have.length(end === 'close' ? 2 : 6);
      });
    }

    it('goes on over a close that is not to delete', async () => {
      const { server, answer } = await startSlowPool();
      const { tool, run } = aTool(server, { deleteAfterRun: true, deleteOnClose: false });
      const id = tool.sessionId;
      const underWay = run();
      await untilRequests(server, 1);
      await tool.close();
      answer();
      await underWay;
      expect(seen(server)).to.deep.equal([`POST ${id}`, `DELETE ${id}`]);
    });

    it('is told of by close if it cannot be deleted after the run that close ended, and deleted by the next one', async () => {
      const server = await startLoopback(stall, json(403, {}), text(204, ''));
      const { tool } = aTool(server, { deleteAfterRun: true });
      const id = tool.sessionId;
      const run = rejectionOf(tool.executeCode('1'));
      await untilRequests(server, 1);
      expect(await rejectionOf(tool.close())).to.include({ code: 'forbidden' });
      expect(await run).to.include({ code: 'not_found' });
      await tool.close();
      expect(seen(server)).to.deep.equal([`POST ${id}`, `DELETE ${id}`, `DELETE ${id}`]);
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

  describe('with setupCode', () => {
    const bodies = ({ requests }: Loopback): string[] =>
      requests.map(({ method, body }) =>
        method === 'DELETE' ? method : (/SETUP|slow|\d/.exec(String(body))?.[0] ?? ''),
      );

    it('runs it again after an aborted run has taken the session with it', async () => {
      const server = await startLoopback((request, response) => {
        if (request.method === 'DELETE') void text(204, '')(request, response);
        else if (!request.body.includes('slow')) void ran(request, response);
      });
      const { tool } = aTool(server, { setupCode: 'SETUP', onAbort: 'delete-session' });
      const kernel = new Kernel();
      const plugin = kernel.addPlugin(tool, 'again');
      const leaving = new AbortController();
      const aborted = rejectionOf(kernel.invoke(plugin['execute_code'], { code: 'slow' }, { signal: leaving.signal }));
      await untilRequests(server, 2);
      leaving.abort(new Error('enough'));
      await aborted;
      await tool.executeCode('2');
      expect(bodies(server)).to.deep.equal(['SETUP', 'slow', 'DELETE', 'SETUP', '2']);
    });

    it('runs it again after the client has deleted the session', async () => {
      const server = await startLoopback(ran);
      const { tool } = aTool(server, { setupCode: 'SETUP' });
      await tool.executeCode('1');
      await tool.client.deleteSession();
      await tool.executeCode('2');
      expect(bodies(server)).to.deep.equal(['SETUP', '1', 'DELETE', 'SETUP', '2']);
    });
  });
});
