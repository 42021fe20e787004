/**
 * The intrinsic functions of state machines.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
import { createHash } from 'node:crypto';
import { isJsonList, isJsonObject, parseJson } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { toJavaValue } from '@gatewright/velocity/java/json';
import { printValue } from '@gatewright/velocity/java/printing';
import { DEFAULT_RENDER_LIMITS, RenderBudget } from '@gatewright/velocity/java/render-budget';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import type { Random } from '../../core/ports.ts';
import { readPath } from './paths.ts';
import type { Scope } from './paths.ts';
import { RuntimeFailure } from './state-failure.ts';

export type IntrinsicPorts = { readonly random: Pick<Random, 'uuid' | 'fraction'> };

type Call = { readonly args: readonly Json[]; readonly text: string; readonly ports: IntrinsicPorts };

const FAILURE = 'States.IntrinsicFailure';
const MAX_ITEMS = 1_000;
const MAX_CHARS = 10_000;

function bad(text: string, reason: string): RuntimeFailure {
  return new RuntimeFailure(`The function '${text}' had the following error: ${reason}`, FAILURE);
}

/**
 * Evaluates a call such as `States.Format('{}', $.name)`.
 * @throws RuntimeFailure States.IntrinsicFailure
 */
export function evaluateIntrinsic(text: string, scope: Scope, ports: IntrinsicPorts): Json {
  return new IntrinsicReader(text, scope, ports).read();
}

class IntrinsicReader {
  readonly #text: string;
  readonly #scope: Scope;
  readonly #ports: IntrinsicPorts;
  #at = 0;

  constructor(text: string, scope: Scope, ports: IntrinsicPorts) {
    this.#text = text;
    this.#scope = scope;
    this.#ports = ports;
  }

