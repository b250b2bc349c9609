/** Whether two types are the same; `any` is the same as nothing but itself. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless both types are the same. */
export function same<A, B>(...problem: Same<A, B> extends true ? [] : ['these types differ']): void {
  void problem;
}
