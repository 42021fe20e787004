/**
 * Reads an OpenAPI document for the reference. Extensions (`x-…`) and servers are left out at every level, because the
 * reference does not show them, and they may reveal internals. In an export of API Gateway, for example, they name
 * integrations, accounts and roles.
 */
import { isJsonObject, memberOf, parseJson } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { PROBLEMS_LIMIT, readYaml } from '../document/read-document.ts';
import type { Problem } from '../document/read-document.ts';
import type { Path } from '../document/shape.ts';

/** Members of the document that the reference shows. Servers are left out, because portal.yml says where the API is. */
const SHOWN = ['openapi', 'info', 'tags', 'paths', 'components', 'security'];
const VERSION = /^3\.[01]\.\d{1,3}$/;
/** The maximum number of values in a document, because aliases of YAML may make a small file large. */
const NODES_LIMIT = 100_000;
const DEPTH_LIMIT = 64;
const EXTENSION = /^x-/;
/** Servers of an operation or path, and of a link. */
const SERVERS = new Set(['servers', 'server']);
/**
 * Members whose value is a map of names that the author chose, or, for `security`, a list of such maps. In such a map,
 * `x-api-key` is a name and not an extension.
 */
const NAMES = new Set(
  [
    'callbacks content dependentRequired dependentSchemas encoding examples headers links mapping parameters',
    'pathItems patternProperties properties requestBodies responses schemas scopes security securitySchemes',
    '$defs',
  ].flatMap((line) => line.split(' ')),
);
/** Members whose value is data of the API, which is shown as it is. */
const DATA = new Set(['const', 'default', 'enum', 'example', 'value']);

type ReducedOpenApi =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** @param file is used only in messages about problems */
export function reduceOpenApi(text: string, file: string): ReducedOpenApi {
  const reading = read(text, file);
  if (reading.kind === 'invalid') return reading;
  const problems: Problem[] = [];
  const report = (path: Path, message: string): void => {
    if (problems.length < PROBLEMS_LIMIT) problems.push(reading.locate(path, message));
  };
  const { value } = reading;
  const version = memberOf(value, 'openapi');
  if (typeof version !== 'string' || !VERSION.test(version))
    report(['openapi'], 'must be OpenAPI 3.0 or 3.1: write openapi: 3.0.3, or convert the document');
  else if (!isJsonObject(memberOf(value, 'paths'))) report(['paths'], 'must be a map of paths to operations');
  if (problems.length > 0 || !isJsonObject(value)) return { kind: 'invalid', problems };
  const counted: Counted = { nodes: 0, report };
  const shown = Object.fromEntries(
    SHOWN.filter((name) => Object.hasOwn(value, name)).map((name) => [
      name,
      reduced(value[name] ?? null, NAMES.has(name) ? 'names' : 'object', [name], counted),
    ]),
  );
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'read', text: JSON.stringify(shown) };
}

/**
 * Reads JSON or YAML. Reading JSON as YAML would be fifty times slower, so this is done only to locate a mistake in
 * the text.
 */
function read(text: string, file: string): ReturnType<typeof readYaml> {
  const json = parseJson(text);
  if (json === undefined) return readYaml(text, file);
  let places: ReturnType<typeof readYaml> | undefined;
  return {
    kind: 'yaml',
    value: json,
    locate(path, message) {
      places ??= readYaml(text, file);
      return places.kind === 'yaml' ? places.locate(path, message) : { file, line: 1, column: 1, message };
    },
  };
}

type Counted = { nodes: number; readonly report: (path: Path, message: string) => void };

/**
 * Who defines the names of a value's members: OpenAPI (`object`), the author (`names`), or the API to which the data
 * belong (`data`).
 */
type Kind = 'object' | 'names' | 'data';

function reduced(value: Json, kind: Kind, path: Path, counted: Counted): Json {
  counted.nodes += 1;
  if (counted.nodes > NODES_LIMIT || path.length > DEPTH_LIMIT) {
    // Only the first value beyond the limit is reported.
    if (counted.nodes !== Infinity)
      counted.report(
        path,
        counted.nodes > NODES_LIMIT
          ? `the document has more than ${NODES_LIMIT} values: offer it as several APIs`
          : `is nested more than ${DEPTH_LIMIT} levels deep: refer to a schema with $ref instead`,
      );
    counted.nodes = Infinity;
    return null;
  }
  if (Array.isArray(value))
    return value.map((each: Json, index) => reduced(each, kind, [...path, index], counted));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(
    ([name]) => kind !== 'object' || !(EXTENSION.test(name) || SERVERS.has(name)),
  );
  return Object.fromEntries(
    entries.map(([name, each]) => {
      if (name === '$ref' && kind !== 'data' && typeof each === 'string' && !each.startsWith('#/'))
        counted.report([...path, name], 'refers to another file: bundle the document into one file');
      return [name, reduced(each, kindBelow(kind, name, each), [...path, name], counted)];
    }),
  );
}

function kindBelow(kind: Kind, name: string, value: Json): Kind {
  if (kind !== 'object') return kind === 'names' ? 'object' : 'data';
  if (DATA.has(name)) return 'data';
  if (!NAMES.has(name)) return 'object';
  if (!Array.isArray(value)) return 'names';
  // Parameters are a list of objects, the examples of a schema are a list of data, and security is a list of maps.
  return name === 'security' ? 'names' : name === 'examples' ? 'data' : 'object';
}
