/** Reports failures as problem documents (RFC 9457). They contain no internal details, and titles are fixed texts. */
import type { ProxyResult } from '../aws/proxy-result.ts';
import { DomainError, isTokenError, PlanInvalid, RequestInvalid, VersionConflict } from '../errors.ts';
import type { DomainErrorCode } from '../errors.ts';
import { jsonReply } from './reply.ts';

type Problem = {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** Says what is wrong, and often what to change. */
  readonly detail?: string;
  readonly code?: DomainErrorCode;
  /** The invalid field of the request, such as `limits[1].burst`. */
  readonly field?: string;
  /** The number that the next version must have. Set for EDIT_CONFLICT if the resource has versions. */
  readonly nextVersion?: number;
};

/**
 * Responses to administrators, who may see the reason. An error whose code is not listed gets status 500.
 */
export const ADMIN_ANSWERS: Readonly<
  Partial<Record<DomainErrorCode, readonly [status: number, title: string]>>
> = {
  REQUEST_INVALID: [400, 'Bad Request'],
  SUBJECT_INVALID: [400, 'Bad Request'],
  SIGNER_MISSING: [403, 'Forbidden'],
  ROUTE_UNKNOWN: [404, 'Not Found'],
  PLAN_UNKNOWN: [404, 'Not Found'],
  CUSTOMER_UNKNOWN: [404, 'Not Found'],
  KEY_UNKNOWN: [404, 'Not Found'],
  LIMIT_UNKNOWN: [404, 'Not Found'],
  PERIOD_UNKNOWN: [404, 'Not Found'],
  METHOD_NOT_ALLOWED: [405, 'Method Not Allowed'],
  DOCUMENTS_NOT_FOLLOWED: [409, 'Conflict'],
  ASSIGNMENT_OVERRULED: [409, 'Conflict'],
  CHANGES_TOO_MANY: [409, 'Conflict'],
  CURRENCY_MISMATCH: [409, 'Conflict'],
  CUSTOMER_CLOSED: [409, 'Conflict'],
  INVITATION_INVALID: [404, 'Not Found'],
  INVITATIONS_TOO_MANY: [409, 'Conflict'],
  MEMBER_UNKNOWN: [404, 'Not Found'],
  OWNER_REQUIRED: [409, 'Conflict'],
  CUSTOMER_EXISTS: [409, 'Conflict'],
  EDIT_CONFLICT: [409, 'Conflict'],
  KEY_REVOKED: [409, 'Conflict'],
  ROTATION_RUNNING: [409, 'Conflict'],
  PERIOD_CLOSED: [409, 'Conflict'],
  PERIOD_RUNNING: [409, 'Conflict'],
  REQUEST_TOO_LARGE: [413, 'Content Too Large'],
  CURRENCY_UNKNOWN: [422, 'Unprocessable Content'],
  PLAN_INVALID: [422, 'Unprocessable Content'],
  OPERATION_REUSED: [422, 'Unprocessable Content'],
  CONTROL_PLANE_FAILED: [502, 'Bad Gateway'],
  STORE_UNAVAILABLE: [503, 'Service Unavailable'],
};

export function problem(status: number, title: string, detail?: string): Problem {
  return { type: 'about:blank', title, status, ...(detail !== undefined && { detail }) };
}

/** Turns any error into a response without details: 401 if the credential is at fault, otherwise 500. */
export function problemOf(error: unknown): Problem {
  return isTokenError(error) ? problem(401, 'Unauthorized') : problem(500, 'Internal Server Error');
}

/**
 * Returns the response to an administrator's request that has failed, with code and field. Returns undefined for an
 * error that `ADMIN_ANSWERS` does not list.
 */
export function adminProblemOf(error: unknown): Problem | undefined {
  if (!(error instanceof DomainError)) return undefined;
  const [status, title] = ADMIN_ANSWERS[error.code] ?? [];
  if (status === undefined || title === undefined) return undefined;
  const field = error instanceof PlanInvalid || error instanceof RequestInvalid ? error.field : undefined;
  return {
    ...problem(status, title, error.message),
    code: error.code,
    ...(field !== undefined && { field }),
    ...(error instanceof VersionConflict && { nextVersion: error.nextVersion }),
  };
}

export function problemReply(from: Problem): ProxyResult {
  return jsonReply(from.status, from, 'application/problem+json');
}
