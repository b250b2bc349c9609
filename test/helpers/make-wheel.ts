import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A package as Pyodide's lock file and its place on the web have it. */
export interface Wheel {
  readonly name: string;
  readonly fileName: string;
  readonly content: Buffer;
  readonly lockEntry: object;
}

export interface WheelOptions {
  readonly name: string;
  readonly version?: string;
  readonly depends?: readonly string[];
  readonly imports?: readonly string[];
  /** Paths and contents; the metadata is added. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

export function makeWheel({ name, version = '1.0', depends = [], imports = [name], files }: WheelOptions): Wheel {
  const information = `${name}-${version}.dist-info`;
  const content = makeZip({
    ...files,
    [`${information}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${information}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${information}/RECORD`]: '',
  });
  const fileName = `${name}-${version}-py3-none-any.whl`;
  const lockEntry = {
    name,
    version,
    file_name: fileName,
    install_dir: 'site',
    package_type: 'package',
    sha256: createHash('sha256').update(content).digest('hex'),
    depends,
    imports,
    unvendored_tests: false,
  };
  return { name, fileName, content, lockEntry };
}

export function makeLockFile(wheels: readonly Wheel[]): string {
  return JSON.stringify({
    info: { python: '3.14.2' },
    packages: Object.fromEntries(wheels.map(({ name, lockEntry }) => [name, lockEntry])),
  });
}

// An archive without compression: a header and the content for each file, then a directory of them all.
function makeZip(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const name = Buffer.from(path);
    const content = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(33, 8); // 1980-01-01
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    directory.push(signature(0x02014b50), Buffer.from([20, 0]), common, entry, name);
    parts.push(signature(0x04034b50), common, name, content);
    offset += 4 + common.length + name.length + content.length;
  }
  const end = Buffer.alloc(18);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
