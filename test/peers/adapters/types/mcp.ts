import type { Server } from '@modelcontextprotocol/server';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { SessionsPythonTool } from 'dynamic-sessions-kernel';
import { createMcpServer } from 'dynamic-sessions-kernel/mcp';
import type { McpServerOptions, ModelFunctionsOptions } from 'dynamic-sessions-kernel/mcp';

const tool = new SessionsPythonTool();
const names: ModelFunctionsOptions = { names: { execute_code: 'python' } };
const options: McpServerOptions = { ...names, name: 'python', version: '1.0.0' };
export const server: Server = createMcpServer([tool], { arguments: { sessionId: 'of-alice' } });
serveStdio(() => createMcpServer(tool, options));
export const handler = createMcpHandler(() => createMcpServer(tool));
