import { outputLengthField } from './output-length.js';
import type { CodeRequest, Wire } from './wire.js';

/** 2024-10-02-preview and later: `executions`, flat bodies. */
export function currentWire(apiVersion: string): Wire {
  return {
    executeRoute: ['executions'],
    executeBody: (request: CodeRequest) => ({
      codeInputType: 'Inline',
      executionType: request.asynchronous ? 'Asynchronous' : 'Synchronous',
      code: request.code,
      timeoutInSeconds: request.timeoutInSeconds,
      ...outputLengthField(apiVersion, request.outputStreamsMaxLength),
    }),
    uploadRoute: ['files'],
    contentRoute: (name) => ['files', name, 'content'],
  };
}
