/** Python that tries to get out. It `reaches` the host if it finds the secret there, makes the file, or is heard on the port. */
export interface EscapeProbe {
  readonly name: string;
  readonly reaches: 'secret' | 'file' | 'network';
  /** Gets `ENV`, `FILE` (the host's secrets: a variable's name and a path), `MADE` (a path to make) and `PORT`. */
  readonly code: string;
}

// In JavaScript, as Python strings: what a probe runs once it has found something that evaluates text.
const READ_ENV = 'f"process.env.{ENV}"';

export const ESCAPE_PROBES: readonly EscapeProbe[] = [
  { name: 'os.system', reaches: 'file', code: 'import os\nos.system(f"echo x > {MADE}")' },
  { name: 'js.process.env', reaches: 'secret', code: 'import js\ngetattr(js.process.env, ENV)' },
  {
    name: 'js.process.getBuiltinModule',
    reaches: 'file',
    code: 'import js\njs.process.getBuiltinModule("node:fs").writeFileSync(MADE, "x")',
  },
  { name: 'run_js', reaches: 'secret', code: `from pyodide.code import run_js\nrun_js(${READ_ENV})` },
  {
    name: 'the Function constructor',
    reaches: 'secret',
    code: `import pyodide_js\npyodide_js.constructor.constructor("return " + ${READ_ENV})()`,
  },
  {
    name: 'the constructor of an async function',
    reaches: 'secret',
    code: `import pyodide_js\nawait pyodide_js.loadPackage.constructor("return " + ${READ_ENV})()`,
  },
  {
    name: 'import() in evaluated text',
    reaches: 'file',
    code: `import pyodide_js
fs = await pyodide_js.constructor.constructor("return import('node:fs')")()
fs.writeFileSync(MADE, "x")`,
  },
  {
    name: 'emscripten_run_script_string',
    reaches: 'secret',
    code: `import ctypes
run = ctypes.CDLL(None).emscripten_run_script_string
run.restype, run.argtypes = ctypes.c_char_p, [ctypes.c_char_p]
run((${READ_ENV}).encode()).decode()`,
  },
  {
    name: 'emscripten_run_script through the module',
    reaches: 'file',
    code: `import pyodide_js
module = pyodide_js._module
text = f"process.getBuiltinModule('node:fs').writeFileSync('{MADE}', 'x')"
module._emscripten_run_script(module.stringToNewUTF8(text))`,
  },
  {
    name: '_api.loadBinaryFile',
    reaches: 'secret',
    code: 'import pyodide_js\n(await pyodide_js._api.loadBinaryFile(FILE)).to_bytes().decode()',
  },
  {
    name: 'mountNodeFS',
    reaches: 'secret',
    code: `import os, pyodide_js
os.makedirs("/host", exist_ok=True)
pyodide_js.mountNodeFS("/host/a", os.path.dirname(FILE))
open("/host/a/" + os.path.basename(FILE)).read()`,
  },
  {
    name: 'NODEFS, mounted by hand',
    reaches: 'file',
    code: `import os, pyodide_js
from pyodide.ffi import to_js
os.makedirs("/host/b", exist_ok=True)
fs = pyodide_js.FS
options = to_js({"root": os.path.dirname(MADE)}, dict_converter=fs.constructor.fromEntries)
fs.mount(fs.filesystems.NODEFS, options, "/host/b")
open("/host/b/" + os.path.basename(MADE), "w").write("x")`,
  },
  { name: 'js.fetch', reaches: 'network', code: 'import js\nawait js.fetch(f"http://127.0.0.1:{PORT}/")' },
  {
    name: 'pyfetch',
    reaches: 'network',
    code: 'from pyodide.http import pyfetch\nawait pyfetch(f"http://127.0.0.1:{PORT}/")',
  },
  {
    name: 'loadPackage of a URL',
    reaches: 'network',
    code: 'import pyodide_js\nawait pyodide_js.loadPackage(f"http://127.0.0.1:{PORT}/a-1-py3-none-any.whl")',
  },
  {
    name: 'the socket filesystem of Node',
    reaches: 'network',
    code: `import socket, pyodide_js
await pyodide_js._api.initializeNodeSockFS()
mine = socket.socket()
await pyodide_js._api._nodeSock.connect(mine.fileno(), "127.0.0.1", PORT)`,
  },
  {
    name: "the same without Python's socket",
    reaches: 'network',
    code: `import pyodide_js
await pyodide_js._api.initializeNodeSockFS()
mine = pyodide_js._module.SOCKFS.createSocket(2, 1, 6)
await pyodide_js._api._nodeSock.connect(mine.stream.fd, "127.0.0.1", PORT)`,
  },
];
