import type { InvocationScope } from '../functions/invocation.js';
import { kernelFunction } from '../functions/kernel-function.js';
import { executeShell } from '../sessions/execute.js';
import type { ExecutionResult } from '../sessions/execution-result.js';
import { readFlag } from '../sessions/sessions-client-options.js';
import { removeFences, SHELL } from './code-sanitizer.js';
import { SESSION_ID_PARAMETER, sessionKey } from './session-id-parameter.js';
import { SessionsTool } from './sessions-tool.js';
import type { SessionsToolOptions } from './sessions-tool-options.js';

/** How a `SessionsShellTool` is made. */
export interface SessionsShellToolOptions extends SessionsToolOptions {
  /** Whether Markdown fences around the command are taken away. @default true */
  sanitizeInput?: boolean | undefined;
}

/** Runs commands in a session of a Shell pool; otherwise as `SessionsPythonTool`. */
export class SessionsShellTool extends SessionsTool {
  readonly #sanitizes: boolean;

  constructor(options: SessionsShellToolOptions = {}) {
    super(options, ['execute_command', 'list_files']);
    this.#sanitizes = readFlag(options.sanitizeInput, 'sanitizeInput') ?? true;
  }

  /**
   * Runs a command in a new shell. Files stay for the next command of the same session; directory and environment do not.
   * A command that ends with another exit code than 0 is a result with status `Failed`.
   *
   * @throws SessionsError when the pool cannot be reached or refuses.
   */
  @kernelFunction({
    name: 'execute_command',
    description:
      'Runs a shell command in a Linux sandbox and returns its exit code, stdout and stderr. ' +
      'Files in /mnt/data persist between calls; each call starts a new shell. There is usually no network.',
    parameters: {
      command: { type: 'string', description: 'The command line to run, without Markdown fences.' },
      sessionId: SESSION_ID_PARAMETER,
    },
    exclusive: sessionKey,
    leaf: true,
    maxResultChars: Infinity, // `maxOutputChars` is the limit.
  })
  async executeCommand(command: string, sessionId?: string, scope?: InvocationScope): Promise<ExecutionResult> {
    const cleaned = this.#sanitizes && typeof command === 'string' ? removeFences(command, SHELL) : command;
    return this.present((connection, options) => executeShell(connection, cleaned, options), { sessionId, scope });
  }
}
