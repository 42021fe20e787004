import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

import { type JsonObject, memberOf } from '@gatewright/aws/json-object';

const SCRIPTS = ['build', 'compile', 'bundle', 'tsc'] as const;
/** Where compilers and bundlers write by default, and by custom. */
const OUTPUT = /^(?:dist|build|out|output|lib|compiled|\.build|\.webpack|\.esbuild|\.dist)$/;

/**
 * The command of the project that makes a missing file, by its package.json; undefined where nothing says
 * that the file is made.
 * @param file absolute
 */
export function findBuildCommand(file: string): string | undefined {
  const manifest = findManifest(dirname(file));
  if (manifest === undefined) return undefined;
  const folders = relative(dirname(manifest), dirname(file)).split(sep);
  if (!folders.some((name) => OUTPUT.test(name))) return undefined;
  const scripts = memberOf(readManifest(manifest), 'scripts');
  const name = SCRIPTS.find((each) => typeof memberOf(scripts, each) === 'string');
  if (name === undefined) return undefined;
  const where = relative(process.cwd(), dirname(manifest));
  return `npm run ${name}${where === '' ? '' : ` in ${where.startsWith('..') ? dirname(manifest) : where}`}`;
}

function findManifest(folder: string): string | undefined {
  const path = join(folder, 'package.json');
  if (existsSync(path)) return path;
  return folder === dirname(folder) ? undefined : findManifest(dirname(folder));
}

function readManifest(file: string): JsonObject {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
  } catch {
    // Being written, or not JSON: then it names no script.
    return {};
  }
}
