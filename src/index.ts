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
export type { AutoFunctionContext, FunctionContext, KernelOptions, PromptContext } from './kernel/kernel.js';
