import type { ProxyResult } from '../aws/proxy-result.ts';

/** A reply with a JSON body. `contentType` differs for problem documents only. */
export function jsonReply(statusCode: number, body: unknown, contentType = 'application/json'): ProxyResult {
  return { statusCode, headers: { 'content-type': contentType }, body: JSON.stringify(body) };
}
