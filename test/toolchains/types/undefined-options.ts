// Every option may be given as undefined, and then counts as left out, also under `exactOptionalPropertyTypes`.
import {
  FunctionChoiceBehavior,
  Kernel,
  SessionsClient,
  SessionsPythonTool,
  createTokenCache,
  defineFunction,
  definePlugin,
  kernelFunction,
  msalAuth,
} from 'dynamic-sessions-kernel';
import type {
  ChatOptions,
  ChatRequest,
  ChatResponse,
  ChatService,
  ChatSettings,
  FunctionFilters,
  FunctionOptions,
  InvokeOptions,
  KernelOptions,
  MsalAuthOptions,
  ParameterSpec,
  SessionsClientOptions,
  SessionsPythonToolOptions,
  TokenCacheOptions,
  ToolCall,
} from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';
import type { FailureRule, SessionPoolEmulatorOptions } from 'dynamic-sessions-kernel/emulator';
import { OpenAIChatCompletion, OpenAIResponses } from 'dynamic-sessions-kernel/openai';
import { ScriptedChatService } from 'dynamic-sessions-kernel/testing';

/** All options of a bag, as undefined. */
type AllUndefined<Bag> = Record<keyof Bag, undefined>;

const parameter: AllUndefined<Omit<ParameterSpec, 'default'>> = {
  type: undefined,
  description: undefined,
  required: undefined,
  enum: undefined,
  items: undefined,
  schema: undefined,
  hidden: undefined,
};
const declaration: AllUndefined<Omit<FunctionOptions, 'name'>> = {
  description: undefined,
  strict: undefined,
  exclusive: undefined,
  timeoutMs: undefined,
  maxResultChars: undefined,
  modelVisible: undefined,
  leaf: undefined,
};
const settings: AllUndefined<ChatSettings> = {
  temperature: undefined,
  topP: undefined,
  maxTokens: undefined,
  stop: undefined,
  seed: undefined,
  responseFormat: undefined,
  reasoningEffort: undefined,
  extra: undefined,
};
const filters: AllUndefined<FunctionFilters> = {
  includedPlugins: undefined,
  excludedPlugins: undefined,
  includedFunctions: undefined,
  excludedFunctions: undefined,
};
const limits = {
  filters: undefined,
  autoInvoke: undefined,
  maxAttempts: undefined,
  maxCalls: undefined,
  maxConsecutiveErrors: undefined,
  concurrency: undefined,
  parallelCalls: undefined,
};
const kernelOptions: AllUndefined<KernelOptions> = {
  services: undefined,
  functionNameSeparator: undefined,
  errorDetail: undefined,
  captureContent: undefined,
};
const chatOptions: AllUndefined<ChatOptions> = {
  functions: undefined,
  service: undefined,
  settings: undefined,
  arguments: undefined,
  signal: undefined,
  timeoutMs: undefined,
};
const clientOptions: AllUndefined<SessionsClientOptions> = {
  poolManagementEndpoint: undefined,
  allowedDomains: undefined,
  authCallback: undefined,
  scope: undefined,
  apiVersion: undefined,
  identifier: undefined,
  retries: undefined,
  waitForCapacityMs: undefined,
  connectTimeoutMs: undefined,
  requestTimeoutMs: undefined,
  maxSockets: undefined,
  agent: undefined,
  onAbort: undefined,
  dangerouslyExecuteAgainOn503: undefined,
};
const { identifier: _, ...sharedOptions } = clientOptions;
const toolOptions: AllUndefined<SessionsPythonToolOptions> = {
  ...sharedOptions,
  sessionId: undefined,
  deleteOnClose: undefined,
  deleteAfterRun: undefined,
  timeoutInSeconds: undefined,
  uploadDirectories: undefined,
  downloadDirectories: undefined,
  imageDirectory: undefined,
  modelFunctions: undefined,
  maxOutputChars: undefined,
  setupCode: undefined,
  sanitizeInput: undefined,
  packageInstalls: undefined,
};
const cacheOptions: AllUndefined<TokenCacheOptions> = {
  refreshBeforeExpiryMs: undefined,
  opaqueTokenLifetimeMs: undefined,
  now: undefined,
};
const msalOptions: AllUndefined<MsalAuthOptions> = { onBehalfOf: undefined, deviceCodeCallback: undefined };
const emulatorOptions: AllUndefined<SessionPoolEmulatorOptions> = {
  port: undefined,
  host: undefined,
  engine: undefined,
  script: undefined,
  pythonPath: undefined,
  isolate: undefined,
  poolKind: undefined,
  maxSessions: undefined,
  cooldownSeconds: undefined,
  timeoutInSeconds: undefined,
  memoryMb: undefined,
  warm: undefined,
  dataDirectory: undefined,
  packages: undefined,
  packagesBaseUrl: undefined,
  now: undefined,
  token: undefined,
  issuer: undefined,
  dangerouslyAllowAnonymous: undefined,
  apiVersionCheck: undefined,
  latencyMs: undefined,
  variants: undefined,
  onRequest: undefined,
};
const failure: AllUndefined<Omit<FailureRule, 'status'>> = {
  operation: undefined,
  headers: undefined,
  body: undefined,
  latencyMs: undefined,
  reset: undefined,
  truncateAt: undefined,
  times: undefined,
};
const variants = {
  fullPoolStatus: undefined,
  objectIds: undefined,
  legacyExecutionResult: undefined,
  emptyUploadTypes: undefined,
};
const invokeOptions: AllUndefined<InvokeOptions> = { signal: undefined, timeoutMs: undefined };

