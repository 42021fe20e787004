'use strict';
/**
 * Keeps compiled code between runs, in a folder that only its owner can write to: files there are executed.
 * Plain CommonJS, because it runs before all other code of the command.
 */
const { lstatSync, mkdirSync, readdirSync, rmSync, statSync } = require('node:fs');
const { enableCompileCache, flushCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { join } = require('node:path');

const OWN_MODE = 0o700;
/** Node never deletes from it: each new version, and each folder of npx, adds a few megabytes. */
const LIMIT_BYTES = 200_000_000;

let kept;

/** `GATEWRIGHT_HOME`, else `~/.gatewright`, as for all per-user state. */
function codeFolder(environment) {
  return join(environment.GATEWRIGHT_HOME || join(homedir(), '.gatewright'), 'code');
}

/** @returns whether it is a folder, not a link, of this user, that others cannot write to */
function isOwn(folder) {
  mkdirSync(folder, { recursive: true, mode: OWN_MODE });
  const stats = lstatSync(folder);
  const own = process.getuid?.();
  if (own === undefined) return stats.isDirectory();
  return stats.isDirectory() && stats.uid === own && (stats.mode & 0o022) === 0;
}

/**
 * Where nothing can be kept, everything is compiled as before: that takes a moment, and needs no message.
 */
exports.keepCompiledCode = function keepCompiledCode(environment) {
  // Node's own variables take precedence; an older Node has no such function.
  if (enableCompileCache === undefined || environment.NODE_COMPILE_CACHE) return;
  try {
    const folder = codeFolder(environment);
    if (!isOwn(folder)) return;
    enableCompileCache(folder);
    kept = folder;
  } catch {
    // The home is not writable.
  }
};

/** Written once the code of a start is loaded, since a killed process writes nothing. */
exports.writeCompiledCode = function writeCompiledCode(limitBytes = LIMIT_BYTES) {
  flushCompileCache?.();
  if (kept === undefined) return;
  try {
    const names = readdirSync(kept, { recursive: true });
    // Other commands may add and rename files meanwhile.
    const sizes = names.map((name) => statSync(join(kept, name), { throwIfNoEntry: false })?.size ?? 0);
    if (sizes.reduce((sum, size) => sum + size, 0) > limitBytes)
      rmSync(kept, { recursive: true, force: true });
  } catch {
    // The next start tries again.
  }
};

exports.codeFolder = codeFolder;
exports.keepCompiledCode(process.env);
