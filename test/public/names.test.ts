import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { runProgram } from '../helpers/run-program.js';

// The names of each entry, written out: an export that comes or goes is a change of the API, and is seen here.
const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  'dynamic-sessions-kernel': [
    'ChatHistory',
    'FunctionChoiceBehavior',
    'FunctionError',
    'Kernel',
    'KernelError',
    'SessionsClient',
    'SessionsError',
    'SessionsNodeTool',
    'SessionsPythonTool',
    'SessionsShellTool',
    'azureIdentityAuth',
    'createTokenCache',
    'currentInvocation',
    'defineFunction',
    'definePlugin',
    'deriveSessionId',
    'isFunctionError',
    'isKernelError',
    'isSessionsError',
    'kernelFunction',
    'msalAuth',
    'param',
    'staticAuth',
  ],
  'dynamic-sessions-kernel/openai': [
    'OpenAIChatCompletion',
    'OpenAIResponses',
    'executeToolCall',
    'executeToolCalls',
    'getToolCallArguments',
    'getToolDefinition',
  ],
  'dynamic-sessions-kernel/emulator': ['SessionPoolEmulator'],
  'dynamic-sessions-kernel/testing': ['ScriptedChatService'],
};

describe('the public names', () => {
  for (const [entry, names] of Object.entries(ENTRIES)) {
    it(`of ${entry} are these and no others`, async () => {
      const module: Record<string, unknown> = await import(entry);
      expect(Object.keys(module).sort()).to.deep.equal([...names].sort());
    });
  }

  it('cover every entry of the exports map', () => {
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
    const entries = Object.keys(exports)
      .filter((path) => path !== './package.json')
      .map((path) => `dynamic-sessions-kernel${path.slice(1)}`);
    expect(entries.sort()).to.deep.equal(Object.keys(ENTRIES).sort());
  });

  it('can be required from CommonJS', () => {
    const required: Record<string, unknown> = createRequire(import.meta.url)('dynamic-sessions-kernel');
    expect(required['Kernel']).to.be.a('function');
  });

  it('load neither an identity library, nor openai, nor Pyodide from the root', async () => {
    const { stderr, exitCode } = await runProgram(
      ['--input-type=module', '--eval', "await import('dynamic-sessions-kernel')"],
      {
        env: { NODE_DEBUG: 'esm' },
      },
    );
    const loaded = [...stderr.matchAll(/Storing \S*?node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(([, name]) => name);
    expect(exitCode).to.equal(0);
    expect(loaded).to.include('reflect-metadata');
    expect(loaded).not.to.include.oneOf(['@azure/identity', '@azure/msal-node', 'openai', 'pyodide', 'commander']);
  });
});
