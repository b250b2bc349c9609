// A CommonJS module may require the package.
import { Kernel } from 'dynamic-sessions-kernel';
import { OpenAIChatCompletion } from 'dynamic-sessions-kernel/openai';

export const kernel: Kernel = new Kernel();
export const Service: typeof OpenAIChatCompletion = OpenAIChatCompletion;
