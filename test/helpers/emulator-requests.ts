import type { SessionPoolEmulator } from '../../src/emulator/index.js';

/** Plain HTTP to an emulator: none of the library's own client, so that the two cannot agree on a mistake. */
export interface EmulatorRequests {
  call(method: string, path: string, options?: CallOptions): Promise<RawAnswer>;
  execute(code: string, options?: CallOptions & ExecuteFields): Promise<CellAnswer>;
  upload(filename: string, content: string | Uint8Array<ArrayBuffer>, options?: CallOptions): Promise<RawAnswer>;
}

export interface CallOptions {
  readonly identifier?: string | null;
  readonly version?: string | null;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
  readonly token?: string | null;
}

export interface ExecuteFields {
  readonly timeoutInSeconds?: number;
  readonly outputStreamsMaxLength?: number;
  readonly returnJupyterFormatExecutionResult?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined unless the answer is JSON. */
  readonly json: unknown;
}

/** The answer to an execution of the newest version. */
export interface CellAnswer {
  readonly status: string;
  readonly value: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

export const NEWEST = '2025-10-02-preview';

export function requestsTo(emulator: SessionPoolEmulator, identifier = 'session-1'): EmulatorRequests {
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<RawAnswer> => {
    const query = new URLSearchParams(options.query);
    if (options.version !== null) query.set('api-version', options.version ?? NEWEST);
    if (options.identifier !== null) query.set('identifier', options.identifier ?? identifier);
    const token = options.token === undefined ? emulator.token : options.token;
    const response = await fetch(`${emulator.poolManagementEndpoint}/${path}?${query}`, {
      method,
      headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...options.headers },
      ...(options.body !== undefined && { body: options.body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
  return {
    call,
    execute: async (code, options = {}) => {
      const {
        identifier: _identifier,
        version: _version,
        query: _query,
        headers: _headers,
        token: _token,
        ...fields
      } = options;
      const answer = await call('POST', 'executions', { ...options, body: JSON.stringify({ code, ...fields }) });
      if (answer.status !== 200) throw new Error(`Answered ${answer.status}: ${answer.text}`);
      const { status, result } = answer.json as unknown as { status: string; result: Record<string, string> };
      const { executionResult, stdout = '', stderr = '' } = result;
      return { status, value: executionResult, stdout, stderr };
    },
    upload: (filename, content, options) => {
      const form = new FormData();
      form.set('file', new Blob([content]), filename);
      return call('POST', 'files', { ...options, body: form });
    },
  };
}
