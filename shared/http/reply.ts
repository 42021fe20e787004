import type { ProxyResult } from '../aws/proxy-result.ts';

/** Returns a reply with a JSON body. Only problem documents set another `contentType`. */
export function jsonReply(statusCode: number, body: unknown, contentType = 'application/json'): ProxyResult {
  return { statusCode, headers: { 'content-type': contentType }, body: JSON.stringify(body) };
}
