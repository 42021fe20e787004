import type { ProxyResult } from '../aws/proxy-result.ts';

/**
 * Returns a reply with a JSON body. Only problem documents set another `contentType`. A type argument makes the
 * compiler compare the body with what its reader expects.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- callers name the type that the reader of the reply expects
export function jsonReply<Body>(
  statusCode: number,
  body: Body,
  contentType = 'application/json',
): ProxyResult {
  return { statusCode, headers: { 'content-type': contentType }, body: JSON.stringify(body) };
}
