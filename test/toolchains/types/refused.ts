// What must not compile, in both decorator modes.
import { FunctionChoiceBehavior, Kernel, defineFunction, kernelFunction } from 'dynamic-sessions-kernel';
import type { ChatMessage, KernelErrorCode } from 'dynamic-sessions-kernel';
import { OpenAIChatCompletion } from 'dynamic-sessions-kernel/openai';
import { ScriptedChatService } from 'dynamic-sessions-kernel/testing';
import { z } from 'zod';

const Point = z.object({ x: z.number() });

export class Misfits {
  // @ts-expect-error -- the method wants a string where the schema gives a number
  @kernelFunction({ input: Point })
  wrongType({ x }: { x: string }): string {
    return x;
  }

  // @ts-expect-error -- the method wants a field that the schema does not give
  @kernelFunction({ input: Point })
  missing({ x, y }: { x: number; y: number }): number {
    return x + y;
  }

  // @ts-expect-error -- the second argument is the scope
  @kernelFunction({ input: Point })
  secondArgument({ x }: { x: number }, y: string): string {
    return `${x}${y}`;
  }

  // @ts-expect-error -- "text" is no type of JSON Schema
  @kernelFunction({ parameters: { code: { type: 'text' } } })
  wrongSpec(code: string): string {
    return code;
  }

  // @ts-expect-error -- `timeout` is no option
  @kernelFunction({ timeout: 1 })
  wrongOption(): void {}
}

// @ts-expect-error -- the input has no `y`
export const wrongInput = defineFunction({ name: 'f', input: Point }, ({ y }: { y: number }) => y);

export const kernel = new Kernel();
// @ts-expect-error -- there is no such kind of filter
kernel.addFilter('everything', () => undefined);
// @ts-expect-error -- "sometimes" is no choice
export const functions: Parameters<Kernel['chat']>[1] = { functions: 'sometimes' };
// @ts-expect-error -- the limit is a number
FunctionChoiceBehavior.auto({ maxAttempts: '3' });
// @ts-expect-error -- a tool message says which call it answers
export const message: ChatMessage = { role: 'tool', content: 'x' };
// @ts-expect-error -- there is no such code
export const code: KernelErrorCode = 'no_such_code';
// @ts-expect-error -- a client is needed
export const service = new OpenAIChatCompletion({ model: 'gpt-4.1' });
// @ts-expect-error -- an answer is a text, calls, or a response
export const scripted = new ScriptedChatService([42]);

export async function typedResults(): Promise<void> {
  const add = defineFunction({ name: 'add', input: Point }, ({ x }) => x);
  const { value } = await kernel.invoke(add, { x: 1 });
  // @ts-expect-error -- the value is a number
  value.trim();
}
