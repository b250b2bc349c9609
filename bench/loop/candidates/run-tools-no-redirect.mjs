import { prepareWith } from './run-tools.mjs';

/** `runTools`, told what a kernel tells the client by itself: that no redirect is to be expected. */
export function prepare(conversation) {
  return prepareWith(conversation, { fetchOptions: { redirect: 'error' } });
}
