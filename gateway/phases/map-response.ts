/**
 * Reads the function's answer as a reply.
 * reads: the answer, Accept · adds: reply · may answer: always · fails with: FUNCTION_FAILED (malformed answer)
 * @see aws-behaviour §3.5, §3.6
 */
import { gatewayError } from '../errors.ts';
import { lastHeader } from '../events/header-list.ts';
import { readHttp1Result, readHttp2Result, readRestResult } from '../events/proxy-result.ts';
import type { Mapped, Reply } from '../exchange.ts';

/** Turns the text of a proxy result into a reply. */
export function mapResponse(mapped: Mapped, answer: string): Reply {
  const result = readResult(mapped, answer);
  if (result.kind === 'malformed')
    throw gatewayError('FUNCTION_FAILED', {
      source: 'integration',
      reason: `Execution failed due to configuration error: Malformed Lambda proxy response: ${result.reason}`,
    });
  return { status: result.status, headers: result.headers, body: result.body };
}

function readResult(mapped: Mapped, answer: string): ReturnType<typeof readRestResult> {
  switch (mapped.integration.payload) {
    case 'rest-1.0':
      return readRestResult(answer, {
        binaryMediaTypes: mapped.stage.deployment.binaryMediaTypes,
        accept: lastHeader(mapped.rawHeaders, 'accept'),
      });
    case 'http-1.0':
      return readHttp1Result(answer);
    case 'http-2.0':
      return readHttp2Result(answer);
    case 'websocket':
      throw new TypeError('a WebSocket route is not served by the HTTP pipeline');
  }
}
