import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { expect } from 'chai';

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

// Which rooms a room may import from; those of `OPEN` are open to all. Rooms that are not listed may not exist.
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  'abort-listeners': [],
  'copy-of': [],
  'deep-copy-of': [],
  'is-record': [],
  'kind-of': [],
  'options-problem': [],
  'registered-tracer': [],
  auth: [],
  functions: [],
  http: ['auth'],
  chat: ['functions'],
  sessions: ['http', 'auth'],
  kernel: ['functions', 'chat'],
  plugins: ['functions', 'sessions'],
  openai: ['chat', 'functions'],
  adapters: ['functions', 'plugins', 'sessions'],
  emulator: [],
  testing: ['chat'],
  index: ['auth', 'functions', 'http', 'chat', 'sessions', 'kernel', 'plugins'],
  cli: [
    'auth',
    'functions',
    'http',
    'chat',
    'sessions',
    'kernel',
    'plugins',
    'openai',
    'adapters',
    'emulator',
    'testing',
  ],
};

const OPEN: ReadonlySet<string> = new Set([
  'errors',
  'abort-listeners',
  'copy-of',
  'deep-copy-of',
  'is-record',
  'kind-of',
  'options-problem',
  'registered-tracer',
]);

// The only places that may name a third-party library; OpenTelemetry has one for the loop and one for the wire. A path that ends in a slash is a whole room.
const DOORS: Readonly<Record<string, readonly string[]>> = {
  axios: ['http/'],
  'axios-retry': ['http/'],
  '@azure/identity': ['auth/azure-identity.ts'],
  '@azure/msal-node': ['auth/msal.ts'],
  '@azure/logger': ['http/logger.ts'],
  '@opentelemetry/api': ['registered-tracer.ts', 'kernel/telemetry.ts', 'http/telemetry.ts'],
  'reflect-metadata': ['functions/metadata.ts'],
  '@cfworker/json-schema': ['functions/json-schema.ts'],
  '@fastify/busboy': ['emulator/'],
  pyodide: ['emulator/'],
  jose: ['emulator/issuer-access.ts'],
  commander: ['cli/'],
  'yocto-spinner': ['cli/'],
  openai: ['cli/chat-model.ts'],
  '@langchain/core': ['adapters/langchain.ts'],
  '@modelcontextprotocol/server': ['adapters/mcp.ts'],
};

const SOURCE = 'src';
const files = sourceFiles();
const imports = files.flatMap(importsOf);

describe('architecture', () => {
  it('finds the sources and their imports', () => {
    expect(files.length).to.be.greaterThan(40);
    expect(imports.length).to.be.greaterThan(100);
  });

  it('has no room but those of the plan', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in FLOORS))).to.deep.equal([]);
  });

  it('imports down the floors only', () => {
    const wrong = imports
      .filter(({ target }) => target.startsWith(SOURCE))
      .filter(({ room, target }) => {
        const other = roomOf(target);
        return other !== room && !OPEN.has(other) && !FLOORS[room]?.includes(other);
      })
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(wrong).to.deep.equal([]);
  });

  it('lets `chat` know only types of `functions`, and `testing` only types of `chat`', () => {
    const values = imports.filter(({ room, target, typeOnly }) => {
      const other = target.startsWith(SOURCE) ? roomOf(target) : '';
      return !typeOnly && ((room === 'chat' && other === 'functions') || (room === 'testing' && other === 'chat'));
    });
    expect(values.map(({ file, target }) => `${file} imports ${target}`)).to.deep.equal([]);
  });

  it('has one door for each third-party library', () => {
    const wrong = imports
      .filter(({ target }) => !target.startsWith(SOURCE) && !target.startsWith('node:'))
      .filter(({ file, target }) => {
        const doors = DOORS[packageOf(target)] ?? [];
        return !doors.some((door) =>
          door.endsWith('/') ? file.startsWith(`${SOURCE}/${door}`) : file === `${SOURCE}/${door}`,
        );
      })
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(wrong).to.deep.equal([]);
  });

  it('has no import cycle', () => {
    const edges = new Map(
      files.map((file) => [file, imports.filter((each) => each.file === file).map(({ target }) => target)]),
    );
    expect(findCycle(edges)).to.deep.equal([]);
  });

  it('reads the environment in one file of the library', () => {
    const readers = files.filter((file) => /^(?!\s*(?:\*|\/\/)).*\bprocess\.env\b/m.test(readFileSync(file, 'utf8')));
    const allowed = (file: string): boolean =>
      file === 'src/sessions/settings-from-env.ts' || file.startsWith('src/cli/');
    expect(readers.filter((file) => !allowed(file))).to.deep.equal([]);
  });

  it('exports by name: no default exports, no `export *`', () => {
    const wrong = files.filter((file) => /^export (?:default|\*)/m.test(readFileSync(file, 'utf8')));
    expect(wrong).to.deep.equal([]);
  });
});

function sourceFiles(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(SOURCE, path).split(sep).join('/'))
    .sort();
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const statements = [...text.matchAll(/^(?:import|export)\b([^;]*?)\bfrom\s+'([^']+)'/gms)].map(
    ([, clause, target]) => ({
      target: target ?? '',
      typeOnly: /^\s+type\b/.test(clause ?? ''),
    }),
  );
  const bare = [...text.matchAll(/^import\s+'([^']+)'/gm)].map(([, target]) => ({
    target: target ?? '',
    typeOnly: false,
  }));
  const dynamic = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, target]) => ({
    target: target ?? '',
    typeOnly: false,
  }));
  return [...statements, ...bare, ...dynamic].map(({ target, typeOnly }) => ({
    file,
    room: roomOf(file),
    target: target.startsWith('.') ? normalize(join(dirname(file), target)).replace(/\.js$/, '.ts') : target,
    typeOnly,
  }));
}

function roomOf(file: string): string {
  const [first = ''] = relative(SOURCE, file).split(/[\\/]/);
  return first.replace(/\.ts$/, '');
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const target of edges.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of edges.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
