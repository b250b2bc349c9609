const LONGEST_MS = 10_000;

/** Waits for something that no event tells of, such as the end of a process that is not ours. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`It did not come to pass within ${LONGEST_MS} ms.`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
