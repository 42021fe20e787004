/** Creates the tarball that npm would publish. */
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Packs a package.
 * @returns the path of the tarball, such as `gatewright-handlers-0.1.0.tgz` for `@gatewright/handlers`
 */
export async function packPackage(directory: string, outputDirectory: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
  };
  await mkdir(outputDirectory, { recursive: true });
  const args = ['pack', directory, '--pack-destination', outputDirectory, '--silent', '--offline'];
  await promisify(execFile)(process.execPath, [findNpm(), ...args]);
  return join(outputDirectory, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
}

/**
 * Finds npm's program file, which is then run with Node. If npm runs this script, npm passes the path. Otherwise, npm
 * is searched for on the PATH.
 * @throws Error if npm is not found
 */
export function findNpm(): string {
  const { npm_execpath: own, PATH = '' } = process.env;
  if (own !== undefined) return own;
  for (const folder of PATH.split(delimiter)) {
    for (const place of ['npm', 'node_modules/npm/bin/npm-cli.js']) {
      try {
        const path = realpathSync(join(folder, place));
        if (path.endsWith('.js')) return path;
      } catch {
        // The file does not exist, so the next candidate is tried.
      }
    }
  }
  throw new Error('npm was not found on the PATH');
}
