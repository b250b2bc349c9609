import { expect } from 'chai';
import { pluginFromObject } from '../../src/functions/plugin-from-object.js';
import { SessionsNodeTool } from '../../src/plugins/sessions-node-tool.js';
import { json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

describe('SessionsNodeTool', () => {
  afterEach(stopLoopbacks);

  it('runs JavaScript without its fences, and shows a model execute_code and list_files', async () => {
    const server = await startLoopback(json(200, { id: 'e', status: 'Succeeded', result: { executionResult: 2 } }));
    const tool = new SessionsNodeTool({ poolManagementEndpoint: server.endpoint, authCallback: () => 't' });
    expect((await tool.executeCode('```js\n1 + 1\n```')).value).to.equal(2);
    expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).to.include({ code: '1 + 1' });
    const visible = pluginFromObject(tool).functions.filter(({ metadata }) => metadata.modelVisible);
    expect(visible.map(({ metadata }) => metadata.name).sort()).to.deep.equal(['execute_code', 'list_files']);
  });
});
