import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import type { CallAnswer } from '../functions/call-by-model.js';
import { checkModelFunctionsOptions, modelFunctions } from '../functions/model-functions.js';
import type { ModelFunction, ModelFunctionsOptions } from '../functions/model-functions.js';
import { resultImages } from './result-images.js';

export type { ModelFunctionsOptions };

/** How an MCP server presents itself, and what it offers. */
export interface McpServerOptions extends ModelFunctionsOptions {
  /** @default 'dynamic-sessions-kernel' */
  readonly name?: string | undefined;
  /** @default the version of this package */
  readonly version?: string | undefined;
}

const MCP_SERVER_DEFAULTS = Object.freeze({ name: 'dynamic-sessions-kernel', version: '0.1.0' });

/**
 * Makes an MCP server of what a model may call: of one plugin the functions by their names, of a list by
 * `plugin-function`. It needs `@modelcontextprotocol/server`; connect it to a transport, or hand a function that makes
 * it to `serveStdio` or `createMcpHandler`.
 *
 * Figures come as images for the user. A failure is an `isError` result; where the application is at fault (auth,
 * options) the client is told no more than that, and `server.onerror` is given the error. All clients of one session
 * tool share its session: to keep them apart, make a server for each with `arguments: { sessionId }`.
 *
 * @example
 * ```ts
 * import { serveStdio } from '@modelcontextprotocol/server/stdio';
 *
 * serveStdio(() => createMcpServer(new SessionsPythonTool()));
 * ```
 * @throws KernelError `invalid_options`, `duplicate_plugin`, `invalid_metadata` or `invalid_name`
 */
export function createMcpServer(plugins: object | readonly object[], options: McpServerOptions = {}): Server {
  checkModelFunctionsOptions(options, ['name', 'version']);
  const { name = MCP_SERVER_DEFAULTS.name, version = MCP_SERVER_DEFAULTS.version, names, arguments: args } = options;
  const functions = new Map(modelFunctions(plugins, { names, arguments: args }).map((each) => [each.name, each]));
  const server = new Server({ name, version }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: [...functions.values()].map(toTool) }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const called = functions.get(params.name);
    if (called === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
    const answer = await called.call(params.arguments, { signal: mcpReq.signal });
    if (answer.type === 'failure' && answer.fatal) server.onerror?.(answer.error);
    return toResult(answer);
  });
  return server;
}

function toTool({ name, description, parameters }: ModelFunction): Tool {
  return { name, description, inputSchema: { ...structuredClone(parameters), type: 'object' } };
}

function toResult(answer: CallAnswer): CallToolResult {
  const text = { type: 'text' as const, text: answer.text };
  if (answer.type === 'failure') return { content: [text], isError: true };
  const images = resultImages(answer.value).map(({ data, mediaType }) => ({
    type: 'image' as const,
    data,
    mimeType: mediaType,
    annotations: { audience: ['user' as const] },
  }));
  const structuredContent = structureOf(answer.text);
  return { content: [text, ...images], ...(structuredContent && { structuredContent }) };
}

/** What the text says, where that is a JSON object: a program then need not parse it, and no budget is got round. */
function structureOf(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}
