import { existsSync } from 'node:fs';
import { release } from 'node:os';

/** What one process of a session may use. */
export interface ResourceLimits {
  readonly memoryMb: number | undefined;
  readonly maxFileBytes: number;
  /** Only in a sandbox: elsewhere the kernel would count all that the user runs. */
  readonly limitsProcesses: boolean;
}

/** How many processes and threads a session may have. */
export const MAX_PROCESSES = 256;

// Libraries like numpy reserve far more than they use.
const RESERVED_MB = 2048;
const KILOBYTES_PER_MB = 1024;
const BLOCK_BYTES = 512;
const NICE = '10';
// Before that, the kernel counted the user's processes outside of the sandbox too.
const COUNTS_PER_NAMESPACE = [5, 14] as const;

/** The command behind a shell that sets the limits and then becomes the command. */
export function limited(command: readonly string[], limits: ResourceLimits): string[] {
  const { memoryMb, maxFileBytes, limitsProcesses } = limits;
  const script = [
    'ulimit -c 0',
    `ulimit -f ${Math.ceil(maxFileBytes / BLOCK_BYTES)}`,
    ...(memoryMb === undefined
      ? []
      : [`ulimit -d ${memoryMb * KILOBYTES_PER_MB}`, `ulimit -v ${(memoryMb + RESERVED_MB) * KILOBYTES_PER_MB}`]),
    // Shells do not agree on the letter.
    ...(limitsProcesses && countsPerNamespace()
      ? [`{ ulimit -u ${MAX_PROCESSES} || ulimit -p ${MAX_PROCESSES}; } 2>/dev/null`]
      : []),
    // Endless code must leave the emulator itself responsive.
    `exec nice -n ${NICE} "$@"`,
  ].join('\n');
  return ['/bin/sh', '-c', script, 'sh', ...command];
}

/**
 * The command without the descriptors that this program was itself started with: Node hands on those above its first few, and
 * through the first process of a sandbox they would be within the reach of the code. Needs bash: other shells know nine.
 *
 * @param controlGroup the folder of a group to join before that
 */
export function withoutInherited(
  command: readonly string[],
  { ours, controlGroup }: { ours: number; controlGroup: string | undefined },
): [string, ...string[]] {
  const join = controlGroup === undefined ? '' : `echo $$ > '${controlGroup}/cgroup.procs' || exit 1`;
  const script = `
${join}
if [ -n "$BASH_VERSION" ] && [ -d /proc/self/fd ]; then
  for place in /proc/self/fd/*; do
    if [ "\${place##*/}" -ge ${ours} ]; then eval "exec \${place##*/}>&-"; fi
  done
fi
exec "$@"`;
  return [existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh', '-c', script, 'sh', ...command];
}

function countsPerNamespace(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > COUNTS_PER_NAMESPACE[0] || (major === COUNTS_PER_NAMESPACE[0] && minor >= COUNTS_PER_NAMESPACE[1]);
}
