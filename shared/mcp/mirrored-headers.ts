/**
 * Compares the headers in which revision 2026-07-28 repeats members of the body (Streamable HTTP, Request Metadata). A
 * gateway or authorizer in front of the server may have decided by these headers, so a request whose headers differ
 * from its body is refused.
 */
import { asText, isJsonObject, memberOf } from '@gatewright/aws/json-object';
import type { ValuesByName } from '../aws/read-request.ts';
import { revisionOf } from './decide-message.ts';
import type { McpMessage } from './message.ts';
import { parameterInHeader } from './methods.ts';

/**
 * The first revision in which servers must compare headers and body. Revisions are dates, so text order is their order.
 */
const MIRRORING_REVISION = '2026-07-28';

const REVISION = /^\d{4}-\d{2}-\d{2}$/;
const PARAM_PREFIX = 'mcp-param-';
const SENTINEL = /^=\?base64\?(.*)\?=$/s;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Returns what is wrong with the headers of a single request; undefined if they agree with the body. */
export function headerFault(headers: ValuesByName, message: McpMessage): string | undefined {
  if (message.kind === 'response') return undefined;
  const revision = revisionOf(message.params);
  const sent = headers.get('mcp-protocol-version') ?? [];
  const mirrors = [...sent, ...(revision === undefined ? [] : [revision])].some(isMirroring);
  const faults = [
    revision === undefined
      ? undefined
      : compare('MCP-Protocol-Version', sent, revision, { isRequired: mirrors, mayEncode: false }),
    sent.length > 1 ? 'The header MCP-Protocol-Version occurs more than once.' : undefined,
    compare('Mcp-Method', headers.get('mcp-method') ?? [], message.method, {
      isRequired: mirrors && message.kind === 'request',
      mayEncode: false,
    }),
    nameFault(headers, message, mirrors),
    paramFault(headers, message),
  ];
  return faults.find((fault) => fault !== undefined);
}

/** Whether the revision requires headers that repeat the body. */
export function isMirroring(revision: string): boolean {
  return REVISION.test(revision) && revision >= MIRRORING_REVISION;
}

type Comparison = { readonly isRequired: boolean; readonly mayEncode: boolean };

function compare(
  header: string,
  sent: readonly string[],
  wanted: string,
  { isRequired, mayEncode }: Comparison,
): string | undefined {
  const [value] = sent;
  if (value === undefined) return isRequired ? `The header ${header} is missing.` : undefined;
  if (sent.length > 1) return `The header ${header} occurs more than once.`;
  const read = mayEncode ? decodeHeader(value) : value;
  return read === wanted ? undefined : `The header ${header} does not match the body.`;
}

function nameFault(
  headers: ValuesByName,
  { method, params }: Exclude<McpMessage, { kind: 'response' }>,
  mirrors: boolean,
): string | undefined {
  const sent = headers.get('mcp-name') ?? [];
  const parameter = parameterInHeader(method);
  if (parameter === undefined)
    return sent.length === 0
      ? undefined
      : 'The header Mcp-Name is set, but the body does not name a tool, prompt or resource.';
  const wanted = asText(memberOf(params, parameter));
  return wanted === undefined
    ? undefined
    : compare('Mcp-Name', sent, wanted, { isRequired: mirrors, mayEncode: true });
}

/**
 * A header `Mcp-Param-{Name}` repeats an argument, and the schema of the tool says which one. Only the server has the
 * schema. A header is wrong under every schema if no argument has the header's value.
 */
function paramFault(
  headers: ValuesByName,
  { params }: Exclude<McpMessage, { kind: 'response' }>,
): string | undefined {
  const names = [...headers.keys()].filter((name) => name.startsWith(PARAM_PREFIX));
  if (names.length === 0) return undefined;
  const values = new Set(printedValues(memberOf(params, 'arguments'), 0));
  for (const name of names) {
    const sent = headers.get(name) ?? [];
    const value = sent.length === 1 ? decodeHeader(sent[0] ?? '') : undefined;
    const number = value !== undefined && /^-?\d+(\.\d+)?$/.test(value) ? String(Number(value)) : undefined;
    const isArgument =
      value !== undefined && (values.has(value) || (number !== undefined && values.has(number)));
    if (!isArgument) return `The header ${name} does not match an argument of the body.`;
  }
  return undefined;
}

const DEPTH_LIMIT = 20;

function printedValues(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [String(value)];
  // Headers repeat only members of objects, never items of arrays.
  if (!isJsonObject(value) || depth > DEPTH_LIMIT) return [];
  return Object.values(value).flatMap((member) => printedValues(member, depth + 1));
}

/** Returns undefined for characters that a header may not contain, and for a damaged encoding. */
export function decodeHeader(value: string): string | undefined {
  if (!/^[\t\x20-\x7e]*$/.test(value)) return undefined;
  const encoded = SENTINEL.exec(value)?.[1];
  if (encoded === undefined) return value;
  if (!BASE64.test(encoded)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
}

/**
 * Returns the value in the form that a header can contain: unchanged, or in Base64 (Streamable HTTP, Value Encoding).
 */
export function encodeHeader(value: string): string {
  const isPlain = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/.test(value) && !SENTINEL.test(value);
  return isPlain ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}
