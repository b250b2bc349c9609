import { Kernel, defineFunction, definePlugin } from '../../src/index.js';
import type { ChatMessage, ChatService, FunctionOptions, InvocationScope, JsonSchema } from '../../src/index.js';

/** A schema of an object that takes no further properties. */
export function closed(properties: Record<string, JsonSchema>, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false };
}

type Body = (input: Record<string, unknown>, scope: InvocationScope) => unknown;
type BodyWithOptions = readonly [options: FunctionOptions & { input?: JsonSchema }, body: Body];

/** A kernel with one plugin, `lab`, of the functions given; without a schema of its own a function takes anything. */
export function aKernel(service: ChatService, functions: Record<string, Body | BodyWithOptions> = {}): Kernel {
  const kernel = new Kernel({ services: service });
  addLab(kernel, functions);
  return kernel;
}

/** Adds a plugin of the functions given. */
export function addLab(kernel: Kernel, functions: Record<string, Body | BodyWithOptions>, name = 'lab'): void {
  const defined = Object.entries(functions).map(([functionName, given]) => {
    const [{ input = { type: 'object' }, ...options }, body] = typeof given === 'function' ? [{}, given] : given;
    return defineFunction({ ...options, name: functionName, input }, body);
  });
  if (defined.length > 0) kernel.addPlugin(definePlugin(name, defined));
}

/** The texts of the tool messages, in order. */
export function toolTexts(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
}

/** The roles, in order. */
export function roles(messages: readonly ChatMessage[]): string[] {
  return messages.map((message) => message.role);
}

/** A promise to be settled by the test. */
export function aPromise<T = void>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
