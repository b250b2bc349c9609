/** Code that tries to reach the host out of a session of one of this machine's programs. */
export interface HostProbe {
  readonly name: string;
  /** What shows that it did: the secret in the answer, a file that was made, a connection, or a process that ended. */
  readonly reaches: 'secret' | 'file' | 'connection' | 'process';
  readonly fields: (place: ProbedHost) => object;
}

/** What there is to be reached. */
export interface ProbedHost {
  /** A file with the secret in it. */
  readonly file: string;
  /** A path at which to make a file. */
  readonly made: string;
  readonly port: number;
  /** A process that waits: the secret is in its environment and in its name. */
  readonly victim: number;
  /** A socket in the file system that answers with the secret. */
  readonly socket: string;
}

const text = JSON.stringify;

const python = (name: string, reaches: HostProbe['reaches'], code: (place: ProbedHost) => string): HostProbe => ({
  name,
  reaches,
  fields: (place) => ({ code: code(place) }),
});

export const PYTHON_PROBES: readonly HostProbe[] = [
  python('read a file of the host', 'secret', ({ file }) => `open(${text(file)}).read()`),
  python(
    'read a file through a link in the data folder',
    'secret',
    ({ file }) => `import os\nos.symlink(${text(file)}, "link")\nopen("link").read()`,
  ),
  python(
    'read a file through the root of another process',
    'secret',
    ({ file, victim }) =>
      `import glob\nout = []\nfor root in ["/proc/${victim}/root", *glob.glob("/proc/[0-9]*/root")]:\n    try: out.append(open(root + ${text(file)}).read())\n    except OSError: pass\nstr(out)`,
  ),
  python(
    'read a file with a program',
    'secret',
    ({ file }) => `import subprocess\nsubprocess.run(["cat", ${text(file)}], capture_output=True, text=True).stdout`,
  ),
  python('write a file of the host', 'file', ({ made }) => `open(${text(made)}, "w").close()`),
  python(
    'write a file with a program',
    'file',
    ({ made }) => `import subprocess\nsubprocess.run(["touch", ${text(made)}])`,
  ),
  python(
    'see the environment of a process of the host',
    'secret',
    ({ victim }) =>
      `import glob\nout = ""\nfor path in ["/proc/${victim}/environ", *glob.glob("/proc/[0-9]*/environ")]:\n    try: out += open(path, errors="replace").read()\n    except OSError: pass\nout`,
  ),
  python(
    'connect to a port of the host',
    'connection',
    ({ port }) => `import socket\nsocket.create_connection(("127.0.0.1", ${port}), 2).close()`,
  ),
  python(
    'fetch from the host',
    'connection',
    ({ port }) => `import urllib.request\nurllib.request.urlopen("http://127.0.0.1:${port}/", timeout=2).read()`,
  ),
  python(
    'connect to a socket in the file system',
    'secret',
    ({ socket }) =>
      `import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect(${text(socket)})\ns.recv(100).decode()`,
  ),
  python('end a process of the host', 'process', ({ victim }) => `import os\nos.kill(${victim}, 9)`),
  python(
    'end a process with a program',
    'process',
    ({ victim }) =>
      `import subprocess\nsubprocess.run(["kill", "-9", "${victim}"], shell=False)\nsubprocess.run("kill -9 ${victim}", shell=True)`,
  ),
  python(
    'list the processes of the host',
    'secret',
    () =>
      `import glob\nout = ""\nfor path in glob.glob("/proc/[0-9]*/cmdline"):\n    try: out += open(path).read()\n    except OSError: pass\nout`,
  ),
];

const node = (name: string, reaches: HostProbe['reaches'], code: (place: ProbedHost) => string): HostProbe => ({
  name,
  reaches,
  fields: (place) => ({ code: code(place) }),
});

export const NODE_PROBES: readonly HostProbe[] = [
  node('read a file of the host', 'secret', ({ file }) => `require("fs").readFileSync(${text(file)}, "utf8")`),
  node('write a file of the host', 'file', ({ made }) => `require("fs").writeFileSync(${text(made)}, "")`),
  node(
    'read and write with programs',
    'file',
    ({ made }) => `require("child_process").execSync(${text(`touch ${made}`)})`,
  ),
  node(
    'connect to a port of the host',
    'connection',
    ({ port }) =>
      `await new Promise((resolve) => require("net").connect(${port}, "127.0.0.1").once("connect", function () { this.end(resolve); }).once("error", resolve)); 1`,
  ),
  node(
    'fetch from the host',
    'connection',
    ({ port }) => `await fetch("http://127.0.0.1:${port}/").then((r) => r.text(), () => "no")`,
  ),
  node('end a process of the host', 'process', ({ victim }) => `process.kill(${victim}, "SIGKILL")`),
  node(
    'see the environment of a process of the host',
    'secret',
    ({ victim }) => `require("fs").readFileSync("/proc/${victim}/environ", "utf8")`,
  ),
  node('read a file in a worker', 'secret', ({ file }) => {
    const inWorker = `require("worker_threads").parentPort.postMessage(require("fs").readFileSync(${text(file)}, "utf8"))`;
    return `const { Worker } = require("worker_threads")
await new Promise((resolve) => new Worker(${text(inWorker)}, { eval: true }).once("message", resolve).once("error", (error) => resolve(String(error))))`;
  }),
];

const shell = (name: string, reaches: HostProbe['reaches'], command: (place: ProbedHost) => string): HostProbe => ({
  name,
  reaches,
  fields: (place) => ({ shellCommand: command(place) }),
});

export const SHELL_PROBES: readonly HostProbe[] = [
  shell('read a file of the host', 'secret', ({ file }) => `cat '${file}'`),
  shell('write a file of the host', 'file', ({ made }) => `touch '${made}'`),
  shell('connect to a port of the host', 'connection', ({ port }) => `exec 9<>/dev/tcp/127.0.0.1/${port}`),
  shell('end a process of the host', 'process', ({ victim }) => `kill -9 ${victim}`),
  shell(
    'see the environment of a process of the host',
    'secret',
    ({ victim }) => `cat /proc/${victim}/environ /proc/[0-9]*/environ | tr '\\0' '\\n' | grep SECRET`,
  ),
  shell('read a file through the root of another process', 'secret', ({ file }) => `cat /proc/[0-9]*/root'${file}'`),
];
