import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { rejectionOf } from '../helpers/rejection-of.js';
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
  'dynamic-sessions-kernel/ai-sdk': ['toAiSdkTools'],
  'dynamic-sessions-kernel/llamaindex': ['toLlamaIndexTools'],
  'dynamic-sessions-kernel/mcp': ['createMcpServer'],
};

// Their packages are optional, and too heavy to be installed here: test/peers looks at what they export.
const WITHOUT_THEIR_PACKAGE: Readonly<Record<string, string>> = {
  'dynamic-sessions-kernel/langchain': '@langchain/core',
};

describe('the public names', () => {
  for (const [entry, names] of Object.entries(ENTRIES)) {
    it(`of ${entry} are these and no others`, async () => {
      const module: Record<string, unknown> = await import(entry);
      expect(Object.keys(module).sort()).to.deep.equal([...names].sort());
    });
  }

  for (const [entry, missing] of Object.entries(WITHOUT_THEIR_PACKAGE)) {
    it(`of ${entry} cannot be had without ${missing}, which is named`, async () => {
      const error = await rejectionOf(import(entry));
      expect(error).to.have.property('code', 'ERR_MODULE_NOT_FOUND');
      expect(error.message).to.contain(`'${missing}'`);
    });
  }

  it('cover every entry of the exports map', () => {
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
    const entries = Object.keys(exports)
      .filter((path) => path !== './package.json')
      .map((path) => `dynamic-sessions-kernel${path.slice(1)}`);
    expect(entries.sort()).to.deep.equal(Object.keys({ ...ENTRIES, ...WITHOUT_THEIR_PACKAGE }).sort());
  });

  it('can be required from CommonJS', () => {
    const require = createRequire(import.meta.url);
    for (const [entry, names] of Object.entries(ENTRIES)) {
      const required: Record<string, unknown> = require(entry);
      for (const name of names) expect(required[name]).to.be.a('function');
    }
  });

  it('load neither axios, nor an identity library, nor openai, nor Pyodide from the root', async () => {
    const { stderr, exitCode } = await runProgram(
      ['--input-type=module', '--eval', "await import('dynamic-sessions-kernel')"],
      {
        env: { NODE_DEBUG: 'esm' },
      },
    );
    const loaded = [...stderr.matchAll(/Storing \S*?node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(([, name]) => name);
    expect(exitCode).to.equal(0);
    expect(loaded).to.include('reflect-metadata');
    expect(loaded).not.to.include.oneOf([
      '@azure/identity',
      '@azure/msal-node',
      '@modelcontextprotocol/server',
      'axios',
      'commander',
      'openai',
      'pyodide',
    ]);
  });

  it('load the library that checks tokens only with an emulator that has an issuer', async () => {
    const program = `
      const { SessionPoolEmulator } = await import('dynamic-sessions-kernel/emulator');
      const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}) });
      await fetch(emulator.poolManagementEndpoint + '/files?identifier=abcd', { headers: { authorization: 'Bearer x' } });
      await emulator.stop();`;
    const { stderr, exitCode } = await runProgram(['--input-type=module', '--eval', program], {
      env: { NODE_DEBUG: 'esm' },
    });
    expect(exitCode).to.equal(0);
    expect(stderr).to.contain('node_modules/@fastify/busboy/').and.not.to.contain('node_modules/jose/');
  });
});
