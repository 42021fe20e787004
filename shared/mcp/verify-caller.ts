/**
 * Identifies the caller of an MCP server without an authorizer, at a function URL or an open route. The document
 * decides as in an authorizer: its rules for `POST` decide who may reach the server, and its rules under `mcp` decide
 * what the caller may use.
 */
import { isCharged, isChargedCaller } from '../access/charged-routes.ts';
import type { CompiledAccess, CompiledDocument, CompiledRoute } from '../access/compiled-document.ts';
import { readCredential } from '../access/credential.ts';
import { circumstancesOf, decide } from '../access/decide/decide.ts';
import { mcpGrantsOf } from '../access/decide/mcp-rules.ts';
import type { Principal } from '../access/decide/principal.ts';
import { assertTable, createIdentifier } from '../access/identify.ts';
import type { AuthorizerPorts } from '../access/identify.ts';
import { certificateOf } from '../aws/authorizer-event.ts';
import { headersOf, queryOf, sourceIpOf } from '../aws/read-request.ts';
import type { EventRequest } from '../aws/read-request.ts';
import type { AuthorizerConfig } from '../config/access-config.ts';
import { DomainError } from '../errors.ts';
import type { McpGrants } from './grants.ts';

/**
 * Returns the caller's grants. Returns undefined if the document does not let the caller reach the server at all.
 * @throws DomainError TOKEN_* for a credential that is not accepted; CONFIG_INVALID if there is no such document, it
 *   has no rules under `mcp`, it needs a table that the function does not have, or its quota is charged by the
 *   authorizer
 */
export type McpVerifier = (
  document: string,
  request: EventRequest,
  remainingMs: () => number,
) => Promise<McpGrants | undefined>;

export function createCallerVerifier(
  { documents }: CompiledAccess,
  config: AuthorizerConfig,
  ports: AuthorizerPorts,
): McpVerifier {
  const identify = createIdentifier(config, ports);
  return async (name, request, remainingMs) => {
    const document = documents.find((one) => one.name === name);
    if (document?.mcp === undefined)
      throw new DomainError('CONFIG_INVALID', `there is no access document ${name} with rules under mcp`);
    // Without this check, a missing table would look like a bad credential, and callers would get 401 for a mistake in
    // the deployment. An authorizer makes the same check at its first event.
    assertTable([document], config.stage, ports);
    const nowEpochSeconds = ports.clock.nowEpochMs() / 1000;
    const credential = readCredential(
      { headers: headersOf(request), query: queryOf(request), certificate: certificateOf(request) },
      document.sources,
    );
    const principal = await identify(document, credential, nowEpochSeconds, remainingMs);
    const at = { sourceIp: sourceIpOf(request), nowEpochSeconds };
    const reached = decide(document, principal, { ...at, target: `POST${document.mcp.path}` });
    if (reached.kind !== 'allow') return undefined;
    assertChargedHere(document, reached.route, principal);
    return mcpGrantsOf(document, principal, circumstancesOf(document, at));
  };
}

/** Refuses a document that leaves the charge to the authorizer: without an authorizer, nobody would charge the call. */
function assertChargedHere(document: CompiledDocument, route: CompiledRoute, principal: Principal): void {
  const { quota, mcp, name } = document;
  if (quota === undefined || mcp?.charge === true) return;
  if (!isCharged(document, route) || !isChargedCaller(quota, principal)) return;
  throw new DomainError(
    'CONFIG_INVALID',
    `the authorizer charges POST ${route.path} by the quota of the access document ${name}, but the authorizer did not handle this request: set mcp.charge: true, or list only other routes under quota.routes`,
  );
}
