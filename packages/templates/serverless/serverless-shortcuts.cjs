'use strict';
/**
 * What osls does slowly, done faster: half a second of each run. Part of `serverless-driver.cjs`, in osls's
 * own process; nothing of it changes what comes out.
 */
// Taken now: the driver watches what osls reads through these names later, and this is none of the service's inputs.
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

/** osls's check of a configuration has a name like this; ajv has written it. */
const GENERATED = '[generated-ajv-validate]';
const CODE = '.check';
/** 12 MB each; one for each set of plug-ins that add to the configuration, and version of osls. */
const KEPT_CHECKS = 4;
const SUM_BYTES = 4;

/**
 * Keeps V8's code of osls's generated checks. They are 8 MB with one function that V8 compiles when it is called; Node's
 * compile cache holds none of that.
 *
 * @param {string} folder for nobody but those who can write osls itself: what lies there is run
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

/** V8 trusts what it is given: a damaged file would end the process. */
function readWhole(file) {
  try {
    const bytes = readFileSync(file);
    const data = bytes.subarray(SUM_BYTES);
    return bytes.readUInt32BE(0) === crc32(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** At the end, when what has been called is compiled. */
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
    // A folder of packages that is not to be written: the next run is as slow as this one.
  }
}

/**
 * As json-cycle, with which osls writes its state, but for its look through all objects so far at each one.
 *
 * @param {unknown} object
 * @returns a copy in which an object that came before is `{ $ref: its path }`
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

/** @param {{ decycle: Function, stringify: Function }} jsonCycle the module that osls loads */
function quicken(jsonCycle) {
  jsonCycle.decycle = decycle;
  jsonCycle.stringify = (object, replacer, space) => JSON.stringify(decycle(object), replacer, space);
}

module.exports = { keepCompiledChecks, quicken };
