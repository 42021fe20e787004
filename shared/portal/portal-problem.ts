/**
 * The responses with which the portal refuses requests. The texts are for customers, so they do not mention commands.
 */
import type { ProxyResult } from '../aws/proxy-result.ts';
import { DomainError, RequestInvalid } from '../errors.ts';
import type { DomainErrorCode } from '../errors.ts';
import { jsonReply } from '../http/reply.ts';

/** Codes that are not listed are not the member's fault and get status 500. */
export const PORTAL_ANSWERS: Readonly<
  Partial<Record<DomainErrorCode, readonly [status: number, title: string]>>
> = {
  SESSION_ENDED: [401, 'Your session has ended. Sign in again.'],
  ORIGIN_REFUSED: [403, 'This request does not come from the portal. Reload the page.'],
  ROLE_INSUFFICIENT: [403, 'Your role does not permit this. Ask an owner of your organisation.'],
  ORGANISATION_SUSPENDED: [409, 'Your organisation is suspended, so this cannot be changed.'],
  ORGANISATION_MISSING: [403, 'Your account is not a member of an organisation. Ask for an invitation.'],
  INVITATION_INVALID: [404, 'This invitation is not valid: it may have expired, or it was already used.'],
  INVITATIONS_TOO_MANY: [409, 'There are too many members or open invitations.'],
  MEMBER_UNKNOWN: [404, 'This member does not exist. Reload the page to see the members.'],
  OWNER_REQUIRED: [409, 'An organisation must keep at least one owner. Make somebody else an owner first.'],
  SIGN_IN_FAILED: [403, 'The sign-in failed. Start it again.'],
  SIGN_IN_UNKNOWN: [404, 'This portal does not offer this way to sign in.'],
  OFFER_UNKNOWN: [409, 'This is not offered to your organisation.'],
  KEYS_TOO_MANY: [409, 'Your organisation already has the maximum number of keys. Revoke one first.'],
  KEY_MANAGED: [409, 'The provider of the API manages this key.'],
  KEY_UNKNOWN: [404, 'This key does not exist. Reload the page to see your keys.'],
  KEY_REVOKED: [409, 'This key is revoked.'],
  ROTATION_RUNNING: [
    409,
    'There are two valid secrets already. Wait until the old secret ends, or rotate again and end the old secret at once.',
  ],
  ENDPOINT_UNKNOWN: [404, 'This endpoint does not exist. Reload the page to see your endpoints.'],
  ENDPOINT_REVOKED: [409, 'This endpoint is revoked.'],
  ENDPOINTS_TOO_MANY: [
    409,
    'Your organisation already has the maximum number of endpoints. Revoke one first.',
  ],
  INVOICE_UNKNOWN: [404, 'This invoice does not exist. Reload the page to see your invoices.'],
  PDF_LETTER_UNKNOWN: [
    409,
    'A name on the invoice has letters that the PDF cannot show. Ask the provider of the API.',
  ],
  REQUEST_INVALID: [400, 'The request is not valid.'],
  REQUEST_TOO_LARGE: [413, 'The request is too large.'],
  ROUTE_UNKNOWN: [404, 'There is nothing here.'],
  METHOD_NOT_ALLOWED: [405, 'This address does not support this method.'],
  OPERATION_REUSED: [409, 'This change was already sent with other values. Reload the page.'],
  EDIT_CONFLICT: [409, 'Somebody else has changed this in the meantime. Reload the page.'],
  PERIOD_CLOSED: [409, 'The time of the change has passed. Reload the page.'],
  CHANGES_TOO_MANY: [409, 'Your plan has changed too often within a year. Ask the provider of the API.'],
  CURRENCY_MISMATCH: [409, 'This plan is in another currency. Ask the provider of the API.'],
  CUSTOMER_CLOSED: [409, 'Your organisation is closed.'],
  STORE_UNAVAILABLE: [503, 'The portal cannot read or save its data at the moment. Try again.'],
  KEY_SET_UNAVAILABLE: [503, 'The sign-in service cannot be reached at the moment. Try again.'],
  CONTROL_PLANE_FAILED: [502, 'The change was made, but a cache was not cleared. Try again.'],
};

/** Returns the response for an error whose code is in `PORTAL_ANSWERS`; undefined for any other error. */
export function portalProblemOf(
  error: unknown,
): { readonly code: DomainErrorCode; readonly reply: ProxyResult } | undefined {
  if (!(error instanceof DomainError)) return undefined;
  const { code } = error;
  const [status, title] = PORTAL_ANSWERS[code] ?? [];
  if (status === undefined || title === undefined) return undefined;
  // The description of a fault in a field is written for the sender of the request, and does not quote a value.
  const field = error instanceof RequestInvalid ? { field: error.field, detail: error.message } : {};
  const reply = jsonReply(
    status,
    { type: 'about:blank', title, status, code, ...field },
    'application/problem+json',
  );
  return {
    code,
    reply: status === 503 ? { ...reply, headers: { ...reply.headers, 'retry-after': '1' } } : reply,
  };
}
