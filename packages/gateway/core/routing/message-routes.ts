/** WebSocket route selection (docs/aws §11.2). */
import { parseJson } from '@gatewright/aws/json-object';
import type { MessageRoutePlan, MessageRouting } from '../deployment/model.ts';

type MessageRoutingResult =
  | { readonly kind: 'compiled'; readonly routing: MessageRouting }
  | { readonly kind: 'invalid'; readonly message: string };

type BodyPath = readonly (string | number)[];

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'body'; readonly path: BodyPath };

/** Matches `request.body`, `request.body.action` or `request.body.items[0].kind`. */
const BODY_EXPRESSION = /^request\.body((?:\.[A-Za-z0-9_-]+|\[\d{1,6}\])*)$/;
const BODY_STEP = /\.([A-Za-z0-9_-]+)|\[(\d+)\]/g;
const COMPOSITE_PART = /\$\{([^}]*)\}|\\\$|[^$\\]+/gy;

/** The keys of the connection's life cycle events. A message must not select these routes. */
const RESERVED_KEYS = new Set(['$connect', '$disconnect']);

/**
 * Compiles a route selection expression: `$request.body.action`, `${request.body.a}/${request.body.b}`,
 * static text, `\$default`.
 */
export function compileMessageRouting(
  expression: string,
  routes: ReadonlyMap<string, MessageRoutePlan>,
): MessageRoutingResult {
  const evaluate = compileExpression(expression);
  if (evaluate === undefined)
    return {
      kind: 'invalid',
      message: `Invalid route selection expression "${expression}". Use $request.body.<name>, \${request.body.<name>} within text, or static text`,
    };
  const select = (body: string): string | undefined => {
    const key = evaluate(body);
    return key === undefined || RESERVED_KEYS.has(key) ? undefined : key;
  };
  return { kind: 'compiled', routing: { select, expression, routes } };
}

type Evaluate = (body: string) => string | undefined;

function compileExpression(expression: string): Evaluate | undefined {
  if (expression.startsWith('$') && !expression.startsWith('${')) {
    const path = parseBodyPath(expression.slice(1));
    return path && ((body) => readMember(parseJson(body), path));
  }
  const parts = parseParts(expression);
  if (parts === undefined || parts.length === 0) return undefined;
  if (parts.every((part) => part.kind === 'text')) {
    const text = parts.map((part) => part.text).join('');
    return () => text;
  }
  return (body) => renderComposite(parts, parseJson(body));
}

function parseParts(expression: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  let end = 0;
  for (const match of expression.matchAll(COMPOSITE_PART)) {
    end = match.index + match[0].length;
    const inner = match[1];
    if (inner === undefined) parts.push({ kind: 'text', text: match[0] === '\\$' ? '$' : match[0] });
    else {
      const path = parseBodyPath(inner);
      if (path === undefined) return undefined;
      parts.push({ kind: 'body', path });
    }
  }
  return end === expression.length ? parts : undefined;
}

function parseBodyPath(text: string): BodyPath | undefined {
  const steps = BODY_EXPRESSION.exec(text)?.[1];
  if (steps === undefined) return undefined;
  return [...steps.matchAll(BODY_STEP)].map(([, name, index]) => name ?? Number(index));
}

/**
 * Renders an expression with several parts. A missing member of the body counts as empty text. If the body is not JSON,
 * no route is selected.
 */
function renderComposite(parts: readonly Part[], body: unknown): string | undefined {
  if (body === undefined) return undefined;
  return parts
    .map((part) => (part.kind === 'text' ? part.text : (readMember(body, part.path) ?? '')))
    .join('');
}

/**
 * Returns the text of a member of the body; undefined if the body does not have the member. Only members of the JSON
 * text are read, and not inherited members such as `constructor`, or the `length` of a list. An index reads only items
 * of lists, and a name only members of objects.
 */
function readMember(body: unknown, path: BodyPath): string | undefined {
  let value = body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    if (Array.isArray(value) !== (typeof step === 'number')) return undefined;
    value = Reflect.get(value, step) as unknown;
  }
  if (value === undefined || value === null) return undefined;
  return isDeeper(value, MAX_DEPTH) ? TOO_DEEP : printValue(value);
}

/**
 * The maximum nesting depth of a value that is printed. A route key cannot match a more deeply nested value, because
 * AWS allows 128 characters and each level needs a bracket.
 */
const MAX_DEPTH = 200;
/** The text for a value that is nested too deeply. It is longer than any route key, so that it cannot match one. */
const TOO_DEEP = '['.repeat(MAX_DEPTH);

/**
 * Whether the value is nested more deeply than `depth`. Attack: a message of 15,000 brackets would overflow the stack
 * of the functions below that print it.
 */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeper(member, depth - 1));
}

/** Formats a value as AWS does. A list becomes `[item1, item2]`, without quotes and with a space (docs/aws §11.2). */
function printValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printValue).join(', ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
