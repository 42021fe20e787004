/**
 * Makes the reply from the integration's response.
 * reads: the response, Accept · adds: reply · may answer: always · fails with: FUNCTION_FAILED (malformed proxy
 * response), API_CONFIGURATION_ERROR (invalid base64; no matching integration response)
 * @see docs/aws §3.5, §3.6, §7.7
 */
import { gatewayError } from '../errors.ts';
import {
  readFunctionUrlResult,
  readHttp1Result,
  readHttp2Result,
  readRestResult,
  readStreamHead,
} from '../events/proxy-result.ts';
import { buildProxyReply, buildReply, type MappedReply, passHeadersOn } from '../mapping/build-reply.ts';
import { buildHttpApiReply } from '../mapping/http-api-call.ts';
import { applyResponseChanges } from '../mapping/apply-changes.ts';
import { malformedProxyResponse, toMappingFailure } from '../mapping/mapping-failure.ts';
import { malformedStream } from '../mapping/stream-prelude.ts';
import type { LambdaProxyIntegration, LambdaStreamIntegration } from '../deployment/model.ts';
import type { Mapped, Reply } from '../exchange.ts';
import type { HttpStreamCall, IntegrationAnswer, Outgoing, StreamedAnswer } from '../mapping/outgoing.ts';
import type { StreamTimes } from '../ports.ts';

/**
 * Makes the reply. `answer` is a string for Lambda proxies. For all other integrations it contains status, headers and
 * body, or the beginning of a stream.
 */
export function mapResponse(mapped: Mapped, answer: string | IntegrationAnswer | StreamedAnswer): Reply {
  const { outgoing } = mapped;
  if (outgoing.kind === 'lambda-proxy') return readProxyAnswer(mapped, outgoing, answer);
  if (typeof answer === 'string') throw new TypeError(`a ${outgoing.kind} call returned text`);
  if (outgoing.kind === 'lambda-stream') return startStream(outgoing, answer);
  if (outgoing.kind === 'http-stream') return startStream(outgoing.plan, answer);
  if ('head' in answer) throw new TypeError(`a ${outgoing.kind} call returned a stream`);
  try {
    return mapByTemplates(mapped, outgoing, answer);
  } catch (error) {
    throw toMappingFailure(error, 'response');
  }
}

function mapByTemplates(
  mapped: Mapped,
  outgoing: Exclude<Outgoing, LambdaProxyIntegration | LambdaStreamIntegration | HttpStreamCall>,
  answer: IntegrationAnswer,
): MappedReply {
  if (outgoing.kind === 'http-api') return buildHttpApiReply(outgoing.plan.changes.response, answer, mapped);
  if (outgoing.kind === 'http-api-service')
    return buildHttpApiReply(outgoing.plan.responseChanges, answer, mapped);
  const facts = { request: mapped, binaryMediaTypes: mapped.stage.deployment.binaryMediaTypes };
  const { plan, input } = outgoing;
  if (plan.kind === 'http-proxy') return buildProxyReply(answer, facts);
  const selectBy = outgoing.kind === 'function' ? answer.errorMessage : String(answer.status);
  const isMock = outgoing.kind === 'mock';
  return buildReply(plan.response, selectBy, answer, input, { ...facts, isMock });
}

/** Makes a reply with status and headers. The body follows while the reply is sent. */
function startStream({ idleMs }: StreamTimes, answer: IntegrationAnswer | StreamedAnswer): Reply {
  if (!('head' in answer)) throw new TypeError('a streaming integration returned no stream');
  const stream = { bytes: answer.body, idleMs, onOver: () => undefined };
  if (typeof answer.head !== 'string') {
    const { status, headers } = answer.head;
    return { status, headers: passHeadersOn(headers, 'streamed'), body: '', stream };
  }
  const head = readStreamHead(answer.head);
  if (head.kind === 'reply') return { status: head.status, headers: head.headers, body: '', stream };
  answer.body.cancel();
  throw malformedStream(head);
}

function readProxyAnswer(
  mapped: Mapped,
  integration: LambdaProxyIntegration,
  answer: string | IntegrationAnswer | StreamedAnswer,
): Reply {
  if (typeof answer !== 'string') throw new TypeError('a Lambda proxy returned no text');
  const { changes } = integration;
  const result = readResult(mapped, integration, answer);
  if (result.kind === 'malformed') throw malformedProxyResponse(result);
  if (result.kind === 'undecodable')
    throw gatewayError('API_CONFIGURATION_ERROR', {
      source: 'integration',
      reason: result.reason,
      defect: { kind: 'proxy-response', problem: result.reason, part: result.part },
    });
  const { status, headers, body } = result;
  if (changes === undefined || !changes.response.has(status)) return { status, headers, body };
  try {
    return applyResponseChanges(changes.response, { status, headers, body }, mapped);
  } catch (error) {
    throw toMappingFailure(error, 'response');
  }
}

function readResult(
  mapped: Mapped,
  { payload, renamesChallenge = false }: LambdaProxyIntegration,
  answer: string,
): ReturnType<typeof readRestResult> {
  // A function URL also renames `WWW-Authenticate`.
  const phase = renamesChallenge ? 'url-result' : 'result';
  switch (payload) {
    case 'rest-1.0':
      return readRestResult(answer, {
        binaryMediaTypes: mapped.stage.deployment.binaryMediaTypes,
        accept: mapped.headers.last('accept'),
      });
    case 'http-1.0':
      return readHttp1Result(answer, phase);
    case 'http-2.0':
      return readHttp2Result(answer, phase);
    case 'function-url':
      return readFunctionUrlResult(answer);
    case 'websocket':
      throw new TypeError('a WebSocket route is not served by the HTTP pipeline');
  }
}
