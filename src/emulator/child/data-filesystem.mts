import { lstatSync } from 'node:fs';
import type { DataFolder } from './data-folder.mjs';
import { createNodeOperations } from './data-node-operations.mjs';
import type { DataQuota } from './data-quota.mjs';
import { createStreamOperations } from './data-stream-operations.mjs';
import type { EmscriptenFS, FileNode } from './pyodide-types.mjs';
import { ERRNO, onHost } from './system-errors.mjs';

const MAX_NAME_BYTES = 255;

/**
 * A filesystem for Emscripten that shows a folder of the host. Only plain files and folders exist in it. The root and the
 * places of its nodes live in this closure, where Python cannot rewrite them.
 */
export function createDataFilesystem(fs: EmscriptenFS, root: string, quota: DataQuota): object {
  const places = new WeakMap<FileNode, { readonly parent: FileNode | null; readonly name: string }>();
  const folder: DataFolder = {
    fs,
    quota,
    pathOf: (node) => {
      const place = places.get(node);
      if (!place) throw new fs.ErrnoError(ERRNO.ENOENT);
      return place.parent === null ? root : folder.childPath(place.parent, place.name);
    },
    childPath: (parent, name) => {
      if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) throw new fs.ErrnoError(ERRNO.EINVAL);
      if (new TextEncoder().encode(name).length > MAX_NAME_BYTES) throw new fs.ErrnoError(ERRNO.ENAMETOOLONG);
      return `${folder.pathOf(parent)}/${name}`;
    },
    addNode: (parent, name, mode) => {
      const node = fs.createNode(parent, name, mode, 0);
      places.set(node, { parent, name });
      return Object.assign(node, { node_ops: nodeOperations, stream_ops: streamOperations });
    },
    move: (node, parent, name) => {
      places.set(node, { parent, name });
      // By this, Emscripten finds it again.
      node.name = name;
    },
    stat: (path) => {
      const stats = lstatSync(path);
      if (!stats.isFile() && !stats.isDirectory()) throw new fs.ErrnoError(ERRNO.ENOENT);
      return stats;
    },
  };
  const nodeOperations = createNodeOperations(folder);
  const streamOperations = createStreamOperations(folder);
  keepLookupsTrue(folder, (node) => places.has(node));
  return { mount: () => folder.addNode(null, '/', folder.stat(root).mode) };
}

// Emscripten keeps every node that it has found. The parent may since have removed what it stands for, or have put a folder in
// the place of a file.
function keepLookupsTrue(folder: DataFolder, isOurs: (node: FileNode) => boolean): void {
  const { fs } = folder;
  const lookUp = fs.lookupNode.bind(fs);
  const isTrue = (node: FileNode): boolean => {
    const stats = onHost(fs, () => lstatSync(folder.pathOf(node), { throwIfNoEntry: false }));
    return stats !== undefined && fs.isDir(stats.mode) === fs.isDir(node.mode);
  };
  fs.lookupNode = (parent, name) => {
    const node = lookUp(parent, name);
    if (!isOurs(node) || isTrue(node)) return node;
    fs.hashRemoveNode(node);
    return lookUp(parent, name);
  };
}
