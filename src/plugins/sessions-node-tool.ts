import type { InvocationScope } from '../functions/invocation.js';
import { kernelFunction } from '../functions/kernel-function.js';
import type { ExecutionResult } from '../sessions/execution-result.js';
import { readFlag } from '../sessions/sessions-client-options.js';
import { JAVASCRIPT, removeFences } from './code-sanitizer.js';
import { SESSION_ID_PARAMETER, sessionKey } from './session-id-parameter.js';
import { SessionsTool } from './sessions-tool.js';
import { type InterpreterOptions, readSetupCode, type SessionsToolOptions } from './sessions-tool-options.js';

/** How a `SessionsNodeTool` is made. */
export interface SessionsNodeToolOptions extends SessionsToolOptions, InterpreterOptions {
  /** Whether Markdown fences around the code are taken away. @default true */
  sanitizeInput?: boolean | undefined;
}

/** Runs JavaScript in a session of a NodeLTS pool; otherwise as `SessionsPythonTool`. */
export class SessionsNodeTool extends SessionsTool {
  readonly #sanitizes: boolean;
  readonly #setupCode: string | undefined;

  constructor(options: SessionsNodeToolOptions = {}) {
    super(options, ['execute_code', 'list_files']);
    this.#sanitizes = readFlag(options.sanitizeInput, 'sanitizeInput') ?? true;
    this.#setupCode = readSetupCode(options);
  }

  /**
   * Runs JavaScript. Variables and files stay for the next run of the same session. Failing code is a result.
   *
   * @throws SessionsError when the pool cannot be reached or refuses.
   */
  @kernelFunction({
    name: 'execute_code',
    description:
      'Runs JavaScript with Node.js in a sandbox and returns its status, the value of the last expression, stdout and stderr. ' +
      'Variables and files in /mnt/data persist between calls, so a const cannot be declared twice. There is usually no network.',
    parameters: {
      code: { type: 'string', description: 'The JavaScript code to run, without Markdown fences.' },
      sessionId: SESSION_ID_PARAMETER,
    },
    exclusive: sessionKey,
    leaf: true,
    maxResultChars: Infinity, // `maxOutputChars` is the limit.
  })
  async executeCode(code: string, sessionId?: string, scope?: InvocationScope): Promise<ExecutionResult> {
    const cleaned = this.#sanitizes && typeof code === 'string' ? removeFences(code, JAVASCRIPT) : code;
    return this.presentCode(cleaned, { setupCode: this.#setupCode, sessionId, scope });
  }
}
