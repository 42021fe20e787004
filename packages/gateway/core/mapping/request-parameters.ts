/**
 * The parameters of the integration request. Parameters are mapped first, and template overrides are applied afterwards
 * (docs/aws §7.4, §7.6).
 */
import { lastHeader } from '../events/header-list.ts';
import { putEntry } from '../routing/text-map.ts';
import { collectOverrides } from './overrides.ts';
import { readParameterSource } from './parameter-source.ts';
import type { RequestParameter } from './integration.ts';
import type { MappingInput } from './mapping-input.ts';
import type { TextMap } from '../routing/text-map.ts';

export type MappedParameters = {
  /** The headers in the order of the definition. A later entry replaces an earlier entry of the same name. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly query: readonly (readonly [name: string, values: readonly string[]])[];
  readonly path: TextMap;
};

/**
 * Returns the mapped parameters of the integration request. The names of the request's headers are matched
 * case-sensitively, as AWS documents.
 * @throws MalformedBodyError if a mapping reads a body that looks like JSON but is not valid JSON
 */
export function mapRequestParameters(
  parameters: readonly RequestParameter[],
  input: MappingInput,
  body: Buffer | undefined,
): MappedParameters {
  const headers: [string, string][] = [];
  const query: [string, readonly string[]][] = [];
  const path: TextMap = {};
  const facts = {
    input,
    get body() {
      return body?.toString('utf8') ?? '';
    },
    header: (name: string) => input.headerValues(name),
  };
  for (const { place, name, source } of parameters) {
    const values = readParameterSource(source, facts);
    const last = values.at(-1);
    if (last === undefined) continue;
    if (place === 'querystring') query.push([name, values]);
    else if (place === 'path') putEntry(path, name, last);
    else headers.push([name, last]);
  }
  return { headers, query, path };
}

/** Applies `$context.requestOverride` of the request template. */
export function overrideParameters(mapped: MappedParameters, input: MappingInput): MappedParameters {
  if (!input.hasContext) return mapped;
  const { header, path, querystring } = collectOverrides(input.context).request;
  const query = mapped.query.filter(([name]) => !Object.hasOwn(querystring, name));
  const allPath = { ...mapped.path };
  for (const [name, values] of Object.entries(path)) putEntry(allPath, name, values.join(','));
  return {
    headers: [
      ...mapped.headers,
      ...Object.entries(header).map(([name, values]) => [name, values.join(',')] as const),
    ],
    query: [...query, ...Object.entries(querystring)],
    path: allPath,
  };
}

/** Returns the last value of a mapped header. The name is case-insensitive. */
export function mappedHeader(mapped: MappedParameters, name: string): string | undefined {
  return lastHeader(mapped.headers.flat(), name);
}
