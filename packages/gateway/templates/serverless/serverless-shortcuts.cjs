'use strict';
/**
 * Replaces slow steps of osls by faster versions that have the same results. It is part of `serverless-driver.cjs`, in
 * osls's own process.
 */
// These functions are stored here before the driver starts to watch what osls reads through them.
const { lstatSync, mkdirSync, readdirSync, rmSync, statSync } = require('node:fs');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');

/**
 * The maximum number of checks that are kept. A check is a program of up to 1 MB that osls generates to validate
 * services. There is one check for each combination of osls version, plug-ins, and properties that services have.
 */
const KEPT_CHECKS = 16;

/** Keywords of JSON Schema (draft 7) whose value is a map of schemas, a schema, or a list of schemas. */
const MAPS = new Set(['definitions', 'dependencies', 'patternProperties', 'properties']);
const SCHEMAS = new Set([
  ...['additionalItems', 'additionalProperties', 'allOf', 'anyOf', 'contains', 'else', 'if'],
  ...['items', 'not', 'oneOf', 'propertyNames', 'then'],
]);

/**
 * Removes the descriptions of properties that a configuration does not have. The check of a configuration has the same
 * result without them, because ajv reads the description of a property only if an object has this property. From the
 * reduced schema, osls generates its check in a tenth of the time. From the whole schema, it generates 8 MB of
 * JavaScript.
 *
 * @param {object} schema osls's schema, with what plug-ins have added
 * @param {object} own the schema without what plug-ins have added. What they add stays, because osls also refuses a
 * plug-in whose schema is invalid
 * @param {unknown} configuration the service
 * @returns a copy of `schema`
 */
function withoutAbsentProperties(schema, own, configuration) {
  const names = namesIn(configuration);
  const reduceAll = (schemas, owns) =>
    Object.fromEntries(Object.entries(schemas).map(([key, each]) => [key, reduce(each, owns?.[key])]));
  const reduce = (whole, its) => {
    if (Array.isArray(whole)) return whole.map((each, index) => reduce(each, its?.[index]));
    if (!isObject(whole)) return whole;
    const entries = Object.entries(whole).map(([keyword, value]) => {
      if (keyword === 'properties' && isObject(value))
        return [keyword, reduceAll(withoutOthers(value, its?.properties, names), its?.properties)];
      if (MAPS.has(keyword) && isObject(value)) return [keyword, reduceAll(value, its?.[keyword])];
      return [keyword, SCHEMAS.has(keyword) ? reduce(value, its?.[keyword]) : value];
    });
    return Object.fromEntries(entries);
  };
  // The members of the service itself stay, because osls reads their descriptions before it generates its check.
  return { ...reduce(schema, own), properties: reduceAll(schema.properties, own.properties) };
}

/**
 * Empties the descriptions of properties that no object has. Their names stay, because other names are unrecognized.
 */
function withoutOthers(properties, own, names) {
  const isLeftOut = (name, described) => !names.has(name) && isDeepStrictEqual(described, own?.[name]);
  return Object.fromEntries(
    Object.entries(properties).map(([name, described]) => [
      name,
      isLeftOut(name, described) ? {} : described,
    ]),
  );
}

/**
 * Creates a folder for files that are executed, if it does not exist.
 * @returns whether it is a folder (not a link) that belongs to this user and that others cannot write to
 */
function isOwnFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = lstatSync(folder);
    const own = process.getuid?.();
    return stats.isDirectory() && (own === undefined || (stats.uid === own && (stats.mode & 0o022) === 0));
  } catch {
    return false;
  }
}

/** Removes the oldest checks of a folder, if there are too many. */
function boundChecks(folder) {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    const byAge = files.map((file) => [statSync(file).mtimeMs, file]).sort(([a], [b]) => b - a);
    for (const [, file] of byAge.slice(KEPT_CHECKS)) rmSync(file, { force: true });
  } catch {
    // The folder does not exist, or another process removes the same files.
  }
}

/** Returns the names of all properties in a value, which may contain itself. */
function namesIn(value) {
  const names = new Set();
  const found = new Set([value]);
  for (const each of found) {
    if (!isObject(each) && !Array.isArray(each)) continue;
    for (const [name, member] of Object.entries(each)) {
      names.add(name);
      found.add(member);
    }
  }
  return names;
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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

module.exports = { boundChecks, isOwnFolder, quicken, withoutAbsentProperties };
