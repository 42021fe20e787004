/**
 * Returns the command with which the user installs a missing package. It uses the package manager of the project. If
 * the package.json already lists the package, the command installs everything that it lists, and does not change it.
 */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { membersOf, parseJson } from '@gatewright/aws/json-object';
import { foldersAbove, managerOf } from '@gatewright/aws/package-managers';
import { readIfReadable } from '@gatewright/aws/readable-files';

const LISTS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

type Install = {
  readonly isForDev?: boolean;
  /**
   * Whether the message is read outside of the user's folder, as in a function, so that the command must contain the
   * absolute path.
   */
  readonly isElsewhere?: boolean;
};

/** @param from a file or folder of the project; without it, the project is unknown */
export function installCommand(
  name: string,
  from?: string,
  { isForDev = false, isElsewhere = false }: Install = {},
): string {
  const folders = from === undefined ? [] : foldersAbove(from);
  const own = folders.find((folder) => existsSync(join(folder, 'package.json')));
  const manager = managerOf(folders);
  const where = own === undefined ? '' : goTo(own, isElsewhere);
  if (own !== undefined && isListed(name, join(own, 'package.json'))) return `${where}${manager.all}`;
  return `${where}${isForDev ? manager.oneForDev : manager.one} ${name}`;
}

/** A package.json, the packages of its `dependencies`, and the command that installs all of them. */
type DependencyList = {
  readonly file: string;
  readonly names: readonly string[];
  readonly installAll: string;
};

/** Returns the package.json that applies to a file, if its `dependencies` have the package. */
export function findDependencyList(name: string, from: string): DependencyList | undefined {
  const own = foldersAbove(from).find((folder) => existsSync(join(folder, 'package.json')));
  if (own === undefined) return undefined;
  const file = join(own, 'package.json');
  const names = Object.keys(membersOf(membersOf(parseJson(readIfReadable(file) ?? ''))['dependencies']));
  return names.includes(name) ? { file, names, installAll: installCommand(name, from) } : undefined;
}

function isListed(name: string, manifest: string): boolean {
  const lists = membersOf(parseJson(readIfReadable(manifest) ?? ''));
  return LISTS.some((list) => Object.hasOwn(membersOf(lists[list]), name));
}

function goTo(folder: string, isElsewhere: boolean): string {
  const short = isElsewhere ? folder : relative(process.cwd(), folder);
  return short === '' ? '' : `cd ${short.startsWith('..') ? folder : short} && `;
}
