import type { InvocationScope } from '../functions/invocation.js';
import { kernelFunction } from '../functions/kernel-function.js';
import type { ExecutionResult } from '../sessions/execution-result.js';
import { readFlag } from '../sessions/sessions-client-options.js';
import { PYTHON, removeFences } from './code-sanitizer.js';
import { createPackageInstalls, type PackageInstalls } from './package-installs.js';
import { SESSION_ID_PARAMETER, sessionKey } from './session-id-parameter.js';
import { SessionsTool } from './sessions-tool.js';
import { type InterpreterOptions, readSetupCode, type SessionsToolOptions } from './sessions-tool-options.js';

/** How a `SessionsPythonTool` is made. */
export interface SessionsPythonToolOptions extends SessionsToolOptions, InterpreterOptions {
  /** Whether Markdown fences around the code are taken away. @default true */
  sanitizeInput?: boolean | undefined;
  /**
   * What becomes of code with lines such as `!pip install x`: it is run, or, if the pool says that it lacks one of the
   * packages, refused with a list of those that there are; without a network the line fails only after a long wait.
   * @default 'allow'
   */
  packageInstalls?: 'allow' | 'refuse-missing' | undefined;
}

/**
 * Runs Python in a session of an Azure Container Apps session pool; a plugin for the kernel, and usable without one.
 *
 * A model may call `execute_code` and `list_files`; `upload_file` and `download_file` are for the developer, unless
 * `modelFunctions` names them too.
 *
 * @example
 * const plugin = kernel.addPlugin(new SessionsPythonTool(), 'SessionsTool');
 * const result = await kernel.invoke(plugin['execute_code'], { code: 'sum(range(101))' });
 */
export class SessionsPythonTool extends SessionsTool {
  readonly #sanitizes: boolean;
  readonly #setupCode: string | undefined;
  readonly #installs: PackageInstalls | undefined;

  constructor(options: SessionsPythonToolOptions = {}) {
    super(options, ['execute_code', 'list_files']);
    this.#sanitizes = readFlag(options.sanitizeInput, 'sanitizeInput') ?? true;
    this.#setupCode = readSetupCode(options);
    this.#installs = createPackageInstalls(options.packageInstalls);
  }

  /**
   * Runs Python. Variables, imports and files stay for the next run of the same session. Failing code is a result; the
   * model is given its text within `maxOutputChars`, the developer all of it.
   *
   * @throws SessionsError when the pool cannot be reached or refuses.
   */
  @kernelFunction({
    name: 'execute_code',
    description:
      'Runs Python code in a sandbox and returns its status, the value of the last expression, stdout and stderr. ' +
      'Variables, imports and files in /mnt/data persist between calls. There is usually no network.',
    parameters: {
      code: { type: 'string', description: 'The Python code to run, without Markdown fences.' },
      sessionId: SESSION_ID_PARAMETER,
    },
    exclusive: sessionKey,
    leaf: true,
    maxResultChars: Infinity, // `maxOutputChars` is the limit.
  })
  async executeCode(code: string, sessionId?: string, scope?: InvocationScope): Promise<ExecutionResult> {
    const cleaned = this.#sanitizes && typeof code === 'string' ? removeFences(code, PYTHON) : code;
    const check = () => this.#installs?.check(cleaned, this.client, scope?.signal);
    return await this.presentCode(cleaned, { setupCode: this.#setupCode, sessionId, scope, check });
  }
}
