'use strict';
/**
 * Records the inputs of a service's compilation, which are the files and modules that are read or looked up. It is part
 * of `serverless-driver.cjs`, runs in osls's own process, and is loaded before osls. If osls or a plug-in does
 * something that cannot be traced (child programs, other threads, servers, written files), the inputs are unknown.
 */
const fs = require('node:fs');
const Module = require('node:module');
const net = require('node:net');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const NAMES = new Set(['readdir', 'opendir', 'glob']);
const CONTENT = new Set(['readFile', 'createReadStream', 'openAsBlob']);
const THERE = new Set(['exists', 'access', 'realpath', 'readlink']);
const STATE = new Set(['stat', 'lstat', 'statfs']);
const WRITES = new Set([
  ...[
    'writeFile',
    'appendFile',
    'createWriteStream',
    'mkdir',
    'mkdtemp',
    'rm',
    'rmdir',
    'unlink',
    'truncate',
  ],
  ...[
    'rename',
    'copyFile',
    'cp',
    'link',
    'symlink',
    'chmod',
    'chown',
    'lchown',
    'lchmod',
    'utimes',
    'lutimes',
  ],
]);
/** The functions of `fs` whose second path is the file that they create. */
const TWO_PATHS = new Set(['rename', 'copyFile', 'cp', 'link', 'symlink']);
const PROGRAMS = ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync'];

/**
 * Starts to record inputs.
 * @param {{ ownFolders: readonly string[], isAnswered: (port: number) => boolean }} options `ownFolders` are folders
 * whose files belong to the run itself; `isAnswered` returns whether the requests to a port are recorded elsewhere
 */
function watchInputs({ ownFolders, isAnswered }) {
  const files = new Map();
  const missing = new Map();
  let blind;
  const isOwn = (file) => ownFolders.some((folder) => file === folder || file.startsWith(folder + path.sep));
  const note = (kind, file) => {
    if (isOwn(file)) return;
    const kinds = files.get(file);
    if (kinds === undefined) files.set(file, new Set([kind]));
    else kinds.add(kind);
  };
  const goBlind = (reason) => {
    blind ??= reason;
  };
  watchOthers(goBlind, isAnswered);
  return {
    /**
     * Starts to record where modules are looked up, which makes loading slower. Modules that are loaded earlier are still
     * listed as inputs.
     */
    watchModules: () => watchModules(note, missing, goBlind),
    observe: (name, input) => observe(name, input, { note, goBlind, isOwn }),
    /** @param {readonly string[]} checked the files that plug-ins only checked, as `checkedSources` names them */
    list(checked) {
      for (const file of Object.keys(require.cache)) note('content', cut(file));
      return {
        blind,
        files: [...files].map(([file, kinds]) => [file, [...kinds]]),
        missing: [...missing.values()],
        checked,
      };
    },
  };
}

function observe(name, input, { note, goBlind, isOwn }) {
  const call = name.replace(/Sync$/, '');
  const file = pathOf(input[0]);
  if (file === undefined) return;
  if (NAMES.has(call)) note(call === 'glob' ? 'content' : 'names', file);
  else if (CONTENT.has(call)) note('content', file);
  else if (THERE.has(call)) note('there', file);
  else if (STATE.has(call)) note('state', file);
  else if (call === 'open' && isReading(input[1])) note('content', file);
  else if (call === 'open' || WRITES.has(call)) {
    const made = TWO_PATHS.has(call) ? pathOf(input[1]) : file;
    if (made === undefined || !isOwn(made)) goBlind(`it writes ${made ?? 'a file'}`);
    if (made !== file) note('content', file);
  }
  if (call === 'glob') goBlind('it looks for files by a pattern');
}

function isReading(flags) {
  return (
    flags === undefined ||
    flags === null ||
    flags === 'r' ||
    flags === 'rs' ||
    flags === fs.constants.O_RDONLY ||
    typeof flags === 'function'
  );
}

