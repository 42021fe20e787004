/**
 * Finds the script of a project that compiles a TypeScript handler for which the definition names no bundler. The
 * script writes the JavaScript next to its source, or into the folder of `sam build`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { memberOf, membersOf } from '@gatewright/aws/json-object';
import {
  commandsOf,
  describeScript,
  findManifest,
  isConfigured,
  readManifest,
} from '@gatewright/aws/build-script';
import { findTsconfig } from './project-typescript.ts';
import { readExtends } from './tsconfig-paths.ts';

export type OwnBuild = {
  /** The command that compiles the handler, for example `npm run build`. */
  readonly command: string;
  /** Whether the command writes the packages of all functions into `.aws-sam/build`, as `sam build` does. */
  readonly isOfSam: boolean;
};

/** Matches the names of scripts that build. */
const BUILDING = /^(?:pre|post)?(?:build|compile|bundle|tsc|webpack|esbuild|prepare|prepack)(?:[:_-]|$)/;
const SAM_OUTPUT = /aws-sam-webpack-plugin|\.aws-sam[\\/'", ]+build/;
const REMOVING = /^(?:rm|rimraf|del|del-cli|shx rm|sam)\s/;
const COMPILER = /(?:^|[\s/])(?:tsc|tspc|ttsc)(?=\s|$)/;

/** @param file the absolute path of the handler's file */
export function findOwnBuild(file: string): OwnBuild | undefined {
  const manifest = findManifest(dirname(file));
  if (manifest === undefined) return undefined;
  const folder = dirname(manifest);
  const scripts = memberOf(readManifest(manifest), 'scripts');
  const names = Object.keys(membersOf(scripts)).filter((name) => BUILDING.test(name));
  const isOfSam = isConfigured(folder, SAM_OUTPUT, ['.gitignore']);
  for (const name of names) {
    const script = memberOf(scripts, name);
    const commands = typeof script === 'string' ? commandsOf(script) : [];
    const making = commands.filter((command) => !REMOVING.test(command));
    if (making.length === 0) continue;
    const command = describeScript({ folder, name });
    if (isOfSam || making.some((each) => SAM_OUTPUT.test(each))) return { command, isOfSam: true };
    if (making.some((each) => writesBeside(each, file, folder))) return { command, isOfSam: false };
  }
  return undefined;
}

/** Whether the folder of `sam build` contains the compiled module of a function. */
export function isBuiltForSam(templateFolder: string, logicalId: string, module: string): boolean {
  const base = join(templateFolder, '.aws-sam', 'build', logicalId, module);
  return ['.js', '.mjs', '.cjs'].some((ending) => existsSync(base + ending));
}

function writesBeside(command: string, file: string, folder: string): boolean {
  const output = optionOf(command, /--out-?dir|--dist-dir|-d/);
  if (output !== undefined) return resolve(folder, output) === dirname(file);
  const outfile = optionOf(command, /--outfile|--out-file|-o/);
  if (outfile !== undefined) return withoutEnding(resolve(folder, outfile)) === withoutEnding(file);
  if (!COMPILER.test(command) || /\s--(?:noEmit|emitDeclarationOnly)\b/.test(command)) return false;
  const project = optionOf(command, /--project|-p/);
  const tsconfig = project === undefined ? findTsconfig(folder) : configurationAt(resolve(folder, project));
  if (tsconfig === undefined || isOutside(file, dirname(tsconfig))) return false;
  return !setsOutput(tsconfig);
}

function withoutEnding(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, '');
}

function optionOf(command: string, name: RegExp): string | undefined {
  return new RegExp(`\\s(?:${name.source})[=\\s]\\s*['"]?([^\\s'"]+)`).exec(command)?.[1];
}

function configurationAt(path: string): string | undefined {
  const file = path.endsWith('.json') ? path : join(path, 'tsconfig.json');
  return existsSync(file) ? file : undefined;
}

function isOutside(file: string, folder: string): boolean {
  return relative(folder, file).split(sep)[0] === '..';
}

/** Matches settings because of which the compiler writes no JavaScript next to its source. */
const OTHER_OUTPUT = /"(?:outDir|outFile)"\s*:\s*"|"(?:noEmit|emitDeclarationOnly)"\s*:\s*true/;

/** Reads the tsconfig.json and the files that it extends by relative paths. Packages with settings set no output. */
function setsOutput(tsconfig: string, depth = 0): boolean {
  const text = readFileSync(tsconfig, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|[\s,{])\/\/.*$/gm, '');
  if (OTHER_OUTPUT.test(text)) return true;
  const extended = (readExtends(text) ?? []).filter((name) => name.startsWith('.'));
  return (
    depth < 5 &&
    extended
      .map((name) => resolve(dirname(tsconfig), name.endsWith('.json') ? name : `${name}.json`))
      .some((path) => existsSync(path) && setsOutput(path, depth + 1))
  );
}
