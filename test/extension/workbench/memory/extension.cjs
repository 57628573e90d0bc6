// A file system that is nowhere on a disk, with one melody in it; what is written stays until the window closes. For
// tests of what an extension does where there are no paths.
const vscode = require('vscode');

/** @typedef {{ type: import('vscode').FileType, content: Uint8Array, at: number }} Entry */

/** @implements {import('vscode').FileSystemProvider} */
class Memory {
  /** @type {Map<string, Entry>} */
  entries = new Map();
  changed = new vscode.EventEmitter();
  onDidChangeFile = this.changed.event;

  constructor() {
    this.createDirectory(vscode.Uri.parse('memory:/'));
    this.createDirectory(vscode.Uri.parse('memory:/choir'));
  }

  at({ path }) {
    const found = this.entries.get(path.replace(/(?<=.)\/$/, ''));
    if (!found) throw vscode.FileSystemError.FileNotFound(path);
    return found;
  }

  put({ path }, type, content) {
    this.entries.set(path, { type, content, at: Date.now() });
  }

  watch() {
    return new vscode.Disposable(() => {});
  }

  stat(uri) {
    const { type, content, at } = this.at(uri);
    return { type, ctime: at, mtime: at, size: content.length };
  }

  readDirectory(uri) {
    this.at(uri);
    const folder = `${uri.path.replace(/\/$/, '')}/`;
    return [...this.entries]
      .filter(([path]) => path.startsWith(folder) && path.length > folder.length)
      .map(([path, { type }]) => [path.slice(folder.length), type])
      .filter(([name]) => !name.includes('/'));
  }

  createDirectory(uri) {
    this.put(uri, vscode.FileType.Directory, new Uint8Array());
  }

  readFile(uri) {
    return this.at(uri).content;
  }

  writeFile(uri, content) {
    const { Created, Changed } = vscode.FileChangeType;
    const type = this.entries.has(uri.path) ? Changed : Created;
    this.put(uri, vscode.FileType.File, content);
    this.changed.fire([{ type, uri }]);
  }

  delete({ path }) {
    this.entries.delete(path);
  }

  rename(from, to) {
    const { type, content } = this.at(from);
    this.put(to, type, content);
    this.delete(from);
  }
}

exports.activate = (context) => {
  const memory = new Memory();
  const piece = ['X:1', 'M:2/4', 'L:1/4', 'K:G', '[V:S] d d | e2 |]', ''].join('\n');
  memory.writeFile(vscode.Uri.parse('memory:/choir/melody.satb'), new TextEncoder().encode(piece));
  context.subscriptions.push(vscode.workspace.registerFileSystemProvider('memory', memory));
};
