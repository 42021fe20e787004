/**
 * Finds handlers whose file does not export them, as far as the text of the file tells its exports. If the text might
 * export more, nothing is reported. No code runs.
 */
import { relative } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { DefinitionError, propertyAt } from '../../core/errors.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { CodeFinding } from './runnable-code.ts';

/** The maximum length of a file that is read. Larger files are bundles, whose exports a bundler writes. */
const MAX_CHARACTERS = 500_000;
/** The maximum number of exports that a message names. */
const MAX_NAMES = 8;

/** The exports of a module, as far as its text tells them. */
type KnownExports = {
  readonly names: ReadonlySet<string>;
  /** Further names that may be exports; undefined if there are none. */
  readonly perhaps?: ReadonlySet<string>;
};

type Handled = Pick<FunctionDefinition, 'handler' | 'place'>;

/**
 * Returns the fault of a handler whose file lacks the export; undefined if it has the export, or may have it.
 * @param file the file of the handler, before it is compiled or bundled
 */
export function findMissingExport(
  definition: Handled,
  file: string,
  folder: string,
): DefinitionError | undefined {
  return findMissingIn(definition, relative(folder, file), readIfReadable(file));
}

/** Returns the same fault as a list of findings, with its consequence in the gateway. */
export function findLackingExports(
  definition: Handled & Pick<FunctionDefinition, 'name'>,
  file: string,
  folder: string,
): readonly CodeFinding[] {
  const error = findMissingExport(definition, file, folder);
  const consequence = `invocations of ${definition.name} fail until the error is fixed`;
  return error === undefined ? [] : [{ error, consequence }];
}

/** @param file the name of the file, for the message */
export function findMissingIn(
  { handler, place }: Handled,
  file: string,
  text: string | undefined,
): DefinitionError | undefined {
  const [, wanted = ''] = /^[^.]*\.([\w$]+)/.exec(handler.slice(handler.lastIndexOf('/') + 1)) ?? [];
  if (wanted === '' || text === undefined || text.length > MAX_CHARACTERS) return undefined;
  const known = knownExports(text);
  if (known === undefined || mayHave(known, wanted, text)) return undefined;
  const names = [...known.names];
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const has =
    known.perhaps !== undefined
      ? `has no export "${wanted}"`
      : names.length === 0
        ? 'exports nothing'
        : `exports ${names.slice(0, MAX_NAMES).join(', ')}${more}, but no "${wanted}"`;
  const others = names.map((name) => handler.replace(new RegExp(String.raw`\.[\w$]+[^/]*$`), `.${name}`));
  return new DefinitionError(
    propertyAt(place, 'Handler'),
    `handler "${handler}": ${file} ${has}`,
    [],
    'missing-handler',
    others.length === 1
      ? `set the handler to ${others.join('')}, or export ${wanted}`
      : `export ${wanted}, or set the handler to an export of the file`,
  );
}

function mayHave({ names, perhaps }: KnownExports, wanted: string, text: string): boolean {
  if (names.has('default') || names.has(wanted) || perhaps?.has(wanted) === true) return true;
  const word = wanted.replaceAll('$', String.raw`\$`);
  // A declaration may have several variables, and at the top of a CommonJS module, `this` is the exports.
  return new RegExp(String.raw`,\s*${word}\s*[:=]|\bthis\s*\.\s*${word}\b`).test(text);
}

/** Returns the names that the text of a module exports; undefined if it may have other exports. */
export function knownExports(text: string): KnownExports | undefined {
  const code = text.replaceAll(COMMENT_LINES, '');
  const isModule = /\bexport\b|^\s*import\b(?!\s*\()/m.test(code);
  if (!isModule) return exportsOfCommonJs(code);
  const names = /\b(?:exports|module)\b/.test(code) ? undefined : exportsOfModule(code);
  return names && { names };
}

/** Lines that are comments as a whole. Other comments may be confused with strings, so they are read like code. */
const COMMENT_LINES = /^[\t ]*(?:\/\/|\*(?=[\s/]|$)|\/\*(?!.*\*\/)).*$/gm;
const DECLARED =
  /^export\s+(?:declare\s+)?(?:async\s+)?(?:function\s*\*?|(?:abstract\s+)?class|const\s+enum|enum|const|let|var)\s+([\w$]+)/;
const LISTED = /^export\s*(?:type\s*)?\{([^}]*)\}/;
/** Types have no value at run time. */
const TYPE = /^export\s+(?:declare\s+)?(?:type|interface|namespace)\s+[\w$]+/;
/** The number of characters after a word that are read to find out what is exported. */
const READ = 10_000;

function exportsOfModule(text: string): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { index } of text.matchAll(/\bexport\b/g)) {
    const rest = text.slice(index, index + READ);
    const [, declared] = DECLARED.exec(rest) ?? [];
    const [, list] = LISTED.exec(rest) ?? [];
    if (declared !== undefined) names.add(declared);
    else if (list !== undefined) for (const name of namesOf(list)) names.add(name);
    else if (/^export\s+default\b/.test(rest)) names.add('default');
    else if (!TYPE.test(rest)) return undefined;
  }
  return names;
}

/** Returns the exported names of a list such as `a, b as c`. */
function namesOf(list: string): readonly string[] {
  return list.split(',').flatMap((one) => /([\w$]+)["']?\s*$/.exec(one)?.[1] ?? []);
}

/** A member that is set or read. */
const MEMBER = /^(?:module\s*\.\s*)?exports\s*\.\s*([\w$]+)/;
/** The marks that compilers write, and getters. */
const DEFINED = /^exports,\s*(["'])([\w$]+)\1/;
const OBJECT = /^module\s*\.\s*exports\s*=\s*\{/;
const SHORT = /^[^{]*\{(?![^}]*\.\.\.)([\w$\s,:.]*)\}\s*(?:;|$)/;
/** What may change the exports of a file whose text contains none. */
const HIDDEN = /\beval\b|\bFunction\b|\barguments\b|\bthis\b|\bglobalThis\b/;

function exportsOfCommonJs(text: string): KnownExports | undefined {
  const names = new Set<string>();
  const perhaps = new Set<string>();
  for (const { index } of text.matchAll(/\bmodule\b|(?<!\bmodule\s{0,9}\.\s{0,9})\bexports\b/g)) {
    const rest = text.slice(index, index + READ);
    const name = MEMBER.exec(rest)?.[1] ?? DEFINED.exec(rest)?.[2];
    const [, short] = OBJECT.test(rest) ? (SHORT.exec(rest) ?? []) : [];
    if (name !== undefined) names.add(name);
    else if (short !== undefined) for (const key of keysOf(short)) names.add(key);
    else if (OBJECT.test(rest) && rest.length < READ && !/\.\.\.|\[/.test(rest))
      // The end of the object is not looked for, so any word may be one of its keys.
      for (const [word] of rest.matchAll(/[\w$]+/g)) perhaps.add(word);
    else return undefined;
  }
  names.delete('__esModule');
  if (names.size + perhaps.size === 0 ? HIDDEN.test(text) : /\beval\b/.test(text)) return undefined;
  return { names, ...(perhaps.size > 0 && { perhaps }) };
}

/** Returns the keys of an object such as `a, b: c`. */
function keysOf(object: string): readonly string[] {
  return object.split(',').flatMap((one) => /^\s*([\w$]+)/.exec(one)?.[1] ?? []);
}
