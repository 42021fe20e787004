/**
 * What an authorizer can tell about a message: it sees the headers that repeat the body, never the body itself. It may
 * only refuse by them. A client can write another tool into the headers than into the body, so allowing stays with the
 * wrapper around the server.
 */
import type { ValuesByName } from '../aws/read-request.ts';
import { decideMessage } from './decide-message.ts';
import type { McpGrants } from './grants.ts';
import { methodRule, parameterInHeader } from './methods.ts';
import { decodeHeader, isMirroring } from './mirrored-headers.ts';

/**
 * Whether the headers announce a message that the document denies. False if they do not tell: an older revision, a header
 * that is missing or occurs twice, or a method whose parameters no header repeats.
 */
export function deniesByHeaders(grants: McpGrants, headers: ValuesByName): boolean {
  const revision = onlyValue(headers, 'mcp-protocol-version');
  const method = onlyValue(headers, 'mcp-method');
  if (revision === undefined || method === undefined || !isMirroring(revision)) return false;
  const kind = methodRule(method)?.kind;
  if (kind === 'completion' || kind === 'subscription') return false;
  const isNamed = parameterInHeader(method) !== undefined;
  const name = isNamed ? onlyValue(headers, 'mcp-name') : '';
  const decoded = name === undefined ? undefined : decodeHeader(name);
  if (decoded === undefined || (kind === 'named' && !isNamed)) return false;
  const message = { kind: 'request', id: 0, method, params: { name: decoded, uri: decoded } } as const;
  return decideMessage(grants, message).kind === 'denied';
}

function onlyValue(headers: ValuesByName, name: string): string | undefined {
  const values = headers.get(name) ?? [];
  return values.length === 1 ? values[0] : undefined;
}
