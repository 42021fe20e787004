'use strict';
/**
 * Stores compiled code between runs, in a folder that only its owner can write to, because files there are executed.
 * This file is plain CommonJS, because it runs before all other code of the command.
 */
const { lstatSync, mkdirSync, statSync } = require('node:fs');
const { readdir, rm, stat, writeFile } = require('node:fs/promises');
const { enableCompileCache, flushCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { join } = require('node:path');

const OWN_MODE = 0o700;
/**
 * The maximum size of the folder in bytes. Node never deletes files from it. Each new version of Gatewright and each
 * folder of npx adds a few megabytes.
 */
const LIMIT_BYTES = 200_000_000;
/** The name of a file whose modification time is the time when the folder's size was last measured. */
const MEASURED = 'measured';
const MEASURED_EVERY_MS = 60 * 60 * 1000;

let kept;

/**
 * Returns the folder for compiled code. It is in `GATEWRIGHT_HOME`, or else in `~/.gatewright`, as for all per-user
 * state.
 */
function codeFolder(environment) {
  return join(environment.GATEWRIGHT_HOME || join(homedir(), '.gatewright'), 'code');
}

/**
 * Creates a folder if it does not exist.
 * @returns whether `folder` is a folder (not a link) that belongs to this user and that others cannot write to
 */
function isOwn(folder) {
  mkdirSync(folder, { recursive: true, mode: OWN_MODE });
  const stats = lstatSync(folder);
  const own = process.getuid?.();
  if (own === undefined) return stats.isDirectory();
  return stats.isDirectory() && stats.uid === own && (stats.mode & 0o022) === 0;
}

/**
 * Stores compiled code between runs. If it cannot be stored, all code is compiled at each run. No message is printed in
 * that case, because compiling takes little time.
 */
exports.keepCompiledCode = function keepCompiledCode(environment) {
  // Node's own environment variable takes precedence. Older versions of Node do not have this function.
  if (enableCompileCache === undefined || environment.NODE_COMPILE_CACHE) return;
  try {
    const folder = codeFolder(environment);
    if (!isOwn(folder)) return;
    enableCompileCache(folder);
    kept = folder;
  } catch {
    // The folder cannot be written, so no code is stored.
  }
};

/**
 * Stores the compiled code as soon as the code is loaded. At the end of the process this might be too late, because a
 * killed process stores nothing. A folder that has become too large is deleted.
 */
exports.writeCompiledCode = async function writeCompiledCode(limitBytes = LIMIT_BYTES) {
  flushCompileCache?.();
  if (kept === undefined) return;
  try {
    if (wasMeasured(kept)) return;
    if ((await bytesOf(kept)) > limitBytes) await rm(kept, { recursive: true, force: true });
    else await writeFile(join(kept, MEASURED), '');
  } catch {
    // The error is ignored, because the next run tries again.
  }
};

function wasMeasured(folder) {
  const stats = statSync(join(folder, MEASURED), { throwIfNoEntry: false });
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < MEASURED_EVERY_MS;
}

/**
 * Returns the size of all files in a folder. There can be ten thousand files, so they are measured one after the other
 * to leave time for requests.
 */
async function bytesOf(folder) {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    // Other commands may add and rename files meanwhile.
    const stats = await stat(join(folder, name)).catch(() => undefined);
    bytes += stats?.size ?? 0;
  }
  return bytes;
}

exports.codeFolder = codeFolder;
exports.keepCompiledCode(process.env);
