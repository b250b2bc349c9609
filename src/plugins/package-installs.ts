import { isSessionsError, SessionsError } from '../errors.js';
import type { SessionsClient } from '../sessions/sessions-client.js';

/** A line by which a notebook installs packages, in the forms that models write. */
const INSTALL_LINE =
  /^[ \t]*[!%](?:[ \t]*\S*python[\d.]*\}?[ \t]+-m|[ \t]*\{sys\.executable\}[ \t]+-m)?[ \t]*(?:pip3?|conda|mamba|uv[ \t]+pip)[ \t]+install[ \t]+(.*)$/gm;

/** Where a comment or another command begins. */
const COMMAND_END = /\s#|&&|\|\||;|\s[|>]/;

/** Options of pip, conda and uv that are followed by a value. */
const WITH_VALUE: ReadonlySet<string> = new Set(
  (
    '-r --requirement -c --constraint -e --editable -t --target -C --config-settings -i --index-url --extra-index-url -f ' +
    '--find-links -n --name -p --prefix --channel --file --platform --python --python-version --implementation --abi --root ' +
    '--src --upgrade-strategy --global-option --no-binary --only-binary --progress-bar --root-user-action --report --group ' +
    '--log --keyring-provider --proxy --retries --timeout --exists-action --trusted-host --cert --client-cert --cache-dir ' +
    '--use-feature --use-deprecated --index-strategy --index --default-index --resolution --prerelease --link-mode'
  ).split(' '),
);

const MOST_NAMED = 200;

/** What becomes of code that installs packages. */
export interface PackageInstalls {
  /** @throws SessionsError `invalid_request` for code that asks for a package which the pool lacks; it tells which there are. */
  check(code: unknown, client: SessionsClient, signal: AbortSignal | undefined): Promise<void>;
}

/** @throws SessionsError `invalid_options`. Undefined where everything is allowed. */
export function createPackageInstalls(option: 'allow' | 'refuse-missing' = 'allow'): PackageInstalls | undefined {
  if (option === 'allow') return undefined;
  if (option !== 'refuse-missing')
    throw new SessionsError('invalid_options', "`packageInstalls` is 'allow' or 'refuse-missing'.");
  let installed: readonly string[] | undefined;
  return {
    async check(code, client, signal) {
      const requested = typeof code === 'string' ? requestedPackages(code) : [];
      if (requested.length === 0) return;
      installed ??= await readInstalled(client, signal);
      if (installed !== undefined) refuseMissing(requested, installed);
    },
  };
}

/** The packages that lines such as `!pip install x` in the code ask for, by the names that an index has for them. */
export function requestedPackages(code: string): string[] {
  const names = [...code.matchAll(INSTALL_LINE)].flatMap(([, words = '']) => {
    const [command = ''] = words.split(COMMAND_END);
    return namesIn(command.split(/\s+/));
  });
  return [...new Set(names)];
}

/** Undefined where the pool, or this version of the service, does not say: then the code is run, and pip has the word. */
async function readInstalled(client: SessionsClient, signal?: AbortSignal): Promise<readonly string[] | undefined> {
  try {
    return installedPackages(await client.getPoolMetadata({ signal }));
  } catch (error) {
    if (isSessionsError(error) && !error.fatal) return undefined;
    throw error;
  }
}

function installedPackages(metadata: unknown): string[] | undefined {
  const list: unknown =
    typeof metadata === 'object' && metadata ? Reflect.get(metadata, 'preInstalledPackages') : undefined;
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((entry: unknown) => {
    const name: unknown = typeof entry === 'object' && entry ? Reflect.get(entry, 'name') : undefined;
    return typeof name === 'string' ? normalise(name) : [];
  });
}

function refuseMissing(requested: readonly string[], installed: readonly string[]): void {
  const missing = requested.filter((name) => !installed.includes(name));
  if (missing.length === 0) return;
  const known = [...installed].sort().slice(0, MOST_NAMED).join(', ');
  throw new SessionsError(
    'invalid_request',
    `The code was not run: packages cannot be installed here, and ${missing.join(', ').slice(0, 200)} is missing. ` +
      (known === '' ? 'Use the standard library.' : `Use the standard library, or one of these: ${known}.`),
  );
}

function namesIn(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (word.startsWith('-') || WITH_VALUE.has(words[index - 1] ?? '')) return [];
    const name = /^["']?([A-Za-z0-9][\w.-]*)/.exec(word)?.[1];
    return name === undefined || word.includes('/') ? [] : [normalise(name)];
  });
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
