/** Failures as problem documents (RFC 9457). Nothing internal leaves: titles are fixed texts. */
import type { ProxyResult } from '../aws/proxy-result.ts';
import { isTokenError } from '../errors.ts';
import { jsonReply } from './reply.ts';

export type Problem = {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** Says what to change; never a value of the request. */
  readonly detail?: string;
};

export function problem(status: number, title: string, detail?: string): Problem {
  return { type: 'about:blank', title, status, ...(detail !== undefined && { detail }) };
}

/** Turns any error into what a caller may know: 401 without the reason for a credential, else 500. */
export function problemOf(error: unknown): Problem {
  return isTokenError(error) ? problem(401, 'Unauthorized') : problem(500, 'Internal Server Error');
}

export function problemReply(from: Problem): ProxyResult {
  return jsonReply(from.status, from, 'application/problem+json');
}
