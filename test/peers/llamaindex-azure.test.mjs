// LlamaIndex's own client of the service, as it is published.
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { AzureDynamicSessionTool } from '@llamaindex/azure';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';

// It has no method that shows a picture; this class is a picture to every notebook.
const PICTURE = `
import base64
class Dot:
    def _repr_png_(self):
        return base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
Dot()
`;

describe("@llamaindex/azure's AzureDynamicSessionTool against the emulator", () => {
  const { log } = console;
  const home = process.cwd();
  let emulator;
  let folder;
  let tool;
  before(async () => {
    // It prints the code and its output on every call, and writes pictures below the current folder.
    console.log = () => {};
    folder = mkdtempSync(join(tmpdir(), 'peers-'));
    process.chdir(folder);
    emulator = await SessionPoolEmulator.start();
    tool = new AzureDynamicSessionTool({
      poolManagementEndpoint: emulator.poolManagementEndpoint,
      azureADTokenProvider: async () => emulator.token,
    });
  });
  after(async () => {
    await emulator.stop();
    process.chdir(home);
    rmSync(folder, { recursive: true });
    console.log = log;
  });

  it('executes, and keeps the state of the session', async () => {
    expect(await tool.call({ code: 'total = sum(range(101))\nprint("summed")' })).to.include({ stdout: 'summed\n' });
    expect(await tool.call({ code: 'str(total)' })).to.include({ result: '5050', stderr: '' });
    expect(await tool.call({ code: 'total' })).to.include({ result: 5050 });
  });

  it('is told what a failing cell raised', async () => {
    const answer = await tool.call({ code: 'undefined_name' });
    expect(answer.stderr).to.contain('NameError').and.not.to.contain('Failed to execute');
  });

  it('finds a picture where it looks for one', async () => {
    const { result } = await tool.call({ code: PICTURE });
    expect(result).to.match(/^tool-output[/\\].+\.png$/);
  });

  it('uploads, lists and downloads, also what the code has written', async () => {
    const uploaded = await tool.uploadFile({ data: new Blob(['a,b\n1,2\n']), remoteFilename: 'numbers.csv' });
    expect(uploaded).to.include({ filename: 'numbers.csv', size: 8 });
    await tool.call({ code: 'open("/mnt/data/copy.csv", "w").write(open("/mnt/data/numbers.csv").read().upper())' });
    const listed = await tool.listFiles();
    expect(listed.map(({ filename }) => filename)).to.deep.equal(['copy.csv', 'numbers.csv']);
    expect(await text(await tool.downloadFile({ remoteFilename: 'copy.csv' }))).to.equal('A,B\n1,2\n');
  });

  it('reads its endpoint from the environment', async () => {
    process.env.AZURE_POOL_MANAGEMENT_ENDPOINT = emulator.poolManagementEndpoint;
    const other = new AzureDynamicSessionTool({ azureADTokenProvider: async () => emulator.token });
    delete process.env.AZURE_POOL_MANAGEMENT_ENDPOINT;
    expect(await other.listFiles()).to.deep.equal([]);
  });
});
