import { prepareWith } from './kernel.mjs';

/** `kernel.chat` with a function that promises to call nothing of a kernel: no context is kept for it. */
export function prepare(conversation) {
  return prepareWith(conversation, { leaf: true });
}
