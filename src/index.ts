// The public names of the root entry. Left out on purpose: how functions are stored and run, the wire of the service,
// and everything that has a sub-path of its own (openai, emulator, testing).

export {
  FunctionError,
  KernelError,
  SessionsError,
  isFunctionError,
  isKernelError,
  isSessionsError,
} from './errors.js';
export type { KernelErrorCode, SessionsErrorCode, SessionsErrorDetails } from './errors.js';

export { currentInvocation } from './functions/current-invocation.js';
export { defineFunction, definePlugin } from './functions/define-plugin.js';
export { kernelFunction } from './functions/kernel-function.js';
export { param } from './functions/param.js';
export type { FunctionOptions, ParameterSpec } from './functions/declaration.js';
export type { KernelPlugin } from './functions/define-plugin.js';
export type {
  FunctionMetadata,
  FunctionResult,
  InvocationScope,
  InvokeOptions,
  JsonSchema,
  KernelArguments,
  KernelFunction,
  KernelHandle,
  ToolCall,
} from './functions/invocation.js';
export type { MethodDecoratorInBothModes, TypedMethodDecorator } from './functions/kernel-function.js';
export type { StandardSchema } from './functions/standard-schema.js';

export { ChatHistory } from './chat/chat-history.js';
export type {
  AssistantMessage,
  ChatDelta,
  ChatMessage,
  ChatRequest,
  ChatResponse,
  ChatService,
  ChatSettings,
  ToolDefinition,
  Usage,
} from './chat/chat-service.js';

export { FunctionChoiceBehavior } from './kernel/function-choice-behavior.js';
export { Kernel } from './kernel/kernel.js';
export type { ChatEvent, ChatOptions, ChatResult, FunctionCallRecord, StopReason } from './kernel/chat-result.js';
export type { ChatStream } from './kernel/chat-stream.js';
export type { Filter } from './kernel/filters.js';
export type { AutoFunctionChoiceOptions, FunctionFilters } from './kernel/function-choice-behavior.js';
export type { AutoFunctionContext, FunctionContext, PromptContext } from './kernel/kernel.js';
export type { KernelOptions } from './kernel/kernel-options.js';

export { azureIdentityAuth } from './auth/azure-identity.js';
export { msalAuth } from './auth/msal.js';
export { staticAuth } from './auth/static.js';
export { createTokenCache } from './auth/token-cache.js';
export type { AccessToken, AuthCallback, AuthContext } from './auth/auth-callback.js';
export type { MsalAuthOptions } from './auth/msal.js';
export type { TokenCache } from './auth/token-cache.js';
export type { TokenCacheOptions } from './auth/token-cache-options.js';

export { deriveSessionId } from './sessions/identifier.js';
export { SessionsClient } from './sessions/sessions-client.js';
export type { DownloadFileOptions } from './sessions/download-file.js';
export type { ExecuteOptions, ExecuteShellOptions } from './sessions/execute.js';
export type { ExecutionImage } from './sessions/execution-image.js';
export type { ExecutionResult } from './sessions/execution-result.js';
export type { ExecutionError } from './sessions/python-error.js';
export type { FileOptions, ListFilesOptions } from './sessions/file-operations.js';
export type { WaitForExecutionOptions } from './sessions/poll-execution.js';
export type { RemoteFile } from './sessions/remote-file.js';
export type { SessionInfo } from './sessions/session-operations.js';
export type { CallOptions, SessionsClientOptions } from './sessions/sessions-client-options.js';
export type { Progress, UploadFileOptions } from './sessions/upload-file.js';
export type { UploadSource } from './sessions/upload-source.js';

export { SessionsNodeTool } from './plugins/sessions-node-tool.js';
export { SessionsPythonTool } from './plugins/sessions-python-tool.js';
export { SessionsShellTool } from './plugins/sessions-shell-tool.js';
export type { SessionsNodeToolOptions } from './plugins/sessions-node-tool.js';
export type { SessionsPythonToolOptions } from './plugins/sessions-python-tool.js';
export type { SessionsShellToolOptions } from './plugins/sessions-shell-tool.js';
export type { SavedFile } from './plugins/local-files.js';
export type { InterpreterOptions, SessionsToolOptions } from './plugins/sessions-tool-options.js';
