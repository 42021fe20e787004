/**
 * Finds the arguments of a tool that clients must repeat in headers `Mcp-Param-…`, because the tool's schema says so
 * (Streamable HTTP 2026-07-28, Custom Headers from Tool Parameters).
 */
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';
import { encodeHeader } from '@gatewright/handlers/mcp/mirrored-headers';

const ANNOTATION = 'x-mcp-header';
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const MIRRORED_TYPES: readonly unknown[] = ['boolean', 'integer', 'string'];
const DEPTH_LIMIT = 50;

type Annotated = { readonly path: readonly string[]; readonly header: string };

type HeadersRead =
  | { readonly kind: 'valid'; readonly annotated: readonly Annotated[] }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * Finds the annotated properties of a tool's input schema. A client must not use a tool whose annotations are invalid.
 */
export function readParamHeaders(inputSchema: unknown): HeadersRead {
  const annotated: Annotated[] = [];
  const fault = visit(inputSchema, [], annotated);
  if (fault !== undefined) return { kind: 'invalid', reason: fault };
  const names = annotated.map(({ header }) => header.toLowerCase());
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  return doubled === undefined
    ? { kind: 'valid', annotated }
    : { kind: 'invalid', reason: `two properties have the ${ANNOTATION} ${doubled}` };
}

/** Visits the properties that are reachable through `properties` alone. An annotation at any other place is invalid. */
function visit(schema: unknown, path: readonly string[], into: Annotated[]): string | undefined {
  if (!isJsonObject(schema)) return undefined;
  if (path.length > DEPTH_LIMIT) return `the input schema is nested more than ${DEPTH_LIMIT} levels deep`;
  for (const [member, value] of Object.entries(schema)) {
    const fault =
      member === ANNOTATION
        ? annotate(schema, value, path, into)
        : member === 'properties'
          ? visitProperties(value, path, into)
          : findBelow(value, 0)
            ? `an ${ANNOTATION} is not allowed below ${member}`
            : undefined;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function visitProperties(value: unknown, path: readonly string[], into: Annotated[]): string | undefined {
  if (!isJsonObject(value)) return undefined;
  for (const [name, schema] of Object.entries(value)) {
    const fault = visit(schema, [...path, name], into);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function annotate(
  schema: unknown,
  header: unknown,
  path: readonly string[],
  into: Annotated[],
): string | undefined {
  const type = memberOf(schema, 'type');
  if (path.length === 0) return `only properties may have an ${ANNOTATION}, but the schema itself has one`;
  if (typeof header !== 'string' || !TOKEN.test(header))
    return `the ${ANNOTATION} of ${path.join('.')} is not a valid header name`;
  if (!MIRRORED_TYPES.includes(type))
    return `the ${ANNOTATION} of ${path.join('.')} needs the type string, integer or boolean`;
  into.push({ path, header });
  return undefined;
}

/**
 * Whether the value contains an annotation at any depth. An annotation in `examples` or `default` is only data, but
 * counts too, because the examples of real tools do not contain the name of the annotation.
 */
function findBelow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > DEPTH_LIMIT) return false;
  return Object.hasOwn(value, ANNOTATION) || Object.values(value).some((part) => findBelow(part, depth + 1));
}

/** Returns the headers of a call. An argument that is absent or null has no header. */
export function printParamHeaders(
  annotated: readonly Annotated[],
  args: unknown,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { path, header } of annotated) {
    const value = path.reduce<unknown>((part, name) => memberOf(part, name), args);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      headers[`mcp-param-${header}`] = encodeHeader(String(value));
  }
  return headers;
}
