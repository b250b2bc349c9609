import type { CodeRequest, Wire } from './wire.js';

/** 2024-02-02-preview and 2024-08-02-preview: `code/execute`, everything wrapped in `properties`. */
export const legacyWire: Wire = Object.freeze({
  executeRoute: ['code', 'execute'],
  executeBody: ({ code, timeoutInSeconds }: CodeRequest) => ({
    properties: { codeInputType: 'inline', executionType: 'synchronous', code, timeoutInSeconds },
  }),
  uploadRoute: ['files', 'upload'],
  contentRoute: (name: string) => ['files', 'content', name],
});
