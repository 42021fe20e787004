import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { membersOf, parseJson } from '@gatewright/aws/json-object';
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';

import type { Message } from 'esbuild';

import { DefinitionError } from '../../core/errors.ts';
import { describeInitFailure } from '../invocation/job.ts';
import { installCommand } from '../code/package-manager.ts';
import { packageNameOf } from '../code/runtime-packages.ts';
import { findOwnFrame } from '../stack-frames.ts';

/** esbuild's message about an import that cannot be resolved. */
export const UNRESOLVED = /^Could not resolve "([^"]+)"/;

/**
 * The commands that generate a folder of node_modules, by its name (https://www.prisma.io/docs, "Generating the
 * client").
 */
const GENERATORS: ReadonlyMap<string, string> = new Map([['.prisma', 'npx prisma generate']]);

/**
 * The error for code that cannot be built. For errors of esbuild, the message contains the first error with its file,
 * line and column if known, and the number of further errors.
 */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code = 'BUILD_FAILED';
  readonly first: { readonly file: string; readonly line: number; readonly text: string } | undefined;

  constructor(message: string, cause?: unknown, first?: BuildError['first']) {
    super(message, { cause });
    this.first = first;
  }
}

/** @throws the error itself, if it is not a BuildError */
export function keepBuildError(error: unknown): BuildError {
  if (error instanceof BuildError) return error;
  throw error;
}

/** A script of the project that failed, so that the file of the handler is missing. */
export class FailedScript extends BuildError {}

/** The reason why new code does not run. `place` is the location of the first error, if it is known. */
export type LoadFailure = {
  readonly message: string;
  readonly place?: { readonly file: string; readonly line: number };
};

export function toLoadFailure(error: unknown): LoadFailure {
  if (error instanceof DefinitionError) {
    const { file, line } = error.place;
    return { message: error.describe(), ...(line !== undefined && { place: { file, line } }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const first = error instanceof BuildError ? error.first : undefined;
  return first === undefined ? { message } : { message, place: { file: first.file, line: first.line } };
}

/**
 * Reads the reason from the error with which an instance failed to start.
 * @param payload Lambda's error as JSON; if code does not compile, the stack begins with its location
 */
export function fromInitFailure(payload: string, root: string): LoadFailure {
  const message = describeInitFailure(payload);
  const { trace, stackTrace, errorMessage } = membersOf(parseJson(payload));
  const place =
    placeOfCompiler(trace) ??
    findOwnFrame(linesOf(trace) || linesOf(stackTrace)) ??
    findImport(String(errorMessage), root);
  if (place === undefined || !isAbsolute(place.file)) return { message };
  return { message: `${message} (${relative(root, place.file)}:${place.line})`, place };
}

type Place = NonNullable<LoadFailure['place']>;

function linesOf(stack: unknown): string {
  return Array.isArray(stack) ? (stack as readonly unknown[]).map(String).join('\n') : '';
}

/** Node begins the stack of a syntax error with its file and line. */
function placeOfCompiler(trace: unknown): Place | undefined {
  const [first] = Array.isArray(trace) ? (trace as readonly unknown[]) : [];
  const [, where, line] = /^(.+):(\d+)$/.exec(typeof first === 'string' ? first : '') ?? [];
  if (where === undefined) return undefined;
  return { file: where.startsWith('file:') ? fileURLToPath(where) : where, line: Number(line) };
}

/** Lambda's error about a failed import of Python has no stack, so the statement is looked for in the handler's file. */
const FAILED_IMPORT =
  /^Unable to import module '([^']+)': (?:No module named|cannot import name '[^']*' from(?: partially initialized module)?) '([^']+)'/;

function findImport(message: string, root: string): Place | undefined {
  const [, handler = '', missing = ''] = FAILED_IMPORT.exec(message) ?? [];
  if (missing === '') return undefined;
  const file = join(root, `${handler.replaceAll('.', '/')}.py`);
  const statement = new RegExp(String.raw`^\s*(?:import|from)\s+${escapeForRegExp(missing)}(?![\w])`);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const line = lines.findIndex((text) => statement.test(text)) + 1;
  return line === 0 ? undefined : { file, line };
}

export function toBuildError(error: unknown, root: string): Error {
  if (!(error instanceof Error)) return new BuildError(String(error));
  if (!('errors' in error) || !Array.isArray(error.errors)) return error;
  const [first, ...others] = error.errors as Message[];
  if (first === undefined) return error;
  const place = first.location;
  const more = others.length === 0 ? [] : [`and ${others.length} more`];
  const where = [...(place === null ? [] : [`${place.file}:${place.line}:${place.column}`]), ...more];
  const text = `${first.text}${where.length === 0 ? '' : ` (${where.join(', ')})`}${wayOut(first.text, place === null ? undefined : resolve(root, place.file))}`;
  if (place === null) return new BuildError(text, error);
  return new BuildError(text, error, { file: resolve(root, place.file), line: place.line, text });
}

function wayOut(text: string, from: string | undefined): string {
  const [, specifier = '.'] = UNRESOLVED.exec(text) ?? [];
  if (/^(?:\.{0,2}\/|\.{1,2}$)/.test(specifier)) return '';
  const name = packageNameOf(specifier);
  const generator = GENERATORS.get(name);
  if (generator !== undefined) return `: run ${generator}, which generates it`;
  // The name of an npm package cannot begin with a period, so a folder with such a name is made by a command of another
  // package.
  if (name.startsWith('.')) return '';
  const install = `run ${installCommand(name, from)}`;
  return `: ${install}, or, if the package is optional, list it under external in the esbuild settings of serverless.yml (External in BuildProperties of SAM)`;
}
