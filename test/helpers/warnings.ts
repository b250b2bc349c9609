/** Collects the process warnings of one name until they are taken. */
export function collectWarnings(name: string): { take(): Promise<string[]> } {
  const messages: string[] = [];
  const listener = (warning: Error): void => {
    if (warning.name === name) messages.push(warning.message);
  };
  process.on('warning', listener);
  return {
    take: async () => {
      // Warnings are emitted on the next tick.
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', listener);
      return messages;
    },
  };
}
