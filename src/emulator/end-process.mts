/** Ends a process, or with a negative number a group of them, at once; does nothing if it was gone already. */
export function endProcess(processId: number): void {
  try {
    process.kill(processId, 'SIGKILL');
  } catch {
    // It was gone already.
  }
}
