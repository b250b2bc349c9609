import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';

/**
 * How many hidden classes V8 has for objects: code that reads objects of many is slow. Objects that could share one may
 * have two, where a collection came in between.
 */
export function countHiddenClasses(objects: readonly object[]): number {
  setFlagsFromString('--allow-natives-syntax');
  const haveSameMap = runInThisContext('(one, other) => %HaveSameMap(one, other)') as (
    one: object,
    other: object,
  ) => boolean;
  const kinds: object[] = [];
  for (const object of objects) {
    if (!kinds.some((kind) => haveSameMap(kind, object))) kinds.push(object);
  }
  return kinds.length;
}
