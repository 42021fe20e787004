/**
 * The parameter mapping of HTTP APIs (docs/aws §7.8). It consists of the operations append, overwrite and remove, and
 * of the mapped values.
 */
import { contextVariable } from '../events/context-variables.ts';
import { readQuery } from '../events/query-text.ts';
import { getEntry } from '../routing/text-map.ts';
import { MalformedBodyError, readJsonText } from './body-value.ts';
import { type JsonPath, parseJsonPath } from '../json-path/json-path.ts';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import type { HeaderList } from '../events/header-list.ts';
import type { ApiKeyFacts, CallerFacts, RoutedFacts } from '../events/request-facts.ts';

type ChangeTarget =
  | { readonly place: 'header' | 'querystring'; readonly name: string }
  | { readonly place: 'path' | 'statuscode' };

export type ParameterChange = {
  readonly action: 'append' | 'overwrite' | 'remove';
  readonly target: ChangeTarget;
  readonly value: ChangeValue;
};

export type ParameterChanges = {
  readonly request: readonly ParameterChange[];
  /** The changes for each status of the integration's response. */
  readonly response: ReadonlyMap<number, readonly ParameterChange[]>;
};

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'header' | 'querystring' | 'path' | 'stageVariable' | 'context'; readonly name: string }
  | { readonly kind: 'whole-path' }
  /** `text` is as written: `body.name`. */
  | { readonly kind: 'body'; readonly path: JsonPath | undefined; readonly text: string };

/** A string with variables, parsed once. */
export type ChangeValue = readonly Part[];

/**
 * Formats a value in the syntax of `RequestParameters`. If the value has several parts, its variables are enclosed in
 * `${…}`.
 */
export function printChangeValue(value: ChangeValue): string {
  const [only] = value;
  if (value.length === 1 && only !== undefined && only.kind !== 'text') return `$${printVariable(only)}`;
  return value.map((part) => (part.kind === 'text' ? part.text : `\${${printVariable(part)}}`)).join('');
}

function printVariable(part: Exclude<Part, { readonly kind: 'text' }>): string {
  switch (part.kind) {
    case 'whole-path':
      return 'request.path';
    case 'body':
      return `request.${part.text}`;
    case 'stageVariable':
      return `stageVariables.${part.name}`;
    case 'context':
      return `context.${part.name}`;
    case 'header':
    case 'querystring':
    case 'path':
      return `request.${part.kind}.${part.name}`;
  }
}

/**
 * Matches variables in a text, with and without braces. Text without braces that is not a known variable stays as it
 * is.
 */
const VARIABLES = /\$\{([^}]*)\}|\$((?:request|response|context|stageVariables)\.[\w.-]*\w)/g;

export type ChangeSide = 'request' | 'response';

/**
 * Returns undefined if AWS would refuse the expression because of an unknown variable, or because a path in it is
 * malformed or can match several values.
 */
export function parseChangeValue(text: string, side: ChangeSide): ChangeValue | undefined {
  const whole = /^\$([^{].*)$/s.exec(text)?.[1];
  if (whole !== undefined) {
    const part = parseVariable(whole, side);
    return part && [part];
  }
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLES)) {
    const [, within, bare = ''] = match;
    const part = parseVariable(within ?? bare, side);
    if (part === undefined && within === undefined) continue;
    if (part === undefined) return undefined;
    parts.push({ kind: 'text', text: text.slice(end, match.index) }, part);
    end = match.index + match[0].length;
  }
  parts.push({ kind: 'text', text: text.slice(end) });
  return parts.filter((part) => part.kind !== 'text' || part.text !== '');
}

function parseVariable(variable: string, side: ChangeSide): Part | undefined {
  const [, root = '', name = ''] = /^(stageVariables|context)\.(.+)$/s.exec(variable) ?? [];
  if (root !== '') return { kind: root === 'context' ? 'context' : 'stageVariable', name };
  if (!variable.startsWith(`${side}.`)) return undefined;
  const rest = variable.slice(side.length + 1);
  if (rest === 'body' || rest.startsWith('body.')) return parseBody(rest);
  const [, place = '', parameter = ''] = /^(header|querystring|path)\.(.+)$/s.exec(rest) ?? [];
  if (side === 'response') return place === 'header' ? { kind: 'header', name: parameter } : undefined;
  if (rest === 'path') return { kind: 'whole-path' };
  return place === 'header' || place === 'querystring' || place === 'path'
    ? { kind: place, name: parameter }
    : undefined;
}

function parseBody(rest: string): Part | undefined {
  if (rest === 'body') return { kind: 'body', path: undefined, text: rest };
  try {
    const path = parseJsonPath(`$.${rest.slice('body.'.length)}`);
    return path.isDefinite ? { kind: 'body', path, text: rest } : undefined;
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

export type ChangeFacts = {
  readonly request: RoutedFacts & { readonly caller: CallerFacts; readonly apiKey: ApiKeyFacts };
  /** The request's headers, or the headers of the integration's response. */
  readonly headers: HeaderList;
  readonly body: string | Buffer | undefined;
};

/** The maximum size of a body that AWS reads for parameter mapping, in bytes. */
const MAX_BODY_BYTES = 100 * 1024;

/** Renders the string. A variable without a value is rendered as an empty string. */
export function readChangeValue(value: ChangeValue, facts: ChangeFacts): string {
  let text = '';
  for (const part of value) text += readPart(part, facts) ?? '';
  return text;
}

function readPart(part: Part, facts: ChangeFacts): string | undefined {
  const { request } = facts;
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'header':
      return facts.headers.all(part.name.toLowerCase()).join(',');
    case 'querystring':
      return getEntry(readQuery(request.rawQuery)?.multi ?? {}, part.name)?.join(',');
    case 'path':
      return request.pathParameters === null ? undefined : getEntry(request.pathParameters, part.name);
    case 'whole-path':
      return request.path;
    case 'stageVariable':
      return request.stage.variables === null ? undefined : getEntry(request.stage.variables, part.name);
    case 'context':
      return contextVariable(request, part.name);
    case 'body': {
      const body = Buffer.from(facts.body ?? '')
        .subarray(0, MAX_BODY_BYTES)
        .toString('utf8');
      return part.path === undefined ? body : jsonText(body, part.path);
    }
  }
}

/** Returns undefined for a body that is not JSON, because it contains no values. */
function jsonText(body: string, path: JsonPath): string | undefined {
  try {
    return readJsonText(body, path);
  } catch (error) {
    if (error instanceof MalformedBodyError) return undefined;
    throw error;
  }
}
