// An MCP server over stdio, as a user would write it; the pool is that of the test.
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createMcpServer } from '../../src/adapters/mcp.js';
import { SessionsPythonTool } from '../../src/index.js';

const [, , poolManagementEndpoint = '', token = ''] = process.argv;
const tool = new SessionsPythonTool({ poolManagementEndpoint, authCallback: () => token });
serveStdio(() => createMcpServer(tool, { names: { execute_code: 'python' } }));
