// The part of Pyodide that the child uses, public or not. The package is optional, so its own types may be missing.

export interface FileNode {
  readonly id: number;
  mode: number;
}

export interface FileStream {
  readonly node: FileNode;
  readonly flags: number;
  position: number;
  readonly shared: { refcount?: number };
  nfd?: number;
}

export interface FileAttributes {
  readonly mode?: number;
  readonly size?: number;
  readonly atime?: number;
  readonly mtime?: number;
  readonly dontFollow?: boolean;
}

export interface MemoryFile {
  contents?: unknown;
}

export type MemoryWrite = (
  stream: { readonly node: MemoryFile },
  buffer: unknown,
  offset: number,
  ...range: [length: number, position: number, canOwn?: boolean]
) => number;

export interface MemoryFileSystem {
  readonly ops_table: { readonly file: { readonly stream: { write: MemoryWrite } } };
  resizeFileStorage(file: MemoryFile, size: number): void;
}

export interface EmscriptenFS {
  readonly ErrnoError: new (code: number) => Error;
  readonly filesystems: { readonly MEMFS: MemoryFileSystem };
  readonly root: MemoryFile;
  createNode(parent: FileNode | null, name: string, mode: number, device: number): FileNode & Record<string, unknown>;
  mkdirTree(path: string): void;
  mount(type: object, options: object, path: string): void;
  isFile(mode: number): boolean;
  isDir(mode: number): boolean;
}

export interface PythonFunction {
  (...args: unknown[]): unknown;
  destroy(): void;
}

export interface PythonObject {
  get(name: string): PythonFunction;
  readonly start: PythonFunction;
  readonly cancel: PythonFunction;
}

export interface Pyodide {
  readonly FS: EmscriptenFS;
  readonly version: string;
  readonly _api: Record<string, unknown>;
  runPython(code: string): unknown;
  pyimport(name: string): Record<string, PythonFunction>;
  setStdin(options: object): void;
  setStdout(options: object): void;
  setStderr(options: object): void;
  setInterruptBuffer(buffer: object): void;
  makeMemorySnapshot(): Uint8Array;
}

export type WasmImports = Record<string, Record<string, unknown>>;

export interface EmscriptenSettings {
  instantiateWasm(imports: WasmImports, done: (...args: unknown[]) => void): unknown;
}
