/** Says that the TypeScript of a handler, for which no bundler is configured, has to be compiled before a deployment. */
import { statOf } from '@gatewright/aws/file-marks';
import { isTypeScript, TYPESCRIPT_ENDINGS } from '../code/handler-file.ts';
import { findOwnBuild } from './own-build.ts';

/** A file that is written within this time of another may be as new as the other, because a checkout writes both. */
const WRITTEN_TOGETHER_MS = 5_000;

/**
 * Returns a sentence about a handler in TypeScript that runs here, but not in Lambda, or whose JavaScript is older;
 * undefined if the file is JavaScript and as new as its source.
 */
export function describeUncompiled(file: string, stackName: string): string | undefined {
  const own = isTypeScript(file) ? findOwnBuild(file) : undefined;
  if (own !== undefined)
    return `${stackName}: handlers are TypeScript, which ${own.command} compiles; they run here from their source, so run this command before you deploy`;
  if (isTypeScript(file))
    return `${stackName}: handlers are TypeScript and no bundler is configured, so Lambda cannot load them; they run here, but set up a bundler such as esbuild, or compile them, before you deploy`;
  if (isOlderThanItsSource(file))
    return `${stackName}: the .ts file of a handler was changed after its .js file, which runs here as in Lambda; compile it, so that the change takes effect`;
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
