import type { EmscriptenSettings, WasmImports } from './pyodide-types.mjs';

const ERRNO_NOT_IMPLEMENTED = 52;

/** Replaces what the interpreter's WebAssembly imports to run host commands, scripts and sockets. */
export function closeWasmImports(settings: EmscriptenSettings): EmscriptenSettings {
  const instantiate = settings.instantiateWasm;
  settings.instantiateWasm = (imports, done) => {
    closeImports(imports);
    return instantiate(imports, done);
  };
  return settings;
}

function closeImports(imports: WasmImports): void {
  const environment = imports['env'];
  if (!environment) throw new Error('This version of Pyodide has no imports under "env"');
  for (const name of Object.keys(environment)) {
    const original = environment[name];
    if (typeof original !== 'function') continue;
    const answer = answerFor(name);
    if (answer === undefined) continue;
    // The dynamic linker reads the signature from the function.
    environment[name] = Object.assign(() => answer, { sig: Reflect.get(original, 'sig') });
  }
}

function answerFor(name: string): number | undefined {
  if (/^_?_emscripten_system$/.test(name)) return -1;
  if (/^_?emscripten_(run_script|async_run_script|async_load_script)/.test(name)) return 0;
  if (/^_?emscripten_(websocket|fetch|wget|async_wget|idb|create_worker|call_worker)/.test(name)) return -1;
  if (
    /^__syscall_(socket|connect|bind|listen|accept4|sendto|sendmsg|recvfrom|recvmsg|getsockname|getpeername|setsockopt|getsockopt|shutdown)$/.test(
      name,
    )
  )
    return -ERRNO_NOT_IMPLEMENTED;
  return undefined;
}
