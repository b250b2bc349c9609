import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pluginFromObject } from '../../src/functions/plugin-from-object.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { SessionsPythonTool, type SessionsPythonToolOptions } from '../../src/plugins/sessions-python-tool.js';
import { aModel, call, calls } from '../helpers/a-model.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { runProgram } from '../helpers/run-program.js';
import { type Answer, hangUp, json, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';
import { untyped } from '../helpers/untyped.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

function ran(result: object, status = 'Succeeded'): Answer {
  return json(200, { id: 'e', status, result: { stdout: '', stderr: '', executionResult: '', ...result } });
}

function aTool(poolManagementEndpoint: string, options: SessionsPythonToolOptions = {}): SessionsPythonTool {
  return new SessionsPythonTool({ poolManagementEndpoint, authCallback: () => 'a-token', retries: 0, ...options });
}

describe('SessionsPythonTool', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'python-tool-'));
  });
  afterEach(async () => {
    await stopLoopbacks();
    await rm(directory, { recursive: true, force: true });
  });

  it('gives results that share a hidden class, so that reading them stays fast', async () => {
    const server = await startLoopback(ran({ executionResult: 5050 }));
    // In a process of its own: V8 keeps so many classes for the objects of a process, and other tests use them up.
    const program = `
      import { SessionsPythonTool } from '${new URL('../../src/plugins/sessions-python-tool.js', import.meta.url)}';
      import { countHiddenClasses } from '${new URL('../helpers/hidden-class.js', import.meta.url)}';
      const tool = new SessionsPythonTool({ poolManagementEndpoint: '${server.endpoint}', authCallback: () => 'a-token' });
      const results = [];
      for (let run = 0; run < 40; run += 1) results.push(await tool.executeCode('1'));
      console.log(countHiddenClasses(results));
    `;
    const { stdout } = await runProgram(['--input-type=module', '--eval', program]);
    expect(Number(stdout)).to.be.within(1, 3);
  });

  describe('as a plugin', () => {
    it('shows a model how to run code and list files, and nothing of the session', () => {
      const plugin = pluginFromObject(aTool('http://localhost/p'), 'SessionsTool');
      const shown = plugin.functions.map(({ metadata }) => [
        metadata.name,
        metadata.modelVisible,
        Object.keys(Object(metadata.parameters['properties'])),
      ]);
      expect(shown).to.have.deep.members([
        ['execute_code', true, ['code']],
        ['list_files', true, []],
        ['upload_file', false, ['localFilePath', 'remoteFilePath']],
        ['download_file', false, ['remoteFilePath', 'localFilePath']],
      ]);
    });

    it('shows what the developer allows', () => {
      const tool = aTool('http://localhost/p', { modelFunctions: ['execute_code', 'download_file'] });
      const visible = pluginFromObject(tool).functions.filter(({ metadata }) => metadata.modelVisible);
      expect(visible.map(({ metadata }) => metadata.name).sort()).to.deep.equal(['download_file', 'execute_code']);
    });

    it('runs code for the developer, in the session that is asked for', async () => {
      const server = await startLoopback(ran({ executionResult: 5050 }));
      const kernel = new Kernel();
      const tool = aTool(server.endpoint);
      const plugin = kernel.addPlugin(tool, 'SessionsTool');
      const result = await kernel.invoke(plugin['execute_code'] ?? '', { code: '```python\nsum(range(101))\n```' });
      expect(result.text).to.equal('Status: Succeeded\nResult: 5050');
      expect(result.value).to.include({ status: 'Succeeded', value: 5050 });
      expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).to.include({
        code: 'sum(range(101))',
        timeoutInSeconds: 100,
      });
      await kernel.invoke('SessionsTool-execute_code', { code: '1', sessionId: 'user-session' });
      const identifiers = server.requests.map(({ url }) => url.searchParams.get('identifier'));
      expect(identifiers).to.deep.equal([tool.sessionId, 'user-session']);
    });

    it('does not mean its own session, which all share, by a sessionId of null', async () => {
      const server = await startLoopback(ran({}));
      const kernel = new Kernel();
      kernel.addPlugin(aTool(server.endpoint), 'SessionsTool');
      for (const [name, args] of [
        ['execute_code', { code: '1' }],
        ['list_files', {}],
      ] as const) {
        const error = await rejectionOf(kernel.invoke(`SessionsTool-${name}`, { ...args, sessionId: null }));
        expect(error).to.have.nested.property('cause.code', 'invalid_options');
        expect(error.message).to.contain('No session is named.');
      }
      expect(server.requests).to.deep.equal([]);
    });

    it('lets runs of one session follow one another, and those of others run at once', async () => {
      const waiting: (() => void)[] = [];
      const server = await startLoopback(
        (request, response) => void waiting.push(() => void ran({})(request, response)),
      );
      const kernel = new Kernel();
      kernel.addPlugin(aTool(server.endpoint), 'SessionsTool');
      const run = (sessionId?: string): Promise<unknown> =>
        kernel.invoke('SessionsTool-execute_code', { code: '1', ...(sessionId ? { sessionId } : {}) });
      const all = [run(), run(), ...Array.from({ length: 50 }, (_, index) => run(`user-${index}`)), run('user-0')];
      while (server.requests.length < 51) await new Promise((resolve) => setImmediate(resolve));
      expect(waiting).to.have.length(51);
      while (server.requests.length < 53) {
        for (const answer of waiting.splice(0)) answer();
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const answer of waiting.splice(0)) answer();
      await Promise.all(all);
    });
  });

  it('lets runs of its own session follow one another whether they name it or not', async () => {
    const waiting: (() => void)[] = [];
    const server = await startLoopback((request, response) => void waiting.push(() => void ran({})(request, response)));
    const kernel = new Kernel();
    const tool = aTool(server.endpoint);
    kernel.addPlugin(tool, 'SessionsTool');
    const run = (args: object): Promise<unknown> => kernel.invoke('SessionsTool-execute_code', { code: '1', ...args });
    const all = [{}, { sessionId: tool.sessionId }, {}, { sessionId: 'another' }].map(run);
    for (const expected of [2, 3, 4]) {
      while (server.requests.length < expected) await new Promise((resolve) => setImmediate(resolve));
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(server.requests).to.have.length(expected);
      for (const answer of waiting.splice(0)) answer();
    }
    await Promise.all(all);
  });

  describe('executeCode', () => {
    it('gives the developer the whole result and the model its text', async () => {
      const server = await startLoopback(ran({ stdout: 'x'.repeat(30_000), executionResult: 1 }));
      const result = await aTool(server.endpoint, { maxOutputChars: 500 }).executeCode('1');
      expect(result.stdout).to.have.length(30_000);
      const say: unknown = Reflect.get(result, 'toModelString');
      expect(typeof say === 'function' && say()).to.have.length.below(600);
      expect(Object.keys(result)).not.to.contain('toModelString');
      expect(JSON.parse(JSON.stringify(result))).to.include({ value: 1 });
    });

    it("gives the model as much as `maxOutputChars` says, which a function's own limit does not undercut", async () => {
      const stdout = 'o'.repeat(80_000);
      const server = await startLoopback(ran({ stdout }));
      const kernel = new Kernel();
      kernel.addPlugin(aTool(server.endpoint, { maxOutputChars: 100_000 }), 'Large');
      kernel.addPlugin(aTool(server.endpoint), 'Usual');
      expect((await kernel.invoke('Large-execute_code', { code: 'x' })).text).to.contain(stdout);
      expect((await kernel.invoke('Usual-execute_code', { code: 'x' })).text.length).to.be.below(20_100);
    });

    it('tells a model how long code may run that ran too long, and what to do', async () => {
      const stderr = 'Request timed out waiting for code execution to complete';
      const server = await startLoopback(ran({ stderr }, 'Failed'));
      const plugin = new Kernel().addPlugin(aTool(server.endpoint, { timeoutInSeconds: 20 }), 'SessionsTool');
      const result = await new Kernel().invoke(plugin['execute_code'] ?? '', { code: 'while True: pass' });
      expect(result.text).to.equal(
        'Status: Failed\nError: TimeoutError: The code ran longer than the 20 s it was allowed. Split the work into shorter ' +
          `runs, or raise \`timeoutInSeconds\` (220 at most).\nStderr: ${stderr}`,
      );
    });

    it('leaves the code alone where that is asked for', async () => {
      const server = await startLoopback(ran({}));
      await aTool(server.endpoint, { sanitizeInput: false }).executeCode('```\n1\n```');
      expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).to.include({ code: '```\n1\n```' });
    });

    it('refuses code of which nothing is left', async () => {
      const server = await startLoopback(ran({}));
      expect(await rejectionOf(aTool(server.endpoint).executeCode('```python\n```'))).to.include({
        code: 'invalid_request',
        fatal: false,
      });
      expect(server.requests).to.have.length(0);
    });

    it('tells the model of failing code as a result', async () => {
      const server = await startLoopback(
        ran({ stderr: 'Traceback (most recent call last):\n  x\nZeroDivisionError: division by zero' }, 'Failed'),
      );
      const kernel = new Kernel();
      kernel.addPlugin(aTool(server.endpoint), 'SessionsTool');
      const { text: told } = await kernel.invoke('SessionsTool-execute_code', { code: '1/0' });
      expect(told).to.match(/^Status: Failed\nError: ZeroDivisionError: division by zero\nStderr:\nTraceback/);
    });

    it('saves pictures under new names, and says where', async () => {
      const picture = { type: 'image', format: '../../../evil', base64_data: PNG.toString('base64') };
      const server = await startLoopback(ran({ executionResult: picture }));
      const tool = aTool(server.endpoint, { imageDirectory: join(directory, 'images') });
      const results = [await tool.executeCode('plot()'), await tool.executeCode('plot()')];
      const saved = await readdir(join(directory, 'images'));
      expect(saved).to.have.length(2);
      for (const result of results) {
        const path = result.images[0]?.path ?? '';
        expect(path).to.match(/images\/image-[\da-f-]{36}\.png$/);
        expect(path).not.to.contain(tool.sessionId);
        expect(await readFile(path)).to.deep.equal(PNG);
        expect(String(Reflect.get(result, 'toModelString'))).to.be.a('string');
      }
    });

    it('says that the code has run when its pictures cannot be saved after all, and runs it no second time', async () => {
      const images = join(directory, 'images');
      const picture = { type: 'image', format: 'png', base64_data: PNG.toString('base64') };
      const server = await startLoopback(async (request, response) => {
        await rm(images, { recursive: true });
        await ran({ executionResult: picture })(request, response);
      });
      const tool = aTool(server.endpoint, { imageDirectory: images });
      const error = await rejectionOf(tool.executeCode('plot()'));
      expect(error).to.include({ code: 'invalid_options', fatal: true });
      expect(error.message).to.contain('The code was run').and.contain('(ENOENT)').and.not.contain(directory);
      const kernel = new Kernel({ services: aModel(calls(call('Tool-execute_code', { code: 'plot()' })), 'Never.') });
      kernel.addPlugin(aTool(server.endpoint, { imageDirectory: images }), 'Tool');
      expect(await rejectionOf(kernel.chat('Plot'))).to.have.nested.property('cause.code', 'invalid_options');
      expect(server.requests).to.have.length(2);
    });

    it('runs nothing when pictures could not be saved', async () => {
      const server = await startLoopback(ran({}));
      await writeFile(join(directory, 'file'), '');
      const tool = aTool(server.endpoint, { imageDirectory: join(directory, 'file') });
      expect(await rejectionOf(tool.executeCode('plot()'))).to.include({ code: 'invalid_options' });
      expect(server.requests).to.have.length(0);
    });
  });

  describe('files', () => {
    const file = { name: 'data.csv', sizeInBytes: 3, lastModifiedAt: '2026-01-01T00:00:00Z' };

    it('are listed, for the model in words', async () => {
      const server = await startLoopback(
        json(200, { value: [file, { name: 'd', type: 'directory' }] }),
        json(200, { value: [] }),
      );
      const kernel = new Kernel();
      kernel.addPlugin(aTool(server.endpoint), 'SessionsTool');
      const listed = await kernel.invoke('SessionsTool-list_files');
      expect(listed.value).to.have.length(2);
      expect(listed.text).to.equal('/mnt/data/data.csv (3 bytes)\n/mnt/data/d/');
      expect((await kernel.invoke('SessionsTool-list_files')).text).to.equal('There are no files.');
    });

    it('are uploaded from memory, and from allowed directories only', async () => {
      const server = await startLoopback(json(200, file));
      await writeFile(join(directory, 'data.csv'), 'a,b');
      const denied = await rejectionOf(aTool(server.endpoint).uploadFile(join(directory, 'data.csv')));
      expect(denied).to.include({ code: 'path_denied' });
      expect(server.requests).to.have.length(0);
      await aTool(server.endpoint).uploadFile(Buffer.from('a,b'), 'in/data.csv');
      expect(server.requests[0]?.url.searchParams.get('path')).to.equal('in');
      const uploaded = await aTool(server.endpoint, { uploadDirectories: [directory] }).uploadFile(
        join(directory, 'data.csv'),
      );
      expect(uploaded.fullPath).to.equal('/mnt/data/data.csv');
      expect(server.requests[1]?.body.toString()).to.contain('filename="data.csv"').and.contain('\r\n\r\na,b\r\n');
    });

    it('are uploaded under a name, which errors call as this tool does', async () => {
      const server = await startLoopback(json(200, file));
      const tool = aTool(server.endpoint);
      expect(await rejectionOf(tool.uploadFile(Buffer.from('a,b')))).to.include({
        code: 'invalid_options',
        message: 'What is uploaded has no name of its own: pass `remoteFilePath`.',
      });
      const ambiguous = await rejectionOf(tool.uploadFile(Buffer.from('a,b'), 'a"b.csv'));
      expect(ambiguous.message).to.match(/: pass another as `remoteFilePath`\.$/);
      const client = await rejectionOf(tool.client.uploadFile(Buffer.from('a,b')));
      expect(client.message).to.match(/: pass `name`\.$/);
      expect(server.requests).to.have.length(0);
    });

    it('are downloaded to memory, and to allowed directories only, which is checked first', async () => {
      const server = await startLoopback(text(200, 'abc'));
      const target = join(directory, 'out.csv');
      expect(Buffer.from(await aTool(server.endpoint).downloadFile('out.csv')).toString()).to.equal('abc');
      expect(await rejectionOf(aTool(server.endpoint).downloadFile('out.csv', target))).to.include({
        code: 'path_denied',
      });
      expect(server.requests).to.have.length(1);
      const kernel = new Kernel();
      kernel.addPlugin(aTool(server.endpoint, { downloadDirectories: [directory] }), 'SessionsTool');
      const { text: told } = await kernel.invoke('SessionsTool-download_file', {
        remoteFilePath: 'out.csv',
        localFilePath: target,
      });
      expect(told).to.equal(`Downloaded out.csv: 3 bytes, saved as ${target}`);
      expect(await readFile(target, 'utf8')).to.equal('abc');
    });

    it('are saved piece by piece, complete or not at all', async () => {
      const server = await startLoopback(text(200, 'abc'), hangUp, (request, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('half', () => request.socket.destroy());
      });
      const tool = aTool(server.endpoint, { downloadDirectories: [directory] });
      const target = join(directory, 'out.bin');
      const saved = await tool.saveFile('sub/out.bin', target);
      expect(saved).to.deep.equal({ localFilePath: target, sizeInBytes: 3 });
      for (const _failure of ['a broken connection', 'half a file']) {
        expect(await rejectionOf(tool.saveFile('out.bin', target))).to.include({ code: 'network' });
      }
      expect(await rejectionOf(tool.saveFile('out.bin', join(tmpdir(), 'x')))).to.include({ code: 'path_denied' });
      expect(server.requests).to.have.length(3);
      expect(await readFile(target, 'utf8')).to.equal('abc');
      expect(await readdir(directory)).to.deep.equal(['out.bin']);
    });

    it('are given as bytes to a kernel that names no local path', async () => {
      const server = await startLoopback(text(200, 'abc'));
      const kernel = new Kernel();
      kernel.addPlugin(aTool(server.endpoint), 'SessionsTool');
      const given = await kernel.invoke('SessionsTool-download_file', { remoteFilePath: 'out.csv' });
      expect(given.text).to.equal('Downloaded out.csv: 3 bytes');
      expect(Buffer.from(given.value).toString()).to.equal('abc');
    });

    it('cannot be reached by a model that was not allowed to', async () => {
      const server = await startLoopback(text(200, 'abc'));
      const kernel = new Kernel();
      kernel.addPlugin(aTool(server.endpoint, { downloadDirectories: [directory] }), 'SessionsTool');
      const record = await kernel.invokeToolCall({
        id: '1',
        name: 'SessionsTool-download_file',
        arguments: JSON.stringify({ remoteFilePath: 'x', localFilePath: join(directory, 'x') }),
      });
      expect(record.result).to.include({ isError: true });
      expect(server.requests).to.have.length(0);
      expect(await readdir(directory)).to.deep.equal([]);
    });
  });

  describe('its session', () => {
    it('is a random UUID of its own, unless one is given', () => {
      const [one, two] = [aTool('http://localhost/p'), aTool('http://localhost/p')];
      expect(one.sessionId).to.match(UUID);
      expect(one.sessionId).not.to.equal(two.sessionId);
      expect(aTool('http://localhost/p', { sessionId: 'given' }).sessionId).to.equal('given');
    });

    const methods = (server: { requests: readonly { method: string }[] }): string[] =>
      server.requests.map(({ method }) => method);

    it('ends with close if the tool made its id and has used it', async () => {
      const server = await startLoopback(ran({}), text(204, ''));
      const tool = aTool(server.endpoint);
      await tool.executeCode('1');
      await tool[Symbol.asyncDispose]();
      await tool.close();
      expect(methods(server)).to.deep.equal(['POST', 'DELETE']);
      expect(server.requests[1]?.url.searchParams.get('identifier')).to.equal(tool.sessionId);
      await aTool(server.endpoint).close();
      expect(server.requests, 'an unused session is not there to be deleted').to.have.length(2);
    });

    for (const [what, options] of [
      ['the pool cannot be reached', {}],
      ['there is no token', { authCallback: () => Promise.reject(new Error('no')) }],
      ['the code is empty', {}],
    ] as const) {
      it(`needs no deletion when ${what}: it never came about`, async () => {
        const server = await startLoopback(text(204, ''));
        if (what === 'the pool cannot be reached') await server.stop();
        const tool = aTool(server.endpoint, options);
        await rejectionOf(tool.executeCode(what === 'the code is empty' ? '' : '1'));
        await tool.close();
        expect(server.requests).to.deep.equal([]);
      });
    }

    it('ends with close although the answer to its only run was lost', async () => {
      const server = await startLoopback(hangUp, text(204, ''));
      const tool = aTool(server.endpoint);
      expect(await rejectionOf(tool.executeCode('1'))).to.include({ code: 'network' });
      await tool.close();
      expect(methods(server)).to.deep.equal(['POST', 'DELETE']);
    });

    it('ends with close while its first run is under way', async () => {
      const server = await startLoopback(text(204, ''));
      const tool = aTool(server.endpoint);
      const run = tool.executeCode('1').catch((error: unknown) => error);
      await new Promise((resolve) => setImmediate(resolve));
      await tool.close();
      await run;
      expect(methods(server)).to.have.members(['POST', 'DELETE']);
    });

    it('outlives close if the id was given, unless deletion is asked for', async () => {
      const server = await startLoopback(ran({}), text(204, ''));
      const shared = aTool(server.endpoint, { sessionId: 'given' });
      await shared.executeCode('1');
      await shared.close();
      expect(methods(server)).to.deep.equal(['POST']);
      await aTool(server.endpoint, { sessionId: 'given', deleteOnClose: true }).close();
      expect(methods(server)).to.deep.equal(['POST', 'DELETE']);
    });

    it('outlives close if that is asked for', async () => {
      const server = await startLoopback(ran({}));
      const tool = aTool(server.endpoint, { deleteOnClose: false });
      await tool.executeCode('1');
      await tool.close();
      expect(methods(server)).to.deep.equal(['POST']);
    });

    it('is left to the cooldown by versions that cannot delete it, unless deletion is asked for', async () => {
      const server = await startLoopback(json(200, { properties: { status: 'Success' } }));
      const tool = aTool(server.endpoint, { apiVersion: '2024-02-02-preview' });
      await tool.executeCode('1');
      await tool.close();
      const demanding = aTool(server.endpoint, { apiVersion: '2024-02-02-preview', deleteOnClose: true });
      await demanding.executeCode('1');
      expect(await rejectionOf(demanding.close())).to.include({ code: 'unsupported' });
    });

    it('begins afresh with restart, and the old one does not stay behind', async () => {
      const server = await startLoopback(ran({}), text(204, ''));
      const tool = aTool(server.endpoint);
      const before = tool.sessionId;
      await tool.executeCode('1');
      await tool.restart();
      expect(tool.sessionId).to.match(UUID).and.not.equal(before);
      expect(server.requests[1]?.url.searchParams.get('identifier')).to.equal(before);
      await tool.close();
      expect(methods(server)).to.deep.equal(['POST', 'DELETE']);
    });

    it('is the one of its client too, before and after restart, and ends although only the client was used', async () => {
      const server = await startLoopback(json(200, { value: [] }));
      const tool = aTool(server.endpoint);
      const before = tool.sessionId;
      await tool.client.listFiles();
      await tool.restart();
      await tool.client.listFiles();
      await tool.close();
      const seen = server.requests.map(({ method, url }) => [method, url.searchParams.get('identifier')]);
      expect(seen).to.deep.equal([
        ['GET', before],
        ['DELETE', before],
        ['GET', tool.sessionId],
        ['DELETE', tool.sessionId],
      ]);
    });

    it('keeps its id with restart if the id was given', async () => {
      const server = await startLoopback(text(204, ''));
      const tool = aTool(server.endpoint, { sessionId: 'given' });
      await tool.restart();
      expect([tool.sessionId, ...methods(server)]).to.deep.equal(['given', 'DELETE']);
    });
  });

  describe('setupCode', () => {
    const codes = (server: { requests: readonly { body: Buffer }[] }): unknown[] =>
      server.requests.flatMap(({ body }) => (body.length === 0 ? [] : JSON.parse(body.toString()).code));

    it('runs before the first code in each session, and again after restart', async () => {
      const server = await startLoopback((request, response) =>
        (request.method === 'DELETE' ? text(204, '') : ran({}))(request, response),
      );
      const tool = aTool(server.endpoint, { setupCode: 'import os' });
      await Promise.all([tool.executeCode('1'), tool.executeCode('2')]);
      await tool.executeCode('3', 'another');
      await tool.restart();
      await tool.executeCode('4');
      expect(codes(server)).to.deep.equal(['import os', '1', '2', 'import os', '3', 'import os', '4']);
    });

    it('runs again when the interpreter was lost', async () => {
      const lost = ran({ stderr: 'Execution aborted' }, 'Failed');
      const server = await startLoopback(ran({}), lost, ran({}));
      const tool = aTool(server.endpoint, { setupCode: 'import os' });
      await tool.executeCode('1');
      await tool.executeCode('2');
      expect(codes(server)).to.deep.equal(['import os', '1', 'import os', '2']);
    });

    it('that fails is a wrong option, which tells nothing of the code, and nothing else is run', async () => {
      const stderr = 'Traceback (most recent call last):\n  secret()\nNameError: name secret';
      const server = await startLoopback(ran({ stderr }, 'Failed'), ran({}));
      const tool = aTool(server.endpoint, { setupCode: 'secret()' });
      const error = await rejectionOf(tool.executeCode('1'));
      expect(error).to.include({ code: 'invalid_options', fatal: true });
      expect(error.message).to.contain('`setupCode` failed in the session (NameError)').and.not.contain('secret');
      await tool.executeCode('1');
      expect(codes(server)).to.deep.equal(['secret()', 'secret()', '1']);
    });
  });

  describe('packageInstalls', () => {
    const metadata = json(200, {
      preInstalledPackages: [{ name: 'Pandas', version: '2' }, { name: 'scikit_learn' }, 7],
    });
    const INSTALL = '!pip install -q pandas seaborn==0.13\nimport seaborn';

    it('runs everything by default', async () => {
      const server = await startLoopback(ran({}));
      await aTool(server.endpoint).executeCode(INSTALL);
      expect(server.requests).to.have.length(1);
    });

    it('refuses what the pool lacks, with a list of what it has, and runs nothing', async () => {
      const server = await startLoopback(metadata, ran({}));
      const tool = aTool(server.endpoint, { packageInstalls: 'refuse-missing' });
      const error = await rejectionOf(tool.executeCode(INSTALL));
      expect(error).to.include({ code: 'invalid_request', fatal: false });
      expect(error.message).to.equal(
        'The code was not run: packages cannot be installed here, and seaborn is missing. ' +
          'Use the standard library, or one of these: pandas, scikit-learn.',
      );
      const bare = await startLoopback(json(200, { preInstalledPackages: [] }));
      const refused = aTool(bare.endpoint, { packageInstalls: 'refuse-missing' }).executeCode('!pip install x');
      expect((await rejectionOf(refused)).message).to.match(/and x is missing\. Use the standard library\.$/);
      await tool.executeCode('%pip install "Scikit.Learn>=1" pandas[excel] # all there\nx = 1');
      await tool.executeCode('print("!pip install x")');
      expect(server.requests.map(({ url }) => url.pathname.replace(/.*\//, ''))).to.deep.equal([
        'metadata',
        'executions',
        'executions',
      ]);
    });

    it('runs what it knows nothing of', async () => {
      for (const answer of [json(400, { error: { code: 'SessionRequestNotSupported' } }), json(200, {})]) {
        const server = await startLoopback(answer, ran({}));
        await aTool(server.endpoint, { packageInstalls: 'refuse-missing' }).executeCode(INSTALL);
        expect(server.requests).to.have.length(2);
      }
    });
  });

  it('refuses wrong options, naming them', () => {
    for (const [options, message] of [
      [{ setupCode: ' ' }, /`setupCode`/],
      [{ packageInstalls: untyped('refuse') }, /`packageInstalls`/],
      [{ agent: untyped({}) }, /`agent`/],
      [{ sessionId: 'x' }, /session identifier/],
      [{ sessionId: untyped(null) }, /No session is named/],
      [{ timeoutInSeconds: 0 }, /`timeoutInSeconds`/],
      [{ maxOutputChars: 0 }, /`maxOutputChars`/],
      [{ poolManagementEndpoint: 'nonsense' }, /malformed/],
    ] as const) {
      expect(() => aTool('http://localhost/p', options))
        .to.throw(message)
        .with.property('code', 'invalid_options');
    }
  });
});
