/**
 * Denies messages by the headers that repeat the body, because an authorizer never sees the body itself. The headers
 * may only be used to refuse. A client can name different tools in the headers and in the body, so only the wrapper
 * around the server may allow a message.
 */
import type { ValuesByName } from '../aws/read-request.ts';
import { decideMessage } from './decide-message.ts';
import type { McpGrants } from './grants.ts';
import { methodRule, parameterInHeader } from './methods.ts';
import { decodeHeader, isMirroring } from './mirrored-headers.ts';

/**
 * Whether the headers announce a message that the document denies. False if the headers do not show what the message
 * is: the revision is too old, a header is missing or occurs twice, or no header repeats the parameters of the method.
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
