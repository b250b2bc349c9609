import { hasFeature } from './api-version.js';
import type { CodeRequest, Wire } from './wire.js';

/** stdout and stderr are each cut to 4,096 characters, silently, unless more is asked for. */
const DEFAULT_OUTPUT_LENGTH = 100_000;

/** 2024-10-02-preview and later: `executions`, flat bodies. */
export function currentWire(apiVersion: string): Wire {
  return {
    executeRoute: ['executions'],
    executeBody: (request: CodeRequest) => ({
      codeInputType: 'Inline',
      executionType: request.asynchronous ? 'Asynchronous' : 'Synchronous',
      code: request.code,
      timeoutInSeconds: request.timeoutInSeconds,
      ...(hasFeature(apiVersion, '`outputStreamsMaxLength`')
        ? { outputStreamsMaxLength: request.outputStreamsMaxLength ?? DEFAULT_OUTPUT_LENGTH }
        : {}),
    }),
    uploadRoute: ['files'],
    contentRoute: (name) => ['files', name, 'content'],
  };
}
