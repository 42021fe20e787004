/** Filters the response of a function behind API Gateway or a function URL, in any form that these accept. */
import { asText, isJsonObject, memberOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { filterAnswer } from './filter-answer.ts';
import { errorReply } from './guard.ts';
import type { Filtering } from './guard.ts';

const INTERNAL_ERROR_CODE = -32_603;

/**
 * If the response cannot be filtered, an error replaces it, because it could show what the caller may not use. Only an
 * uncompressed response with a status from 300 on is then returned as it is.
 */
export function filterResult(passage: Filtering, result: unknown): unknown {
  if (!passage.filters || result === undefined || result === null) return result;
  const { grants, requests } = passage;
  const filter = (text: string, isStream: boolean): string | undefined =>
    filterAnswer(grants, requests, text, isStream);
  // HTTP APIs and function URLs also accept the body alone, as text or as an object.
  if (!isJsonObject(result) || !Object.hasOwn(result, 'statusCode')) {
    const filtered = filter(typeof result === 'string' ? result : JSON.stringify(result), false);
    if (filtered === undefined) return unreadable(passage);
    return typeof result === 'string' ? filtered : (JSON.parse(filtered) as unknown);
  }
  const body = memberOf(result, 'body');
  if (body === undefined || body === null || body === '') return result;
  const isBase64 = memberOf(result, 'isBase64Encoded') === true;
  const encoding = headerOf(result, 'content-encoding');
  const text = typeof body === 'string' && encoding === undefined ? decodeBody(body, isBase64) : undefined;
  const isStream = headerOf(result, 'content-type')?.startsWith('text/event-stream') === true;
  const filtered = text === undefined ? undefined : filter(text, isStream);
  if (filtered === undefined)
    return Number(memberOf(result, 'statusCode')) >= 300 && encoding === undefined
      ? result
      : unreadable(passage);
  return {
    ...withoutLength(result),
    body: isBase64 ? Buffer.from(filtered).toString('base64') : filtered,
  };
}

function unreadable({ requests }: Filtering): unknown {
  const text = 'The response of the MCP server cannot be read, so it cannot be filtered for this caller.';
  return errorReply(502, requests[0]?.id, INTERNAL_ERROR_CODE, text);
}

function decodeBody(body: string, isBase64: boolean): string {
  return isBase64 ? Buffer.from(body, 'base64').toString('utf8') : body;
}

function headerOf(result: unknown, name: string): string | undefined {
  for (const member of ['headers', 'multiValueHeaders'])
    for (const [key, value] of Object.entries(memberOf(result, member) ?? {}))
      if (key.toLowerCase() === name) return asText(Array.isArray(value) ? value[0] : value)?.toLowerCase();
  return undefined;
}

/** Removes `Content-Length`, because the filtered body has another length. */
function withoutLength(result: object): object {
  const kept = { ...result } as Record<string, unknown>;
  for (const member of ['headers', 'multiValueHeaders']) {
    const headers: unknown = memberOf(result, member);
    if (isJsonObject(headers)) kept[member] = withoutLengthHeader(headers);
  }
  return kept;
}

export function withoutLengthHeader(headers: UnknownMembers): UnknownMembers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'),
  );
}
