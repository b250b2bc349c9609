// Every entry of the package is in the reference; a new one comes in by itself.
import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const entryPoints = Object.values(exports)
  .filter((entry) => typeof entry === 'object')
  .map((entry) => entry.default.replace(/^\.\/dist\/(.*)\.js$/, '../src/$1.ts'));

/** @type {Partial<import('typedoc').TypeDocOptions>} */
const options = {
  name: 'dynamic-sessions-kernel',
  entryPoints,
  tsconfig: 'tsconfig.json',
  out: 'api',
  readme: '../README.md',
  projectDocuments: ['coming-from.md', 'command.md', 'errors.md'],
  excludePrivate: true,
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: false, notDocumented: true },
  requiredToBeDocumented: ['Class', 'Interface', 'Function', 'TypeAlias', 'Variable', 'Enum', 'Method', 'Accessor'],
  // What an exported type is made of, what only subclasses of the package itself see, and a framework's own.
  intentionallyNotExported: [
    '"@langchain/core/tools".DynamicStructuredTool',
    'Collected',
    'InputSchema',
    'PoolConnection',
    'RunOptions',
    'SessionCall',
  ],
};

// oxlint-disable-next-line import/no-default-export -- what TypeDoc reads
export default options;
