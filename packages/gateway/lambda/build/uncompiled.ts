/** Says that the TypeScript of a handler, for which no bundler is configured, has to be compiled before a deployment. */
import { statOf } from '@gatewright/aws/file-marks';
import { isTypeScript, TYPESCRIPT_ENDINGS } from '../code/handler-file.ts';
import { findOwnBuild } from './own-build.ts';

/**
 * If two files were written within this time of each other, neither counts as older, because a checkout may have
 * written both.
 */
const WRITTEN_TOGETHER_MS = 5_000;

/**
 * Returns a warning if a handler is TypeScript, which the gateway runs but Lambda cannot load, or if its JavaScript is
 * older than its source; undefined if the file is JavaScript and as new as its source.
 */
export function describeUncompiled(file: string, stackName: string): string | undefined {
  const own = isTypeScript(file) ? findOwnBuild(file) : undefined;
  if (own !== undefined)
    return `${stackName}: handlers are TypeScript, which ${own.command} compiles; the gateway runs their source, but Lambda needs the compiled files, so run this command before you deploy`;
  if (isTypeScript(file))
    return `${stackName}: handlers are TypeScript and no bundler is configured, so Lambda cannot load them; the gateway runs them, but before you deploy, set up a bundler such as esbuild or compile the handlers`;
  if (isOlderThanItsSource(file))
    return `${stackName}: the .ts file of a handler is newer than its .js file; the gateway, like Lambda, runs the .js file, so compile the .ts file for the change to take effect`;
  return undefined;
}

function isOlderThanItsSource(file: string): boolean {
  const made = /\.[cm]?js$/.exec(file)?.[0];
  const madeMs = made === undefined ? undefined : statOf(file)?.mtimeMs;
  if (made === undefined || madeMs === undefined) return false;
  const base = file.slice(0, -made.length);
  return TYPESCRIPT_ENDINGS.some(
    (ending) => (statOf(base + ending)?.mtimeMs ?? 0) > madeMs + WRITTEN_TOGETHER_MS,
  );
}
