import { prepareWith } from './requests-only.mjs';

/** The requests by hand, told that no redirect is to be expected. What nobody can go below. */
export function prepare(conversation) {
  return prepareWith(conversation, { fetchOptions: { redirect: 'error' } });
}
