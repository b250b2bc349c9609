// The names of the root entry for functions and errors, used for what they are.
import {
  FunctionError,
  KernelError,
  SessionsError,
  currentInvocation,
  defineFunction,
  definePlugin,
  isFunctionError,
  isKernelError,
  isSessionsError,
  kernelFunction,
} from 'dynamic-sessions-kernel';
import type {
  FunctionMetadata,
  FunctionOptions,
  InvocationScope,
  JsonSchema,
  KernelArguments,
  KernelErrorCode,
  KernelFunction,
  KernelHandle,
  KernelPlugin,
  MethodDecoratorInBothModes,
  ParameterSpec,
  SessionsErrorCode,
  SessionsErrorDetails,
  StandardSchema,
  TypedMethodDecorator,
} from 'dynamic-sessions-kernel';
import { z } from 'zod';
import { same } from './same.js';

const spec: ParameterSpec = { type: 'integer', description: 'A number.', default: 1, enum: [1, 2], hidden: false };
export const schema: JsonSchema = { type: 'object', properties: { n: { type: 'number' } } };
const options: FunctionOptions = {
  name: 'run',
  strict: true,
  exclusive: (args, scope) => `${String(args['id'])} ${scope.function.name}`,
  timeoutMs: 1_000,
};
const Point = z.object({ x: z.number(), y: z.number().default(0) });
const standard: StandardSchema<{ x: number; y?: number | undefined }, { x: number; y: number }> = Point;
const untyped: MethodDecoratorInBothModes = kernelFunction({ parameters: { n: spec } });
const typed: TypedMethodDecorator<{ x: number; y: number }> = kernelFunction({ ...options, input: Point });

export class Plotter {
  @kernelFunction({ ...options, parameters: { n: spec, of: { type: 'string' } } })
  run(n: number, of: string, scope?: InvocationScope): string {
    return `${n} ${of} ${scope?.function.name}`;
  }

  @untyped
  again(n: number): number {
    return n;
  }

  @typed
  plot({ x, y }: { x: number; y: number }, scope: InvocationScope): number {
    return scope.signal.aborted ? 0 : x + y;
  }

  @kernelFunction({ input: schema })
  raw(args: { n?: number }): number | undefined {
    return args.n;
  }

  @kernelFunction('short')
  short(): void {}

  @kernelFunction()
  bare(): void {}
}

export const add = defineFunction({ name: 'add', input: Point }, ({ x, y }, scope) => {
  same<typeof x, number>();
  same<typeof scope, InvocationScope>();
  return x + y;
});
const fetched = defineFunction({ name: 'fetch', input: schema }, async (input: { n: number }) => `${input.n}`);
same<typeof add, KernelFunction<number>>();
same<typeof fetched, KernelFunction<string>>();
export const plugin: KernelPlugin = definePlugin('math', [add, fetched], { description: 'Sums.' });
same<ReturnType<KernelPlugin['get']>['metadata'], FunctionMetadata>();
same<FunctionMetadata['parameters'], JsonSchema>();
const running = currentInvocation();
same<typeof running, InvocationScope | undefined>();
same<InvocationScope['kernel'], KernelHandle>();
same<InvocationScope['arguments'], Readonly<KernelArguments>>();

export function explain(error: unknown): string {
  if (isKernelError(error)) {
    same<typeof error.code, KernelErrorCode>();
    return error.code === 'invalid_arguments' ? String(error.data?.['issues']) : error.code;
  }
  if (isSessionsError(error)) {
    same<typeof error.code, SessionsErrorCode>();
    return error.fatal ? error.code : `${error.code} ${error.retryAfterMs ?? 0}`;
  }
  return isFunctionError(error) ? error.modelMessage : String(error);
}

const details: SessionsErrorDetails = { status: 429, retryAfterMs: 1_000 };
export const errors: readonly Error[] = [
  new KernelError('invalid_options', 'No.', { data: { option: 'x' } }),
  new SessionsError('pool_full', 'Full.', details),
  new FunctionError('Say this to the model.', { cause: schema }),
];
export const schemas = [standard, schema];
