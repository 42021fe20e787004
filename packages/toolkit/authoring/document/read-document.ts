/** Reads a user's text into a value of a given shape, or reports every mistake with its location. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node } from 'yaml';
import { showControls } from '@gatewright/aws/text/visible-text';
import type { Path, Shape } from './shape.ts';

export type Problem = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The message, for example `rules[2].effect: must be one of allow, deny, not "alow"`. */
  readonly message: string;
  /**
   * The line with the error, and a second line that marks the error in it. Only the first problem of a text has
   * these lines.
   */
  readonly excerpt?: readonly [line: string, mark: string];
};

export type Locate = (path: Path, message: string, at?: 'key') => Problem;

export type Reading<T> =
  | {
      readonly kind: 'read';
      readonly document: T;
      readonly locate: Locate;
      readonly extended?: readonly string[];
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Messages that replace messages of the YAML library, if the library's messages are written for programmers. */
const YAML_WORDS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here; a file must contain one document',
};

/** The maximum number of characters that are shown of a long line. */
const CARET_WIDTH = 100;
const CARET_BEFORE = 60;
const TEXT_LIMIT_CHARACTERS = 500_000;
/**
 * The maximum number of problems that are located in the text. Users would not read more problems, and locating each
 * of them takes time.
 */
export const PROBLEMS_LIMIT = 100;

function excerptAt(
  text: string,
  { line, column }: Pick<Problem, 'line' | 'column'>,
): Pick<Problem, 'excerpt'> {
  const whole = (text.split('\n', line)[line - 1] ?? '').replace(/\r$/, '');
  const from = Math.max(0, column - 1 - CARET_BEFORE);
  const part = whole.slice(from, from + CARET_WIDTH).replaceAll('\t', ' ');
  return part.trim() === '' ? {} : { excerpt: [part, `${' '.repeat(column - 1 - from)}^`] };
}

/** Adds an excerpt to the first mistake, because users should correct this mistake first. */
function showFirst(problems: readonly Problem[], text: string): readonly Problem[] {
  return problems.map((problem, index) =>
    index === 0 ? { ...problem, ...excerptAt(text, problem) } : problem,
  );
}

const ANYTHING: Shape<true> = { schema: {}, expected: 'anything', read: () => true };

/**
 * Returns the reason why a text is not YAML; undefined if it is. It is used for files whose content other code checks.
 */
export function findYamlError(text: string, file: string): Problem | undefined {
  const reading = readShaped(text, file, ANYTHING);
  return reading.kind === 'invalid' ? reading.problems[0] : undefined;
}

/** Returns the location of a field such as `limits[1].burst` that another check has rejected. */
export function locateField(text: string, file: string, field: string, message: string): Problem | undefined {
  const reading = readShaped(text, file, ANYTHING);
  if (reading.kind === 'invalid') return undefined;
  const steps = [...field.matchAll(/\[(\d+)\]|[^.[\]]+/g)];
  const path = steps.map(([name, index]) => (index === undefined ? name : Number(index)));
  const { line, column } = reading.locate(path, message);
  const problem = { file, line, column, message };
  return { ...problem, ...excerptAt(text, problem) };
}

export function readShaped<T>(text: string, file: string, shape: Shape<T>): Reading<T> {
  const yaml = readYaml(text, file);
  return yaml.kind === 'invalid' ? yaml : shaped(yaml, text, shape);
}

type YamlReading =
  | { readonly kind: 'yaml'; readonly value: unknown; readonly locate: Locate }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Parses a text into plain values and their locations. Never throws. */
export function readYaml(text: string, file: string): YamlReading {
  const lines = new LineCounter();
  const at = (offset: number, message: string): Problem => {
    const { line, col: column } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(column, 1), message };
  };
  if (text.length > TEXT_LIMIT_CHARACTERS)
    return {
      kind: 'invalid',
      problems: [
        {
          file,
          line: 1,
          column: 1,
          message: `the document has ${text.length} characters; the maximum is ${TEXT_LIMIT_CHARACTERS}`,
        },
      ],
    };
  // `uniqueKeys` is off, because with it the library compares every key of a map with every other key. 40,000 keys then
  // take 12 s.
  const options = { prettyErrors: false, strict: true, uniqueKeys: false };
  const yaml = parseDocument(text, { lineCounter: lines, ...options });
  // Only the first mistake is reported, because most later mistakes follow from it.
  const wrong = [...yaml.errors, ...yaml.warnings].sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (wrong !== undefined) {
    const problem = at(wrong.pos[0], YAML_WORDS[wrong.code] ?? wrong.message);
    return { kind: 'invalid', problems: showFirst([problem], text) };
  }
  const repeated = repeatedKeys(yaml).slice(0, PROBLEMS_LIMIT);
  if (repeated.length > 0)
    return {
      kind: 'invalid',
      problems: showFirst(
        repeated.map((offset) => at(offset, 'Map keys must be unique')),
        text,
      ),
    };
  const locate: Locate = (path, message, where) => {
    const name = printPath(path);
    return at(offsetOf(yaml, path, where), name === '' ? message : `${name}: ${message}`);
  };
  const problems: Problem[] = [];
  const value = toValue(yaml, (message) => problems.push(at(0, message)));
  if (problems.length > 0) return { kind: 'invalid', problems };
  return { kind: 'yaml', value, locate };
}

/** Reads the values into a shape. `text` is used only to show the line of the first mistake. */
export function shaped<T>(
  { value, locate }: Pick<Extract<YamlReading, { kind: 'yaml' }>, 'value' | 'locate'>,
  text: string,
  shape: Shape<T>,
): Reading<T> {
  const problems: Problem[] = [];
  const document = shape.read(value, [], (path, message, where) => {
    if (problems.length < PROBLEMS_LIMIT) problems.push(locate(path, message, where));
  });
  return document === undefined || problems.length > 0
    ? { kind: 'invalid', problems: showFirst(problems, text) }
    : { kind: 'read', document, locate };
}

function repeatedKeys(yaml: Document): readonly number[] {
  const found: number[] = [];
  visit(yaml, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : key;
        if (seen.has(name)) found.push(startOf(key) ?? 0);
        seen.add(name);
      }
    },
  });
  return found;
}

/**
 * Converts the document to plain values. The library limits aliases, so that a few lines cannot expand to gigabytes.
 */
function toValue(yaml: Document, report: (message: string) => void): unknown {
  try {
    return yaml.toJS({ maxAliasCount: 100 });
  } catch {
    report('the document has too many aliases, or an alias that refers to itself');
    return undefined;
  }
}

/** Returns the offset of a part of the document, or of its parent if the part is missing. */
function offsetOf(yaml: Document, path: Path, where: 'key' | undefined): number {
  let node: unknown = yaml.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const isLast = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return offset;
      node = pair.value;
      const keyOffset = startOf(pair.key) ?? offset;
      offset = isLast && (where === 'key' || !isScalar(node)) ? keyOffset : (startOf(node) ?? keyOffset);
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** Formats a path as `rules[2].effect`. */
export function printPath(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

/** Formats a problem as `access/orders.yml:12:5: rules[2].effect: must be …`. */
export function printProblem({ file, line, column, message, excerpt }: Problem): string {
  const lines = excerpt?.map((text) => `\n  ${showControls(text)}`).join('') ?? '';
  return `${file}:${line}:${column}: ${showControls(message)}${lines}`;
}
