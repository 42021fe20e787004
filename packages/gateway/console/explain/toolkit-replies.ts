/**
 * Advice about replies in which a function of the toolkit itself refuses a request. The function logs the reason, as a
 * code of docs/errors.md or a reason for refusing a webhook, and the reply does not say more than its caller may know.
 */
import { readFields } from './reason.ts';

/**
 * Reasons for which `webhook-receiver` and the middleware `webhook` refuse a delivery
 * (docs/guides/receive/webhooks.md).
 */
const WEBHOOKS: Readonly<Record<string, string>> = {
  missing_signature:
    'Send the header with the signature that the scheme of the source uses, such as X-Hub-Signature-256.',
  duplicate_signature: 'Send the header with the signature once.',
  malformed_signature:
    'Send the signature in the form that the scheme of the source defines, such as sha256= and 64 hexadecimal digits.',
  invalid_signature:
    'Sign exactly the bytes of the body with a secret of the source, as access/webhooks.yml names it for this stage. A body that was parsed and printed again, or a secret of another stage, does not match.',
  malformed_timestamp: 'Send the time of the signature as a Unix timestamp in whole seconds.',
  timestamp_outside_tolerance:
    'Sign the delivery again with the current time, or correct the clock of the sender; toleranceSeconds of the source is the largest difference that is accepted.',
  malformed_id: 'Send the id of the delivery in the form that the scheme of the source defines.',
  insufficient_coverage: 'Sign all parts of the request that the source requires (RFC 9421).',
  invalid_digest: 'Send a Content-Digest that covers exactly the bytes of the body (RFC 9530).',
};

/** Codes of the portal's refusals of requests from its page (docs/guides/sell/portal.md). */
const PORTAL: Readonly<Record<string, string>> = {
  SESSION_ENDED:
    'Sign in at the portal again, and send its cookie, gw-portal-session (over HTTPS __Host-gw-portal-session). A session ends when the member signs out, when the role of the member changes, and in any case after 12 hours (14 days if it began with an invitation).',
  ORIGIN_REFUSED:
    'A change needs two headers: Origin with the address of the portal, and X-CSRF-Token with the value of csrf in the response to GET /session. If the portal has a domain of its own, set the parameter portalUrl to its address.',
  ROLE_INSUFFICIENT:
    'Sign in as a member whose role permits this request; an owner can change roles in the portal.',
  ORGANISATION_SUSPENDED: 'Resume the customer with `gatewright customers resume TENANT`.',
  ORGANISATION_MISSING: 'Invite the account into an organisation with `gatewright portal invite TENANT`.',
  INVITATION_INVALID:
    'Create a new invitation with `gatewright portal invite TENANT`: an invitation works once, for three days unless --expires says otherwise.',
  SIGN_IN_FAILED: 'Start the sign-in again in the same browser: it must be finished within 10 minutes.',
  SIGN_IN_UNKNOWN:
    'If signIn of access/portal.yml names an issuer for this stage, sign in with it, even to accept an invitation. If it names none, accept an invitation, or name an issuer.',
  OFFER_UNKNOWN: 'Offer the plan in access/portal.yml, in changesTo of the current plan.',
  KEYS_TOO_MANY: 'Revoke a key first, or raise keys.most in access/portal.yml.',
  KEY_MANAGED: 'Change the key with `gatewright keys`: it was not created in the portal.',
  STORE_UNAVAILABLE: 'Check that the DynamoDB tables of the stack respond, and send the request again.',
  KEY_SET_UNAVAILABLE:
    'Make the issuer of signIn in access/portal.yml reachable, and send the request again.',
};

/** Metrics that count refusals by the functions of the toolkit. */
const REFUSED = ['Refused', 'Unauthorized', 'UnknownSource', 'TooLarge'] as const;

const OF_METRIC: Readonly<Partial<Record<(typeof REFUSED)[number], string>>> = {
  UnknownSource:
    'Send the webhook to a source that access/webhooks.yml defines for this stage: POST /webhooks/{source}.',
  TooLarge: 'Send a smaller body.',
};

/** The texts of the portal and of the admin API are meant for the caller. */
const SAYS_ITSELF = 'Do what the reply says: its text is meant for the sender of the request.';

/** Returns undefined if the lines do not belong to a function of the toolkit that has refused a request. */
export function adviseToolkitReply(lines: readonly string[]): string | undefined {
  for (const line of lines.toReversed()) {
    const fields = readFields(line) ?? {};
    const metric = REFUSED.find((name) => fields[name] === 1 || fields['outcome'] === name);
    if (metric === undefined) continue;
    const { reason } = fields;
    const known = { ...WEBHOOKS, ...PORTAL };
    if (typeof reason === 'string' && Object.hasOwn(known, reason)) return known[reason];
    return OF_METRIC[metric] ?? (typeof reason === 'string' ? SAYS_ITSELF : undefined);
  }
  return undefined;
}