class Greeter {
  @kernelFunction({ ...declaration, name: undefined, parameters: { name: { ...parameter, default: undefined } } })
  greet(name: string): string {
    return `Hello ${name}`;
  }
}

const call: ToolCall = { id: 'call_1', name: 'greeter-greet', arguments: '{}', extra: undefined };
const service: ChatService = {
  id: undefined,
  modelId: 'mine',
  provider: undefined,
  isRemote: undefined,
  supports: { toolChoiceNone: undefined, strictSchemas: undefined, parallelToolCalls: undefined },
  async complete(): Promise<ChatResponse> {
    return {
      message: { role: 'assistant', content: 'Hi', toolCalls: undefined, refusal: undefined, extra: undefined },
      finishReason: 'stop',
      usage: undefined,
      id: undefined,
      model: undefined,
      raw: undefined,
    };
  },
};
export const request: ChatRequest = {
  messages: [{ role: 'tool', toolCallId: 'call_1', name: 'f', content: '', isError: undefined }],
  tools: undefined,
  toolChoice: undefined,
  parallelToolCalls: undefined,
  settings: undefined,
};
export const services = [
  new ScriptedChatService([{ toolCalls: [{ name: 'f', arguments: {}, id: undefined }], content: undefined }]),
  new OpenAIChatCompletion({ client: {}, model: 'm', id: undefined, profile: undefined }),
  new OpenAIResponses({ client: {}, model: 'm', id: undefined }),
];

export async function useUndefined(): Promise<void> {
  const kernel = new Kernel(kernelOptions).addService(service);
  kernel.addPlugin(new Greeter(), undefined, { description: undefined, replace: undefined });
  const input = { type: 'object' };
  const twice = defineFunction({ ...declaration, name: 'twice', input, inputJsonSchema: undefined }, () => 2);
  kernel.addPlugin(definePlugin('math', [twice], { description: undefined }));
  kernel.toolDefinitions(filters);
  await kernel.invoke(twice, {}, invokeOptions);
  await kernel.chat('Hi', chatOptions);
  await kernel.chat('Hi', { settings, functions: FunctionChoiceBehavior.auto(limits) });
  await kernel.chat('Hi', { functions: FunctionChoiceBehavior.required({ ...limits, name: undefined }) });
  await kernel.chat('Hi', { functions: FunctionChoiceBehavior.none({ filters: undefined }) });
  await kernel.invokeToolCall(call, chatOptions);
}

export async function usePoolWithUndefined(client: object): Promise<void> {
  createTokenCache(msalAuth(client, msalOptions), cacheOptions);
  const emulator = await SessionPoolEmulator.start(emulatorOptions);
  emulator.failNext({ ...failure, status: 503 });
  await SessionPoolEmulator.start({ variants, issuer: { url: 'https://issuer.example.com', audience: undefined } });
  const pool = new SessionsClient({ ...clientOptions, ...emulator.connection });
  const python = new SessionsPythonTool({ ...toolOptions, ...emulator.connection });
  await Promise.all([pool.listFiles({ identifier: python.sessionId }), python.close()]);
}
