import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { makeCertificate } from './make-certificate.js';
import { runProgram } from './run-program.js';

/**
 * Runs a compiled test program to its end and gives what it printed as JSON. It is given the paths of a key and of a
 * certificate for `host`, which it trusts.
 */
export async function runWithCertificate(
  program: URL,
  { host = 'localhost', env = {} }: { host?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Record<string, unknown>> {
  const directory = await mkdtemp(join(tmpdir(), 'certificate-'));
  try {
    const { key, certificate } = makeCertificate(host);
    const [keyPath, certificatePath] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
    await writeFile(keyPath, key);
    await writeFile(certificatePath, certificate);
    const { stdout, stderr, exitCode } = await runProgram(
      ['--enable-source-maps', fileURLToPath(program), keyPath, certificatePath],
      { env: { ...env, NODE_EXTRA_CA_CERTS: certificatePath } },
    );
    expect(exitCode, stderr).to.equal(0);
    return JSON.parse(stdout);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
