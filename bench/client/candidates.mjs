// One way each to talk to a pool. A candidate gives `execute`, which resolves to the value of a cell, and where it has
// them `upload(path)` and `download(size, path)`, between a local file and the pool.
import { createReadStream, createWriteStream, openAsBlob, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const CODE = 'sum(range(101))';
const TOKEN = 'a-token-of-the-bench';
const QUERY = '?api-version=2025-10-02-preview&identifier=bench';
const BODY = { code: CODE, timeoutInSeconds: 100 };
const AUTHORIZATION = `Bearer ${TOKEN}`;

export const CANDIDATES = {
  'http-request': async (endpoint) => {
    const agent = new Agent({ keepAlive: true });
    const call = (method, path, headers, send) =>
      new Promise((resolve, reject) => {
        const outgoing = request(`${endpoint}${path}`, {
          agent,
          method,
          headers: { authorization: AUTHORIZATION, ...headers },
        });
        outgoing.on('response', resolve).on('error', reject);
        send(outgoing);
      });
    return {
      execute: async () => {
        const body = JSON.stringify(BODY);
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
        const response = await call('POST', `/executions${QUERY}`, headers, (outgoing) => outgoing.end(body));
        return JSON.parse(await textOf(response)).result.executionResult;
      },
      upload: async (path) => {
        const head = '--bench\r\ncontent-disposition: form-data; name="file"; filename="file"\r\n\r\n';
        const tail = '\r\n--bench--\r\n';
        const headers = {
          'content-type': 'multipart/form-data; boundary=bench',
          'content-length': head.length + statSync(path).size + tail.length,
        };
        const parts = async function* () {
          yield head;
          yield* createReadStream(path);
          yield tail;
        };
        const response = await call('POST', `/files${QUERY}`, headers, (outgoing) => void pipeline(parts, outgoing));
        await textOf(response);
      },
      download: async (size, path) => {
        const response = await call('GET', `/files/${size}/content${QUERY}`, {}, (outgoing) => outgoing.end());
        await pipeline(response, createWriteStream(path));
      },
    };
  },

  axios: async (endpoint) => {
    const { default: axios } = await import('axios');
    const client = axios.create({
      baseURL: endpoint,
      httpAgent: new Agent({ keepAlive: true }),
      headers: { authorization: AUTHORIZATION },
    });
    return {
      execute: async () => (await client.post(`/executions${QUERY}`, BODY)).data.result.executionResult,
      upload: async (path) => {
        const form = new FormData();
        form.append('file', await openAsBlob(path), 'file');
        await client.post(`/files${QUERY}`, form, { maxBodyLength: Infinity });
      },
      download: async (size, path) => {
        const { data } = await client.get(`/files/${size}/content${QUERY}`, { responseType: 'stream' });
        await pipeline(data, createWriteStream(path));
      },
    };
  },

  fetch: async (endpoint) => {
    const headers = { authorization: AUTHORIZATION };
    return {
      execute: async () => {
        const init = {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(BODY),
        };
        return (await (await fetch(`${endpoint}/executions${QUERY}`, init)).json()).result.executionResult;
      },
      upload: async (path) => {
        const form = new FormData();
        form.append('file', await openAsBlob(path), 'file');
        await (await fetch(`${endpoint}/files${QUERY}`, { method: 'POST', headers, body: form })).text();
      },
      download: async (size, path) => {
        const { body } = await fetch(`${endpoint}/files/${size}/content${QUERY}`, { headers });
        await pipeline(Readable.fromWeb(body), createWriteStream(path));
      },
    };
  },

  'llamaindex-azure': async (endpoint) => {
    console.log = () => undefined; // It prints every payload and every answer.
    const { AzureDynamicSessionTool } = await import('@llamaindex/azure');
    const tool = new AzureDynamicSessionTool({
      poolManagementEndpoint: endpoint,
      sessionId: 'bench',
      azureADTokenProvider: async () => TOKEN,
    });
    return {
      execute: async () => (await tool.call({ code: CODE })).result,
      upload: async (path) => {
        await tool.uploadFile({ data: await openAsBlob(path), remoteFilename: 'file' });
      },
      download: async (size, path) => {
        const body = await tool.downloadFile({ remoteFilename: String(size) });
        await pipeline(Readable.fromWeb(body), createWriteStream(path));
      },
    };
  },

  'sessions-client': async (endpoint) => {
    const { SessionsClient } = await import('../../dist/index.js');
    const client = new SessionsClient({ ...connection(endpoint), identifier: 'bench' });
    return {
      execute: async () => (await client.execute(CODE)).value,
      upload: async (path) => {
        await client.uploadFile(path, { name: 'file' });
      },
      download: (size, path) => client.downloadFile(String(size), { to: path }),
    };
  },

  'sessions-tool': async (endpoint) => {
    const { SessionsPythonTool } = await import('../../dist/index.js');
    const tool = new SessionsPythonTool({ ...connection(endpoint), sessionId: 'bench' });
    return { execute: async () => (await tool.executeCode(CODE)).value };
  },

  'kernel-invoke': async (endpoint) => {
    const { Kernel, SessionsPythonTool } = await import('../../dist/index.js');
    const kernel = new Kernel();
    const plugin = kernel.addPlugin(
      new SessionsPythonTool({ ...connection(endpoint), sessionId: 'bench' }),
      'sessions',
    );
    return { execute: async () => (await kernel.invoke(plugin.execute_code, { code: CODE })).value.value };
  },

  'kernel-alone': async () => {
    const { Kernel, defineFunction, definePlugin } = await import('../../dist/index.js');
    const input = { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] };
    const execute = defineFunction({ name: 'execute_code', input, exclusive: true }, async () => 5050);
    const kernel = new Kernel();
    const plugin = kernel.addPlugin(definePlugin('sessions', [execute]));
    return { execute: async () => (await kernel.invoke(plugin.execute_code, { code: CODE })).value };
  },
};

function connection(endpoint) {
  return {
    poolManagementEndpoint: endpoint,
    authCallback: () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
}

async function textOf(response) {
  const pieces = [];
  for await (const piece of response) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
