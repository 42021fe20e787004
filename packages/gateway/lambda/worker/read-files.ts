/** Reports the files that a function reads while its modules are loaded, such as templates and `.env` files. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled } from '../code/installed-files.ts';
import { standIn } from './stand-in.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Methods = Record<string, Method | undefined>;

const READING = ['readFile', 'readFileSync', 'createReadStream'];
/** Modules are reported when they are loaded. */
const CODE = /\.(?:[cm]?[jt]sx?|map|node)$/;
const OF_SYSTEM = /^\/(?:dev|etc|lib|opt|proc|sys|usr|var)\//;

/** @returns a function that ends the reports */
export function announceReads(taskRoot: string, onRead: (file: string) => void): () => void {
  const told = new Set<string>();
  let isOver = false;
  const note = (given: unknown): void => {
    if (isOver) return;
    const file = toFile(given);
    if (file === undefined || told.has(file)) return;
    told.add(file);
    if (isOwn(file, taskRoot)) onRead(file);
  };
  for (const name of READING) replace(fs as unknown as Methods, name, note);
  replace(fs.promises as unknown as Methods, 'readFile', note);
  syncBuiltinESMExports();
  // The functions stay replaced, because the function's code may have kept references to them.
  return () => {
    isOver = true;
  };
}

function replace(owner: Methods, name: string, note: (path: unknown) => void): void {
  const real = owner[name];
  if (real === undefined) return;
  const reading: Method = function (...args) {
    note(args[0]);
    return real.apply(this, args);
  };
  owner[name] = standIn(reading, real);
}

function toFile(given: unknown): string | undefined {
  if (given instanceof URL) return given.protocol === 'file:' ? fileURLToPath(given) : undefined;
  if (typeof given !== 'string' || given === '') return undefined;
  return resolve(given);
}

/**
 * Whether a file is the project's own. Files of the system, of the user's settings and of packages, and files that the
 * gateway made, are not.
 */
function isOwn(file: string, taskRoot: string): boolean {
  if (CODE.test(file) || isInstalled(file) || file.includes(`${sep}.gatewright${sep}`)) return false;
  const around = dirname(taskRoot);
  if (file.startsWith(taskRoot + sep)) return true;
  if (around !== tmpdir() && file.startsWith(around + sep)) return true;
  const isOfUser = file.startsWith(`${homedir()}${sep}.`);
  return !isOfUser && !OF_SYSTEM.test(file) && !file.startsWith(tmpdir() + sep);
}
