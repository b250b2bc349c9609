import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';

/** Whether V8 gives objects the same hidden class: code that reads objects of many classes is slow. */
export function shareHiddenClass([first, ...others]: readonly object[]): boolean {
  setFlagsFromString('--allow-natives-syntax');
  const haveSameMap = runInThisContext('(one, other) => %HaveSameMap(one, other)') as (
    a: unknown,
    b: object,
  ) => boolean;
  return others.every((other) => haveSameMap(first, other));
}
