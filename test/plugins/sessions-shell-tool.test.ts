import { expect } from 'chai';
import { Kernel } from '../../src/kernel/kernel.js';
import { SessionsShellTool } from '../../src/plugins/sessions-shell-tool.js';
import { json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

describe('SessionsShellTool', () => {
  afterEach(stopLoopbacks);

  it('runs a command without its fences and tells its exit code', async () => {
    const server = await startLoopback(
      json(200, { id: 'e', status: '2', result: { stdout: '', stderr: 'ls: no such file' } }),
    );
    const tool = new SessionsShellTool({ poolManagementEndpoint: server.endpoint, authCallback: () => 't' });
    const kernel = new Kernel();
    const plugin = kernel.addPlugin(tool, 'Shell');
    const { text } = await kernel.invoke(plugin['execute_command'] ?? '', { command: '```bash\nls none\n```' });
    expect(text).to.equal(
      'Status: Failed\nExit code: 2\nError: ExitCode: The command ended with exit code 2.\nStderr: ls: no such file',
    );
    expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).to.deep.equal({
      shellCommand: 'ls none',
      timeoutInSeconds: 100,
      outputStreamsMaxLength: 100_000,
    });
    expect(
      plugin.functions
        .filter(({ metadata }) => metadata.modelVisible)
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).to.deep.equal(['execute_command', 'list_files']);
  });

  it('leaves commands alone that peers damage', async () => {
    const server = await startLoopback(json(200, { id: 'e', status: '0', result: {} }));
    const tool = new SessionsShellTool({ poolManagementEndpoint: server.endpoint, authCallback: () => 't' });
    for (const command of ['shuf -n1 f', 'sha256sum x', 'sh run.sh', 'echo `date`']) {
      await tool.executeCommand(command);
      expect(JSON.parse(server.requests.at(-1)?.body.toString() ?? '')).to.include({ shellCommand: command });
    }
  });
});
