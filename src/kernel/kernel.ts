import type { ChatHistory } from '../chat/chat-history.js';
import type { ChatService, ToolDefinition } from '../chat/chat-service.js';
import { linkSignal } from '../functions/abort.js';
import { definitionOf } from '../functions/definition.js';
import type { KernelPlugin } from '../functions/define-plugin.js';
import type { FunctionResult, InvokeOptions, KernelArguments, ToolCall } from '../functions/invocation.js';
import type { KernelFunction, KernelHandle } from '../functions/invocation.js';
import { checkInvokeOptions } from '../functions/invoke-options.js';
import type { AdvertisedFunctions } from './advertised-functions.js';
import { checkChatOptions } from './chat-options.js';
import type { ChatOptions, ChatResult, FunctionCallRecord } from './chat-result.js';
import type { ChatStream } from './chat-stream.js';
import { FilterChains, unknownKind } from './filters.js';
import type { AutoFunctionContextOf, Filter, FunctionContextOf, PromptContextOf } from './filters.js';
import type { FunctionFilters } from './function-choice-behavior.js';
import { invokeOneCall } from './invoke-tool-call.js';
import { invokeFunction } from './invoke-function.js';
import { type KernelOptions, type KernelSettings, kernelSettings } from './kernel-options.js';
import type { KernelState } from './kernel-state.js';
import { PluginRegistry } from './plugin-registry.js';
import { ServiceRegistry } from './service-registry.js';
import { startChat } from './start-chat.js';
import { streamChat } from './stream-chat.js';

/** One run of a function, as a function filter sees it. */
export interface FunctionContext extends FunctionContextOf<Kernel> {}
/** One run of a function that a model asked for, as an automatic function filter sees it. */
export interface AutoFunctionContext extends AutoFunctionContextOf<Kernel> {}
/** One request to a model, as a prompt filter sees it. */
export interface PromptContext extends PromptContextOf<Kernel> {}

/**
 * Functions and models brought together: it invokes functions, and lets a model call them until it has an answer.
 *
 * @example
 * ```ts
 * const kernel = new Kernel({ services: new OpenAIChatCompletion({ client: new OpenAI(), model: 'gpt-4.1' }) });
 * const plugin = kernel.addPlugin(new SessionsPythonTool(), 'python');
 * const result = await kernel.invoke(plugin['execute_code'], { code: 'print(6 * 7)' });
 * const answer = await kernel.chat('What is the 50th Fibonacci number? Use Python.');
 * ```
 */
export class Kernel implements KernelHandle {
  readonly #settings: KernelSettings;
  readonly #plugins: PluginRegistry;
  readonly #services = new ServiceRegistry();
  readonly #filters = new FilterChains<Kernel>(this);
  readonly #state: KernelState;

  /** @throws KernelError `invalid_options` */
  constructor(options: KernelOptions = {}) {
    this.#settings = kernelSettings(options);
    const { functionNameSeparator: separator, errorDetail, captureContent } = this.#settings;
    this.#plugins = new PluginRegistry(separator);
    const advertise = (filters?: FunctionFilters): AdvertisedFunctions => this.#plugins.advertise(filters);
    this.#state = { handle: this, advertise, filters: this.#filters, errorDetail, captureContent };
    for (const service of [options.services ?? []].flat()) this.addService(service);
  }

  /** The plugins by their names. */
  get plugins(): ReadonlyMap<string, KernelPlugin> {
    return this.#plugins.all;
  }

  /**
   * Registers an instance with decorated methods, or what `definePlugin` made. An object's `modelFunctions` (a list of
   * function names), where it has one, decides which of them a model sees.
   *
   * @param name default: the object's `name` if it is text, else its class's
   * @throws KernelError `duplicate_plugin` (unless `replace`), `invalid_name`, `invalid_metadata`, `invalid_options`
   */
  addPlugin(
    plugin: object,
    name?: string,
    options: { description?: string | undefined; replace?: boolean | undefined } = {},
  ): KernelPlugin {
    return this.#plugins.add(plugin, name, options);
  }

  /** @returns whether there was such a plugin */
  removePlugin(name: string): boolean {
    return this.#plugins.remove(name);
  }

  /** @throws KernelError `plugin_not_found` */
  getPlugin(name: string): KernelPlugin {
    return this.#plugins.get(name);
  }

