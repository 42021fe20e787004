/** Sources of parameter mappings (docs/aws §7.6). They are parsed at deployment and read for each request. */
import { readJsonText, readBodyText } from './body-value.ts';
import { parseJsonPath, type JsonPath } from '../json-path/json-path.ts';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import type { MappingInput } from './mapping-input.ts';

export type ParameterSource =
  | { readonly kind: 'static'; readonly text: string }
  | { readonly kind: 'path'; readonly name: string }
  /** `all` means that every value is used instead of only the last value. */
  | { readonly kind: 'querystring' | 'header'; readonly name: string; readonly all: boolean }
  /** The body, or the value at `path` in it. An undefined path means the whole body. */
  | { readonly kind: 'body'; readonly path: JsonPath | undefined }
  | { readonly kind: 'stageVariable'; readonly name: string }
  | { readonly kind: 'context'; readonly name: string };

export type MappingSide = 'method.request' | 'route.request' | 'integration.response';

/**
 * The regular expression of parameter names, as AWS's error message quotes it (docs/aws §6). AWS's documentation of
 * this expression leaves out the colon.
 */
export const PARAMETER_NAME = '[a-zA-Z0-9:._$-]+';
const NAMED = new RegExp(
  `^(path|querystring|multivaluequerystring|header|multivalueheader)\\.(${PARAMETER_NAME})$`,
);
const PLACES: Readonly<Record<MappingSide, readonly string[]>> = {
  'method.request': ['path', 'querystring', 'multivaluequerystring', 'header', 'multivalueheader'],
  // In a WebSocket API, only the handshake has query parameters and headers. Messages have neither.
  'route.request': ['querystring', 'multivaluequerystring', 'header', 'multivalueheader'],
  'integration.response': ['header', 'multivalueheader'],
};

/**
 * Parses a source of parameter mapping. Returns undefined if AWS does not accept the expression in mappings of the
 * `side`, which is the request or the response.
 */
export function parseParameterSource(expression: string, side: MappingSide): ParameterSource | undefined {
  const quoted = /^'(.*)'$/s.exec(expression);
  if (quoted !== null) return { kind: 'static', text: quoted[1] ?? '' };
  const variable = /^(stageVariables|context)\.([A-Za-z0-9_.$-]+)$/.exec(expression);
  if (variable !== null)
    return { kind: variable[1] === 'context' ? 'context' : 'stageVariable', name: variable[2] ?? '' };
  if (!expression.startsWith(`${side}.`)) return undefined;
  const rest = expression.slice(side.length + 1);
  if (rest === 'body' || rest.startsWith('body.')) return parseBodySource(rest);
  const [, place = '', name = ''] = NAMED.exec(rest) ?? [];
  if (!PLACES[side].includes(place)) return undefined;
  if (place === 'path') return { kind: 'path', name };
  const kind = place.endsWith('header') ? 'header' : 'querystring';
  return { kind, name, all: place.startsWith('multivalue') };
}

function parseBodySource(rest: string): ParameterSource | undefined {
  if (rest === 'body') return { kind: 'body', path: undefined };
  try {
    return { kind: 'body', path: parseJsonPath(`$.${rest.slice('body.'.length)}`) };
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

export type SourceFacts = {
  readonly input: MappingInput;
  /** The text of the request's body, or of the integration's response. */
  readonly body: string;
  readonly header: (name: string) => readonly string[];
};

/**
 * Returns the values of a source. If there are none, the target is left out. `facts.header` decides whether the case of
 * header names matters.
 * @throws MalformedBodyError for a body that looks like JSON but is not
 */
export function readParameterSource(source: ParameterSource, facts: SourceFacts): readonly string[] {
  switch (source.kind) {
    case 'static':
      return [source.text];
    case 'path':
      return listOf(facts.input.pathParameter(source.name));
    case 'querystring':
      return source.all
        ? facts.input.queryValues(source.name)
        : listOf(facts.input.queryValues(source.name).at(-1));
    case 'header': {
      const values = facts.header(source.name);
      return listOf(source.all ? values.join(',') : values.at(-1));
    }
    case 'body':
      return listOf(
        source.path === undefined ? readBodyText(facts.body) : readJsonText(facts.body, source.path),
      );
    case 'stageVariable':
      return listOf(facts.input.stageVariable(source.name));
    case 'context':
      return listOf(facts.input.contextText(source.name));
  }
}

/**
 * Returns the value in a list. The list is empty for an empty value, because empty values are not mapped, just like
 * missing values.
 */
function listOf(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [value];
}