function pathOf(value) {
  if (typeof value === 'string') return path.resolve(value);
  if (value instanceof URL && value.protocol === 'file:') return fileURLToPath(value);
  return Buffer.isBuffer(value) ? path.resolve(value.toString()) : undefined;
}

function cut(file) {
  return file.split('?', 1)[0];
}

/** Watches modules separately, because Node reads them without `fs`. */
function watchModules(note, missing, goBlind) {
  const { _resolveFilename: resolve } = Module;
  Module._resolveFilename = function (request, parent, ...rest) {
    // The file name is null if a module is preloaded, as those of `require` in tsconfig.json are by ts-node. Such a
    // module is looked up in the working directory.
    const from = parent?.filename ?? path.join(process.cwd(), 'none.js');
    try {
      const found = resolve.call(this, request, parent, ...rest);
      if (isPath(request)) noteEarlier(path.resolve(path.dirname(from), request), found, note);
      return found;
    } catch (error) {
      missing.set(`${from}\n${request}`, [from, request, rest[1]?.paths ?? null]);
      throw error;
    }
  };
  if (typeof Module.registerHooks !== 'function') {
    goBlind('this Node.js does not show which ES modules are loaded');
    return;
  }
  Module.registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        const { parentURL } = context;
        const from = parentURL?.startsWith('file:')
          ? fileURLToPath(parentURL)
          : path.join(process.cwd(), 'none.js');
        missing.set(`${from}\n${specifier}`, [from, specifier, null]);
        throw error;
      }
    },
    load(url, context, next) {
      if (url.startsWith('file:')) note('content', cut(fileURLToPath(url)));
      return next(url, context);
    },
  });
}

function isPath(request) {
  return /^\.{1,2}(?:[\\/]|$)/.test(request) || path.isAbsolute(request);
}

/**
 * Records the files that Node tries before the file that it finds. If such a file is created later, Node will load it
 * instead.
 */
function noteEarlier(target, found, note) {
  if (found === target) return;
  const endings = Object.keys(Module._extensions);
  for (const folder of [target, path.join(target, 'index')])
    for (const file of [folder, ...endings.map((ending) => folder + ending)]) {
      if (file === found) return;
      note('there', file);
    }
}

function watchOthers(goBlind, isAnswered) {
  const programs = require('node:child_process');
  for (const name of PROGRAMS) {
    const original = programs[name];
    programs[name] = Object.defineProperties(function (...input) {
      goBlind(`it runs ${String(input[0]).slice(0, 100)}`);
      return original.apply(this, input);
    }, Object.getOwnPropertyDescriptors(original));
  }
  const threads = require('node:worker_threads');
  threads.Worker = class extends threads.Worker {
    constructor(...input) {
      goBlind('it starts a thread');
      super(...input);
    }
  };
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...input) {
    const first = Array.isArray(input[0]) ? input[0][0] : input[0];
    const port = typeof first === 'object' && first !== null ? first.port : first;
    if (!isAnswered(Number(port))) goBlind('it calls a server');
    return connect.apply(this, input);
  };
  watchNames(goBlind);
  const datagrams = require('node:dgram');
  const { send } = datagrams.Socket.prototype;
  datagrams.Socket.prototype.send = function (...input) {
    goBlind('it sends to a server');
    return send.apply(this, input);
  };
}

/**
 * Marks the inputs as unknown if the run resolves names or reads the addresses of this machine, because both may
 * change.
 */
function watchNames(goBlind) {
  const dns = require('node:dns');
  for (const target of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
    for (const name of Object.getOwnPropertyNames(target)) {
      const original = target[name];
      if (!/^(?:lookup|resolve|reverse)/.test(name) || typeof original !== 'function') continue;
      target[name] = Object.defineProperties(function (...input) {
        goBlind('it resolves a name');
        return original.apply(this, input);
      }, Object.getOwnPropertyDescriptors(original));
    }
  const os = require('node:os');
  const { networkInterfaces } = os;
  os.networkInterfaces = () => {
    goBlind('it reads the addresses of this machine');
    return networkInterfaces();
  };
}

module.exports = { watchInputs };