  /**
   * Finds a function by `plugin-function` or `plugin.function`, by plugin and name, or by a bare name that only one has.
   * @throws KernelError `plugin_not_found` or `function_not_found`
   */
  getFunction(qualifiedName: string): KernelFunction;
  getFunction(plugin: string, name: string): KernelFunction;
  getFunction(plugin: string, name?: string): KernelFunction {
    return name === undefined ? this.#plugins.getFunction(plugin) : this.#plugins.get(plugin).get(name);
  }

  /**
   * Registers a model's service; the first one is the default.
   * @param id default: the service's own id, else its model's
   * @throws KernelError `invalid_options` for what is no service, or for an id that is taken
   */
  addService(service: ChatService, id?: string): this {
    this.#services.add(service, id);
    return this;
  }

  /** @throws KernelError `service_not_found` */
  getService(id?: string): ChatService {
    return this.#services.get(id);
  }

  /** Adds middleware, the first one outermost. @returns what removes it again @throws KernelError `invalid_options` */
  addFilter(kind: 'function', filter: Filter<FunctionContext>): () => void;
  addFilter(kind: 'autoFunction', filter: Filter<AutoFunctionContext>): () => void;
  addFilter(kind: 'prompt', filter: Filter<PromptContext>): () => void;
  addFilter(
    ...[kind, filter]:
      | ['function', Filter<FunctionContext>]
      | ['autoFunction', Filter<AutoFunctionContext>]
      | ['prompt', Filter<PromptContext>]
  ): () => void {
    switch (kind) {
      case 'function':
        return this.#filters.addFunction(filter);
      case 'autoFunction':
        return this.#filters.addAutoFunction(filter);
      case 'prompt':
        return this.#filters.addPrompt(filter);
      default:
        throw unknownKind(kind);
    }
  }

  /**
   * Runs a function with checked and converted arguments; `undefined`, such as a `plugin['name']` there is none of, is refused.
   * @throws KernelError `invalid_options`, `invalid_arguments` with `data.issues`, `function_not_found`,
   *   `function_timeout`, `filter_failed`, or `function_failed` with what the function threw as `cause`; on an abort the signal's reason itself
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the type of a result is the caller's to name
  async invoke<R = any>(
    fn: KernelFunction<R> | string | undefined,
    args: KernelArguments = {},
    options: InvokeOptions = {},
  ): Promise<FunctionResult<R>> {
    checkInvokeOptions(options);
    const kernelFunction = typeof fn === 'string' ? this.getFunction(fn) : fn;
    const linked = linkSignal(options.signal, options.timeoutMs);
    try {
      return await invokeFunction<R>(this.#state, definitionOf(kernelFunction), { args, signal: linked });
    } finally {
      linked.release();
    }
  }

  /**
   * Answers one call of a model by hand, after `autoInvoke: false`: add the record's `result` to the history. What goes
   * wrong by the model's fault, or in the function, is in the record.
   * @throws the signal's reason, or KernelError for the application's failures
   */
  async invokeToolCall(call: ToolCall, options: ChatOptions = {}): Promise<FunctionCallRecord> {
    return invokeOneCall(this.#state, call, options);
  }

  /**
   * Asks the model, runs the functions it calls, and goes on until it answers or a limit is reached (`stopReason`).
   * A history that is passed in is appended to, the answer included.
   *
   * @throws KernelError `invalid_options`, `invalid_history`, `service_not_found`, `service_failed`, `invalid_response`,
   *   `function_failed`, `filter_failed`, `depth_exceeded`; on an abort the signal's reason, on a time-out a
   *   `TimeoutError`. The history is valid after each of them.
   */
  async chat(input: string | ChatHistory, options: ChatOptions = {}): Promise<ChatResult> {
    checkChatOptions('chat()', options);
    return startChat(input, { state: this.#state, service: this.#services.choose(options.service), options });
  }

  /** As `chat`, reporting as it goes. Nothing happens until the stream is iterated or its `result` is read. */
  chatStream(input: string | ChatHistory, options: ChatOptions = {}): ChatStream {
    const chooseService = (): ChatService => this.#services.choose(options.service);
    return streamChat(input, { state: this.#state, chooseService, options });
  }

  /** The functions that a model may see, as it is shown them. */
  toolDefinitions(filters?: FunctionFilters): readonly ToolDefinition[] {
    return this.#plugins.advertise(filters).toolDefinitions(true);
  }

  /** A kernel with the same plugins, services and filters, to which others can be added. */
  clone(): Kernel {
    const copy = new Kernel(this.#settings);
    copy.#plugins.copyFrom(this.#plugins);
    copy.#services.copyFrom(this.#services);
    copy.#filters.copyFrom(this.#filters);
    return copy;
  }
}
