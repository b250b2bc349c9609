// What the adapter uses of @langchain/core, which is too heavy to be installed here. test/peers compiles the adapter
// against the package itself.

declare module '@langchain/core/messages' {
  export class ToolMessage {
    constructor(fields: { content: string; tool_call_id: string; name?: string; status?: 'success' | 'error' });
  }
}

declare module '@langchain/core/tools' {
  export class DynamicStructuredTool {
    constructor(fields: {
      name: string;
      description: string;
      schema: Record<string, unknown>;
      verboseParsingErrors?: boolean;
      responseFormat?: string;
      func: (input: unknown, runManager?: unknown, config?: { signal?: AbortSignal }) => Promise<unknown>;
    });
  }
}