  read(): Json {
    try {
      const value = this.#call();
      if (this.#take(/\s*$/) === undefined) throw this.#malformed();
      return value;
    } catch (error) {
      // The printing of nested values has limits of depth and length.
      throw error instanceof TemplateError ? bad(this.#text, error.message) : error;
    }
  }

  #malformed(): RuntimeFailure {
    return bad(this.#text, `it is malformed at character ${this.#at + 1}`);
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(expression.source, 'y');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found !== null) this.#at = sticky.lastIndex;
    return found ?? undefined;
  }

  #call(): Json {
    const name = this.#take(/\s*(States\.\w+)\s*\(/)?.[1];
    if (name === undefined) throw this.#malformed();
    const args: Json[] = [];
    if (this.#take(/\s*\)/) === undefined) {
      do args.push(this.#argument());
      while (this.#take(/\s*,/) !== undefined);
      if (this.#take(/\s*\)/) === undefined) throw this.#malformed();
    }
    const run = INTRINSICS.get(name);
    if (run === undefined) throw bad(this.#text, `the function ${name} is unknown`);
    return run({ args, text: this.#text, ports: this.#ports });
  }

  #argument(): Json {
    this.#take(/\s*/);
    const quoted = this.#take(/'((?:[^'\\]|\\[^])*)'/);
    if (quoted !== undefined) return unescape(quoted[1] ?? '');
    const literal = this.#take(/(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)(?=\s*[,)])/)?.[0];
    if (literal !== undefined) return JSON.parse(literal) as Json;
    if (this.#text.startsWith('$', this.#at)) return this.#path();
    return this.#call();
  }

  /** Reads a path up to the comma or parenthesis that ends the argument. */
  #path(): Json {
    const path =
      this.#take(/\$(?:'(?:[^'\\]|\\[^])*'|\[(?:[^\]'"]|'[^']*'|"[^"]*")*\]|[^,()[\]'])*/)?.[0] ?? '';
    const found = readPath(path.trim(), this.#scope);
    if (found === undefined)
      throw new RuntimeFailure(
        `The JSONPath '${path.trim()}' specified for the field '${this.#text}' could not be found in the input '${JSON.stringify(this.#scope.input)}'`,
      );
    return found;
  }
}

/** In a text of an intrinsic function, a backslash escapes a quote, a brace or a backslash. */
function unescape(text: string): string {
  return text.replace(/\\(['\\])/g, '$1');
}

function textAt({ args, text }: Call, index: number): string {
  const value = args[index];
  if (typeof value === 'string') return value;
  throw bad(text, `argument ${index + 1} is not a string`);
}

function listAt({ args, text }: Call, index: number): readonly Json[] {
  const value = args[index];
  if (isJsonList(value)) return value;
  throw bad(text, `argument ${index + 1} is not an array`);
}

function integerAt({ args, text }: Call, index: number): number {
  const value = args[index];
  if (typeof value === 'number') return Math.round(value);
  throw bad(text, `argument ${index + 1} is not a number`);
}

function format(call: Call): string {
  let next = 0;
  const template = textAt(call, 0);
  const filled = template.replace(/\\([{}])|\{\}/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    next += 1;
    const value = call.args[next];
    if (value === undefined)
      throw bad(call.text, `there are fewer values than placeholders {} in the text: ${found}`);
    return printAsJava(value);
  });
  if (next !== call.args.length - 1)
    throw bad(call.text, 'there are more values than placeholders {} in the text');
  return filled;
}

/** Prints an object like `{a=1, b=[2]}` [obs: stepfunctions, intrinsic_functions/test_generic, `test_format_2`]. */
function printAsJava(value: Json): string {
  return value === null ? 'null' : printValue(toJavaValue(value), new RenderBudget(DEFAULT_RENDER_LIMITS));
}

function partition(call: Call): Json {
  const list = listAt(call, 0);
  const size = integerAt(call, 1);
  if (size < 1) throw bad(call.text, 'the size of a part must be positive');
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, index) => list.slice(index * size, (index + 1) * size));
}

function range(call: Call): Json {
  const [first, last, step] = [integerAt(call, 0), integerAt(call, 1), integerAt(call, 2)];
  if (step === 0) throw bad(call.text, 'the step must not be 0');
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  if (count > MAX_ITEMS) throw bad(call.text, `an array can have up to ${MAX_ITEMS} items`);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

function itemAt(call: Call): Json {
  const found = listAt(call, 0)[integerAt(call, 1)];
  if (found === undefined) throw bad(call.text, 'the array has no item with this index');
  return found;
}

const same = (left: Json, right: Json): boolean => printSorted(left) === printSorted(right);

function printSorted(value: Json): string {
  return JSON.stringify(value, (_, one: unknown) =>
    isJsonObject(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

/** Returns the JSON of a text; a blank text is null [obs: stepfunctions, `test_string_to_json`]. */
function parseText(call: Call): Json {
  const text = textAt(call, 0);
  if (text.trim() === '') return null;
  const value = parseJson(text);
  if (value === undefined) throw bad(call.text, 'the string is not JSON');
  return value as Json;
}

function merge(call: Call): Json {
  const [left, right, isDeep] = call.args;
  if (!isJsonObject(left) || !isJsonObject(right)) throw bad(call.text, 'only objects can be merged');
  if (isDeep !== false) throw bad(call.text, 'only the shallow merging mode, false, is supported');
  return { ...left, ...right };
}

/** @see the page above: the names of the algorithms */
const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function hash(call: Call): string {
  const [value = null] = call.args;
  const name = textAt(call, 1);
  const algorithm = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  if (algorithm === undefined)
    throw bad(call.text, `the algorithm is unknown; expected one of ${Object.keys(HASHES).join(', ')}`);
  return createHash(algorithm)
    .update(typeof value === 'string' ? value : JSON.stringify(value))
    .digest('hex');
}

function limited(call: Call): string {
  const text = textAt(call, 0);
  if (text.length > MAX_CHARS) throw bad(call.text, `a string can have up to ${MAX_CHARS} characters`);
  return text;
}

/** Splits at each of the characters; empty parts are left out [obs: stepfunctions, `test_string_split`]. */
function split(call: Call): Json {
  const separators = new Set(textAt(call, 1));
  const parts = [''];
  for (const char of textAt(call, 0))
    if (separators.has(char)) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${char}`);
  return parts.filter((part) => part !== '');
}

function random(call: Call): number {
  const [first, last] = [integerAt(call, 0), integerAt(call, 1)];
  return first + Math.floor(call.ports.random.fraction() * (last - first));
}

const INTRINSICS: ReadonlyMap<string, (call: Call) => Json> = new Map<string, (call: Call) => Json>([
  ['States.Format', format],
  ['States.StringToJson', parseText],
  ['States.JsonToString', ({ args: [value = null] }) => JSON.stringify(value)],
  ['States.Array', ({ args }) => args],
  ['States.ArrayPartition', partition],
  ['States.ArrayContains', (call) => listAt(call, 0).some((one) => same(one, call.args[1] ?? null))],
  ['States.ArrayRange', range],
  ['States.ArrayGetItem', itemAt],
  ['States.ArrayLength', (call) => listAt(call, 0).length],
  [
    'States.ArrayUnique',
    (call) => {
      const firsts = new Map<string, Json>();
      for (const one of listAt(call, 0)) {
        const printed = printSorted(one);
        if (!firsts.has(printed)) firsts.set(printed, one);
      }
      return [...firsts.values()];
    },
  ],
  ['States.Base64Encode', (call) => Buffer.from(limited(call)).toString('base64')],
  ['States.Base64Decode', (call) => Buffer.from(limited(call), 'base64').toString()],
  ['States.Hash', hash],
  ['States.JsonMerge', merge],
  ['States.MathRandom', random],
  ['States.MathAdd', (call) => integerAt(call, 0) + integerAt(call, 1)],
  ['States.StringSplit', split],
  ['States.UUID', ({ ports }) => ports.random.uuid()],
]);
