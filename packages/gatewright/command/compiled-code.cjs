'use strict';
/**
 * Compiled code is kept between runs, in a folder that its owner alone can write to: what lies there is run. Plain
 * CommonJS, since it comes before everything else of the command, whose types and code are then not read again.
 */
const { lstatSync, mkdirSync, readdirSync, rmSync, statSync } = require('node:fs');
const { enableCompileCache, flushCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { join } = require('node:path');

const OWN_MODE = 0o700;
/** Node throws nothing away: each new version, and each folder of npx, adds a few megabytes. */
const LIMIT_BYTES = 200_000_000;

let kept;

/** `GATEWRIGHT_HOME`, else `~/.gatewright`, as for everything that is of a user and not of a folder. */
function codeFolder(environment) {
  return join(environment.GATEWRIGHT_HOME || join(homedir(), '.gatewright'), 'code');
}

/** @returns whether it is a folder, not a link, of this user, into which nobody else could have put anything */
function isOwn(folder) {
  mkdirSync(folder, { recursive: true, mode: OWN_MODE });
  const stats = lstatSync(folder);
  const own = process.getuid?.();
  if (own === undefined) return stats.isDirectory();
  return stats.isDirectory() && stats.uid === own && (stats.mode & 0o022) === 0;
}

/** Where nothing can be kept, everything is compiled as before: it costs a moment, and is no reason to tell anybody. */
exports.keepCompiledCode = function keepCompiledCode(environment) {
  // Node's own variables decide first; an older Node has no such function.
  if (enableCompileCache === undefined || environment.NODE_COMPILE_CACHE) return;
  try {
    const folder = codeFolder(environment);
    if (!isOwn(folder)) return;
    enableCompileCache(folder);
    kept = folder;
  } catch {
    // A home that cannot be written to.
  }
};

/** Written once everything that a start needs is loaded, since a killed process writes nothing. */
exports.writeCompiledCode = function writeCompiledCode(limitBytes = LIMIT_BYTES) {
  flushCompileCache?.();
  if (kept === undefined) return;
  try {
    const names = readdirSync(kept, { recursive: true });
    // Another command may add and rename files meanwhile.
    const sizes = names.map((name) => statSync(join(kept, name), { throwIfNoEntry: false })?.size ?? 0);
    if (sizes.reduce((sum, size) => sum + size, 0) > limitBytes)
      rmSync(kept, { recursive: true, force: true });
  } catch {
    // The next start looks again.
  }
};

exports.codeFolder = codeFolder;
exports.keepCompiledCode(process.env);
