import { isJson } from '@gatewright/aws/json-object';
import type { JsonFault } from '../explain/circumstances.ts';

/**
 * Finds the first character that JSON does not allow. The parser's message is not used, because it may quote the text
 * and names the place only for some faults.
 * @returns undefined if the text is valid JSON, or empty
 */
export function findJsonFault(text: string): JsonFault | undefined {
  if (text.trim() === '' || isJson(text)) return undefined;
  const offset = readValue(text, skipSpace(text, 0));
  const end = offset.isFault ? offset.at : skipSpace(text, offset.at);
  const before = text.slice(0, end).split('\n');
  return { offset: end, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

type Position = { readonly at: number; readonly isFault: boolean };

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids control characters in texts
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y;

function matchEnd(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function skipSpace(text: string, from: number): number {
  return matchEnd(SPACE, text, from) ?? from;
}

const fault = (at: number): Position => ({ at, isFault: true });
const passed = (at: number): Position => ({ at, isFault: false });

/** Reads scalars directly, and objects and lists with an explicit stack, so that the nesting depth does not matter. */
function readValue(text: string, from: number): Position {
  const open: ('{' | '[')[] = [];
  let at = from;
  let wants: 'value' | 'first' | 'name' | 'after' = 'value';
  do {
    at = skipSpace(text, at);
    const sign = text[at];
    const inside = open.at(-1);
    if (wants === 'after' || (wants === 'first' && (sign === '}' || sign === ']'))) {
      if (sign === (inside === '{' ? '}' : ']')) {
        open.pop();
        at += 1;
        wants = 'after';
      } else if (wants === 'after' && sign === ',') {
        at += 1;
        wants = inside === '{' ? 'name' : 'value';
      } else return fault(at);
      continue;
    }
    if (inside === '{' && (wants === 'first' || wants === 'name')) {
      const name = readText(text, at);
      if (name.isFault) return name;
      at = skipSpace(text, name.at);
      if (text[at] !== ':') return fault(at);
      at += 1;
      wants = 'value';
      continue;
    }
    if (sign === '{' || sign === '[') {
      open.push(sign);
      at += 1;
      wants = 'first';
      continue;
    }
    const read = sign === '"' ? readText(text, at) : readScalar(text, at);
    if (read.isFault) return read;
    at = read.at;
    wants = 'after';
  } while (open.length > 0);
  return passed(at);
}

function readScalar(text: string, from: number): Position {
  const end = matchEnd(SCALAR, text, from);
  return end === undefined ? fault(from) : passed(end);
}

function readText(text: string, from: number): Position {
  const end = matchEnd(TEXT, text, from);
  if (end === undefined) return fault(from);
  return text[end] === '"' ? passed(end + 1) : fault(end);
}
