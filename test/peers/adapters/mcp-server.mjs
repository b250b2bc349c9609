// An MCP server over stdio, as a user would write it; the pool is that of the test.
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { SessionsPythonTool, staticAuth } from 'dynamic-sessions-kernel';
import { createMcpServer } from 'dynamic-sessions-kernel/mcp';

const [, , poolManagementEndpoint, token] = process.argv;
const tool = new SessionsPythonTool({ poolManagementEndpoint, authCallback: staticAuth(token) });
serveStdio(() => createMcpServer(tool));
