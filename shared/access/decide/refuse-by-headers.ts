import type { ValuesByName } from '../../aws/read-request.ts';
import { deniesByHeaders } from '../../mcp/deny-by-headers.ts';
import type { CompiledDocument } from '../compiled-document.ts';
import type { Circumstances } from './condition.ts';
import { mcpGrantsOf } from './mcp-rules.ts';
import type { Principal } from './principal.ts';

/** Whether the headers of a message name a tool, prompt or resource that the document's rules under `mcp` deny. */
export function refuseByHeaders(
  document: CompiledDocument,
  principal: Principal,
  at: Circumstances,
  headers: ValuesByName | undefined,
): boolean {
  const grants = mcpGrantsOf(document, principal, at);
  return grants !== undefined && headers !== undefined && deniesByHeaders(grants, headers);
}
