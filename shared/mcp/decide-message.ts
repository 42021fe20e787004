/**
 * Decides whether a caller may send a message to an MCP server, from the message itself. This module never reads
 * headers, because a client can write names into them that differ from the body.
 */
import { asText, isJsonObject, memberOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { grantsAnything, mayCompleteTemplate, mayUse, scopesFor } from './grants.ts';
import type { McpGrants } from './grants.ts';
import type { McpMessage } from './message.ts';
import { methodRule, NOTIFICATION_FILTERS } from './methods.ts';
import type { McpSubject } from './methods.ts';

export type McpVerdict =
  | { readonly kind: 'allowed' }
  | {
      readonly kind: 'denied';
      readonly subject: McpSubject;
      /** The denied tool, prompt, URI or method. It is undefined if the message does not name it. */
      readonly name: string | undefined;
      /** The scopes that the caller lacks, if nothing else is missing. */
      readonly scopes: readonly string[] | undefined;
    };

const ALLOWED: McpVerdict = { kind: 'allowed' };

export function decideMessage(grants: McpGrants, message: McpMessage): McpVerdict {
  // A client's answer to a request of the server belongs to a call that was decided when it began. The answer starts
  // nothing new.
  if (message.kind === 'response')
    return grantsAnything(grants) ? ALLOWED : denied(grants, 'methods', 'response');
  const { method, params } = message;
  const rule = methodRule(method);
  switch (rule?.kind) {
    case undefined:
      return decideUse(grants, 'methods', method);
    case 'protocol':
    case 'list':
      return grantsAnything(grants) || grants.withScopes.length > 0
        ? ALLOWED
        : denied(grants, 'methods', method);
    case 'named':
      return decideUse(grants, rule.of, asText(memberOf(params, rule.parameter)));
    case 'completion':
      return decideCompletion(grants, memberOf(params, 'ref'));
    case 'subscription':
      return decideSubscription(grants, memberOf(params, 'notifications'));
  }
}

function decideUse(grants: McpGrants, subject: McpSubject, name: string | undefined): McpVerdict {
  return name !== undefined && mayUse(grants, subject, name) ? ALLOWED : denied(grants, subject, name);
}

function decideCompletion(grants: McpGrants, ref: unknown): McpVerdict {
  const type = memberOf(ref, 'type');
  if (type === 'ref/prompt') return decideUse(grants, 'prompts', asText(memberOf(ref, 'name')));
  const uri = asText(memberOf(ref, 'uri'));
  if (type !== 'ref/resource' || uri === undefined) return denied(grants, 'methods', 'completion/complete');
  const isAllowed = uri.includes('{') ? mayCompleteTemplate(grants, uri) : mayUse(grants, 'resources', uri);
  return isAllowed ? ALLOWED : denied(grants, 'resources', uri);
}

/**
 * The stream may report changed lists to every caller to whom the document grants something. It may report changes of a
 * resource only if a rule grants the resource. Members that an extension adds to the filter, such as `taskIds`, need a
 * rule that names them: `subscriptions/listen taskIds`.
 */
function decideSubscription(grants: McpGrants, filter: unknown = {}): McpVerdict {
  if (!grantsAnything(grants) || !isJsonObject(filter))
    return denied(grants, 'methods', 'subscriptions/listen');
  for (const name of Object.keys(filter).filter((member) => !NOTIFICATION_FILTERS.includes(member))) {
    const verdict = decideUse(grants, 'methods', `subscriptions/listen ${name}`);
    if (verdict.kind === 'denied') return verdict;
  }
  const uris = memberOf(filter, 'resourceSubscriptions') ?? [];
  if (!Array.isArray(uris)) return denied(grants, 'resources', undefined);
  for (const uri of uris as readonly unknown[]) {
    const verdict = decideUse(grants, 'resources', asText(uri));
    if (verdict.kind === 'denied') return verdict;
  }
  return ALLOWED;
}

function denied(grants: McpGrants, subject: McpSubject, name: string | undefined): McpVerdict {
  const scopes = name === undefined ? undefined : scopesFor(grants, subject, name);
  return { kind: 'denied', subject, name, scopes };
}

/**
 * Returns the protocol revision that the message itself names, as revisions since 2026-07-28 require; undefined if the
 * message names no revision.
 */
export function revisionOf(params: UnknownMembers): string | undefined {
  return asText(memberOf(memberOf(params, '_meta'), 'io.modelcontextprotocol/protocolVersion'));
}
