/**
 * Handles functions' calls to other services. A call is forwarded with the developer's signature if an option such as
 * `--aws sns,s3` names the service. Otherwise it is recorded.
 */
import { CONNECTION_HEADERS } from '@gatewright/aws/connection-headers';
import { isUnsendable } from '../../core/events/unsendable.ts';
import type { HttpOutcome, ServiceClient, ServiceRequest } from '../../core/ports.ts';
import { contextFor, rightsOfCall, type RightsContext } from './service-rights.ts';
import {
  awsError,
  type AwsCall,
  type AwsService,
  denialOf,
  findDenial,
  refuseUnlessAllowed,
} from './aws-call.ts';
import { deleteAllowed, splitDeletion } from './s3-denied-keys.ts';
import { bucketOfHost } from './s3-address.ts';
import { denyMissingObject } from './missing-objects.ts';
import type { ControlReply } from '../../core/api-call.ts';

const TIMEOUT_MS = 30_000;

const DROPPED = new Set([
  ...CONNECTION_HEADERS,
  'authorization',
  'expect',
  'host',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
]);

/**
 * Creates the handler. If it is not known which permission a call needs, a signer of `gatewright.identities.yml` needs
 * permission for the whole service. Functions do not need it, because AWS itself checks the developer's key that signs
 * their calls.
 */
export function createForwarder(services: ServiceClient, context: RightsContext): AwsService {
  return async (call) => {
    const { method, path, query, rawHeaders, body } = call.request;
    const { service, region } = call;
    const subdomain = service === 's3' ? bucketOfHost(call.request.host) : undefined;
    const timeoutMs = TIMEOUT_MS;
    const asked = { service, region, method, path, query, headers: rawHeaders, body, subdomain, timeoutMs };
    const whole = call.caller.role === undefined ? [{ action: `${service}:*`, resource: '*' }] : [];
    const send = (request: ServiceRequest): Promise<HttpOutcome> =>
      services.call({
        ...request,
        headers: withoutDropped(request.headers),
        body: request.body === undefined || request.body.length === 0 ? undefined : request.body,
      });
    const split = splitDeletion(asked, (right) => findDenial(call.caller, [right]) === undefined);
    if (split !== undefined) return toReply(call, await deleteAllowed(split, send));
    const refusal = refuseUnlessAllowed(call, rightsOfCall(asked, contextFor(call.caller, context)) ?? whole);
    if (refusal !== undefined) return refusal;
    const outcome = await send(asked);
    const denied = denyMissingObject(call.caller, asked, outcome);
    return denied === undefined
      ? toReply(call, outcome)
      : awsError(call.request, service, { ...denialOf(service), message: denied });
  };
}

function toReply(call: AwsCall, outcome: HttpOutcome): ControlReply {
  if (outcome.kind === 'answered') {
    const { status, headers, body, isUnpacked } = outcome;
    // The content length of a response to HEAD is kept, because it is the only information about the body.
    const lengthAt = headers.findIndex((name, index) => index % 2 === 0 && /^content-length$/i.test(name));
    const length =
      call.request.method === 'HEAD' && lengthAt !== -1 ? headers.slice(lengthAt, lengthAt + 2) : [];
    // An S3 object that was stored with Content-Encoding keeps this header, because its body is sent as it was stored.
    const dropped = isUnpacked === true ? ['content-encoding', 'date'] : ['date'];
    return { status, headers: [...withoutDropped(headers, ...dropped), ...length], body };
  }
  // An unknown call gets 501. SDKs do not retry after 501, whereas they retry four times after 502 or 503.
  if (outcome.kind === 'unreachable' && isUnsendable(outcome))
    return awsError(call.request, call.service, {
      status: 501,
      type: 'NotImplementedException',
      message: outcome.message,
    });
  const reason = outcome.kind === 'timed-out' ? 'it did not respond within 30 s' : outcome.message;
  const message = `${call.service} could not be reached: ${reason}`;
  return awsError(call.request, call.service, { status: 502, type: 'ServiceUnavailable', message });
}

function withoutDropped(headers: readonly string[], ...more: readonly string[]): string[] {
  return headers.flatMap((name, index) => {
    const lower = name.toLowerCase();
    const isDropped = index % 2 === 1 || DROPPED.has(lower) || more.includes(lower);
    return isDropped ? [] : [name, headers[index + 1] ?? ''];
  });
}
