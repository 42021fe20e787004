/**
 * Reads the file of a handler, so that an explanation can name the line that reads a member which the event does not
 * have.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReadHandler } from '../../../console/records/handler-misread.ts';
import type { HandlerText } from '../../../console/records/handler-lines.ts';
import { DefinitionError } from '../../../core/errors.ts';
import { pathShown } from '../../../core/stack/source-format.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { isNodeRuntime } from '../../../core/stack/function.ts';
import type { FunctionDefinition } from '../../../core/stack/function.ts';
import { findHandlerFile } from '../../../lambda/code/handler-file.ts';

/** The maximum size of a file. Larger files are usually generated bundles, whose lines mean nothing to the author. */
const MAX_BYTES = 200_000;

/** Reads the handler of a loaded stack's function; undefined if no stack has the function. */
export function readHandlerOf(
  stacks: readonly Pick<ResolvedStack, 'functions' | 'resources'>[],
  name: string,
): ReturnType<ReadHandler> {
  const definition = stacks.flatMap(({ functions }) => functions).find((one) => one.name === name);
  const read = definition && (readInline(stacks, definition) ?? readHandlerText(definition));
  return definition === undefined || read === undefined
    ? undefined
    : { ...read, environment: Object.keys(definition.environment) };
}

const IMPORTS = /\b(?:require|import)\s*\(\s*['"](\.{1,2}\/[^'"]+)['"]|\bfrom\s+['"](\.{1,2}\/[^'"]+)['"]/g;
const ENDINGS = ['', '.js', '.mjs', '.cjs', '.ts', '/index.js', '/index.ts'];
const MOST_MODULES = 20;

/** Reads the files that a file of JavaScript imports from its own project. */
function readModules(file: string, text: string): readonly HandlerText[] {
  const named = [...text.matchAll(IMPORTS)].map(([, required, from]) => required ?? from ?? '');
  return [...new Set(named)].slice(0, MOST_MODULES).flatMap((name) => {
    const found = ENDINGS.map((ending) => join(dirname(file), `${name}${ending}`)).find((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isFile() === true && stat.size <= MAX_BYTES;
    });
    return found === undefined ? [] : [{ file: pathShown(found), text: readFileSync(found, 'utf8') }];
  });
}

type Read = Pick<FunctionDefinition, 'code' | 'runtime' | 'handler' | 'place' | 'logicalId'>;

/**
 * Reads inline code that a YAML template contains as a block, so that each line of the code is a line of the template.
 * Returns undefined for any other code.
 */
function readInline(
  stacks: readonly Pick<ResolvedStack, 'resources'>[],
  { code, runtime, logicalId, place: { file: template } }: Read,
): HandlerText | undefined {
  if (code.kind !== 'inline') return undefined;
  // Several stacks may have a function of this id.
  const { file = '', line } =
    stacks
      .map(({ resources }) => resources.get(logicalId)?.place('Code.ZipFile'))
      .find((place) => place?.file === template) ?? {};
  if (line === undefined || !/\.ya?ml$/.test(file)) return undefined;
  const [first = ''] = code.source.split('\n', 1);
  const written = readLines(file);
  if (!/\|[-+]?\s*$/.test(written[line - 1] ?? '') || written[line]?.trim() !== first.trim())
    return undefined;
  return {
    file: pathShown(file),
    text: '\n'.repeat(line) + code.source,
    linesBefore: line,
    isPython: runtime.startsWith('python'),
  };
}

/** Returns the lines of a file; none if it cannot be read. */
export function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Returns undefined for code in an archive or in another language, and for a file that is missing or too long. */
function readHandlerText(definition: Read): HandlerText | undefined {
  const { code, runtime, handler, logicalId } = definition;
  const isPython = runtime.startsWith('python');
  if (!isPython && !isNodeRuntime(runtime)) return undefined;
  if (code.kind === 'inline')
    return { file: `ZipFile of ${logicalId}${isPython ? ', index.py' : ''}`, text: code.source };
  if (code.kind === 'archive') return undefined;
  try {
    const file = isPython
      ? join(code.directory, `${handler.slice(0, handler.lastIndexOf('.'))}.py`)
      : findHandlerFile(definition, code.directory).file;
    if (statSync(file).size > MAX_BYTES) return undefined;
    const text = readFileSync(file, 'utf8');
    return { file: pathShown(file), text, ...(!isPython && { modules: readModules(file, text) }) };
  } catch (error) {
    // A file that is missing is reported where the function is called.
    if (error instanceof DefinitionError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined;
    throw error;
  }
}
