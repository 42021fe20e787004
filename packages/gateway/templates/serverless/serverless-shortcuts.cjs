'use strict';
/**
 * Replaces slow steps of osls by faster versions that have the same results. It is part of `serverless-driver.cjs`, in
 * osls's own process.
 */
// These functions are stored here before the driver starts to watch what osls reads through them, because reads by this
// file are not inputs of the service.
const {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { createHash } = require('node:crypto');
const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const { crc32 } = require('node:zlib');

/** A text in the name that ajv gives to osls's generated configuration check. */
const GENERATED = '[generated-ajv-validate]';
const CODE = '.check';
/**
 * The maximum number of stored checks, which have 12 MB each. There is one check for each combination of osls version
 * and plug-ins that extend the configuration.
 */
const KEPT_CHECKS = 4;
const SUM_BYTES = 4;

/**
 * Stores the code that V8 has compiled for osls's generated checks. A check is one function with 8 MB of source. V8
 * compiles it on its first call, and Node's compile cache does not contain it.
 *
 * @param {string} folder a folder that is writable only by users who can write osls itself, because its content is
 * executed
 */
function keepCompiledChecks(folder) {
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (code, filename, ...rest) {
    if (!path.basename(filename).startsWith(GENERATED)) return compile.call(this, code, filename, ...rest);
    const digest = createHash('sha256').update(`${process.version} ${process.arch}\0${code}`).digest('hex');
    const file = path.join(folder, `${digest.slice(0, 32)}${CODE}`);
    const cachedData = readWhole(file);
    const script = new vm.Script(Module.wrap(code), { filename, cachedData });
    if (cachedData === undefined || script.cachedDataRejected) process.once('exit', () => keep(file, script));
    const load = script.runInThisContext();
    return load.call(
      this.exports,
      this.exports,
      (id) => this.require(id),
      this,
      filename,
      path.dirname(filename),
    );
  };
}

/**
 * Reads a stored file and returns it only if it is undamaged. V8 does not check its code cache, so a damaged file would
 * end the process.
 */
function readWhole(file) {
  try {
    const bytes = readFileSync(file);
    const data = bytes.subarray(SUM_BYTES);
    return bytes.readUInt32BE(0) === crc32(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Stores the compiled code. It is called at the end of the run, when V8 has compiled all functions that were called.
 */
function keep(file, script) {
  const folder = path.dirname(file);
  try {
    const data = script.createCachedData();
    const sum = Buffer.alloc(SUM_BYTES);
    sum.writeUInt32BE(crc32(data));
    mkdirSync(folder, { recursive: true });
    const made = `${file}.${process.pid}`;
    writeFileSync(made, Buffer.concat([sum, data]));
    renameSync(made, file);
    const files = readdirSync(folder).filter((name) => name.includes(CODE));
    const byAge = files
      .map((name) => [statSync(path.join(folder, name)).mtimeMs, name])
      .sort(([a], [b]) => b - a);
    for (const [, name] of byAge.slice(KEPT_CHECKS)) rmSync(path.join(folder, name), { force: true });
  } catch {
    // The folder of packages is read-only, so the next run is as slow as this one.
  }
}

/**
 * Removes repeated objects, like json-cycle, with which osls writes its state. It is faster because it does not search
 * all earlier objects for each object.
 *
 * @param {unknown} object
 * @returns a copy in which a repeated object is `{ $ref: its path }`
 */
function decycle(object) {
  const paths = new Map();
  const derez = (value, at) => {
    const plain = plainOf(value);
    if (typeof plain !== 'object' || plain === null) return plain;
    const before = paths.get(plain);
    if (before !== undefined) return { $ref: before };
    paths.set(plain, at);
    if (Array.isArray(plain)) return Array.from(plain, (item, index) => derez(item, `${at}[${index}]`));
    const copy = {};
    for (const name of Object.keys(plain)) copy[name] = derez(plain[name], `${at}[${JSON.stringify(name)}]`);
    return copy;
  };
  return derez(object, '$');
}

function plainOf(value) {
  try {
    return typeof value?.toJSON === 'function' ? value.toJSON() : value;
  } catch {
    return value;
  }
}

/**
 * Replaces the functions of json-cycle by faster functions.
 * @param {{ decycle: Function, stringify: Function }} jsonCycle the module that osls loads
 */
function quicken(jsonCycle) {
  jsonCycle.decycle = decycle;
  jsonCycle.stringify = (object, replacer, space) => JSON.stringify(decycle(object), replacer, space);
}

module.exports = { keepCompiledChecks, quicken };
