/** JSON Schema as plain data; which draft is the author's choice, draft-07 and 2020-12 are understood. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The arguments of one call, by parameter name. */
export type KernelArguments = Record<string, unknown>;

/** A call that a model asks for. `arguments` is the raw text, which need not be JSON. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
  /** Opaque fields of the model's wire, replayed verbatim. */
  extra?: Record<string, unknown> | undefined;
}

/** What a model (or a developer) may know of a function. */
export interface FunctionMetadata {
  readonly name: string;
  readonly pluginName: string;
  readonly description: string;
  /** The schema shown to the model: hidden parameters are not in it. */
  readonly parameters: JsonSchema;
  readonly modelVisible: boolean;
}

/** A function of a plugin, to be run by `kernel.invoke`. */
// oxlint-disable-next-line typescript/no-explicit-any -- `any` lets `kernel.invoke<T>(plugin['name'])` infer T
export interface KernelFunction<R = any> {
  readonly metadata: FunctionMetadata;
  /** Never set; carries the type of the result. */
  readonly result?: R;
}

/** How one direct call is run. */
export interface InvokeOptions {
  signal?: AbortSignal | undefined;
  /** In milliseconds; no limit by default. */
  timeoutMs?: number | undefined;
}

/** What a function gave back. `toString()` gives `text`. */
// oxlint-disable-next-line typescript/no-explicit-any -- see KernelFunction
export interface FunctionResult<R = any> {
  readonly function: FunctionMetadata;
  readonly value: R;
  /** What a model would be told. */
  readonly text: string;
  readonly durationMs: number;
  /** `text`. */
  toString(): string;
}

/** What a function may ask of the kernel that runs it. `Kernel` implements it; the rooms below know only this. */
export interface KernelHandle {
  /** `undefined`, as `plugin['name']` is under `noUncheckedIndexedAccess`, is refused when it comes. */
  invoke(
    fn: KernelFunction | string | undefined,
    args?: KernelArguments,
    options?: InvokeOptions,
  ): Promise<FunctionResult>;
}

/** The circumstances of a running function: the argument after the declared ones. */
export interface InvocationScope {
  readonly kernel: KernelHandle;
  readonly function: FunctionMetadata;
  /** Aborted when the caller aborts, when the time of the run or of the function is up, or when a filter waits no longer. */
  readonly signal: AbortSignal;
  /** The caller's arguments, hidden ones included. */
  readonly arguments: Readonly<KernelArguments>;
  /** The model's call, where a model asked for it. */
  readonly toolCall?: ToolCall;
  /** The round of the run, from 1, where a model asked for it. */
  readonly attempt?: number;
}
