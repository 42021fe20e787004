import { DomainError } from '../errors.ts';
import { parseFields, parseOptionalFields } from './event-fields.ts';
import { parseMethodArn } from './method-arn.ts';
import type { MethodArn } from './method-arn.ts';
import { clientCertOf, headersOf, queryOf, readRequest, receivedAtOf, sourceIpOf } from './read-request.ts';
import type { EventRequest, ValuesByName } from './read-request.ts';

/** The kind of API that sent the event. It decides the form of the result, and how to respond with 401. */
export type AuthorizerKind = 'rest' | 'http-1.0' | 'http-2.0' | 'websocket';

type TokenEvent = {
  readonly arn: MethodArn;
  /** Raw header value, including `Bearer `. */
  readonly authorizationToken: string;
};

export type RequestEvent = {
  readonly kind: AuthorizerKind;
  readonly arn: MethodArn;
  /** All values of each header, by header name in lower case. */
  readonly headers: ValuesByName;
  readonly query: ValuesByName;
  /** The caller's address as API Gateway received it. `X-Forwarded-For` is not used, because a caller can forge it. */
  readonly sourceIp: string | undefined;
  /** mTLS certificate, which API Gateway has verified against the domain's trust store. */
  readonly certificate: ClientCertificate | undefined;
  readonly receivedAtEpochMs: number | undefined;
};

export type ClientCertificate = {
  readonly subjectDN: string;
  readonly issuerDN: string;
  /** Hexadecimal digits, often separated by colons. */
  readonly serialNumber: string;
  readonly notAfterEpochSeconds: number;
};

/**
 * Reads the event of a REST TOKEN authorizer, which is `{type, authorizationToken, methodArn}` and nothing else.
 * @throws DomainError EVENT_MALFORMED if the event has another form
 */
export function parseTokenEvent(event: unknown): TokenEvent {
  const { type, authorizationToken, methodArn } = parseFields(event);
  if (type !== 'TOKEN' || typeof authorizationToken !== 'string' || typeof methodArn !== 'string')
    throw malformed('a TOKEN authorizer event must have type, authorizationToken and methodArn');
  return { arn: parseMethodArn(methodArn), authorizationToken };
}

/**
 * Reads the event of a REQUEST authorizer of a REST API, of an HTTP API (payload 1.0 or 2.0) or of a WebSocket API's
 * `$connect`.
 * @throws DomainError EVENT_MALFORMED if the event has another form
 */
export function parseRequestEvent(event: unknown): RequestEvent {
  const request = readRequest(parseFields(event));
  const { fields } = request;
  if (fields['type'] !== 'REQUEST') throw malformed('a REQUEST authorizer event must have type REQUEST');
  const kind = kindOf(request);
  const arn = kind === 'http-2.0' ? fields['routeArn'] : fields['methodArn'];
  if (typeof arn !== 'string') throw malformed('a REQUEST authorizer event must have a method ARN');
  return {
    kind,
    arn: parseMethodArn(arn),
    headers: headersOf(request),
    query: queryOf(request),
    sourceIp: sourceIpOf(request),
    certificate: certificateOf(request),
    receivedAtEpochMs: receivedAtOf(request),
  };
}

export function certificateOf(request: EventRequest): ClientCertificate | undefined {
  const clientCert = clientCertOf(request);
  if (clientCert === undefined || clientCert === null) return undefined;
  const { subjectDN, issuerDN, serialNumber, validity } = parseFields(clientCert);
  const notAfter = parseOptionalFields(validity)['notAfter'];
  // `notAfter` is a date such as `Aug  5 00:28:21 2120 GMT`.
  const notAfterEpochMs = typeof notAfter === 'string' ? Date.parse(notAfter) : NaN;
  if (typeof subjectDN !== 'string' || typeof issuerDN !== 'string' || typeof serialNumber !== 'string')
    throw malformed('a client certificate must have subject, issuer and serial number');
  if (Number.isNaN(notAfterEpochMs)) throw malformed('a client certificate must have an expiry time');
  return { subjectDN, issuerDN, serialNumber, notAfterEpochSeconds: Math.floor(notAfterEpochMs / 1000) };
}

function kindOf({ fields, context }: EventRequest): AuthorizerKind {
  if (fields['version'] === '2.0') return 'http-2.0';
  if (fields['version'] === '1.0') return 'http-1.0';
  if (fields['version'] !== undefined)
    throw malformed('the authorizer payload version is neither 1.0 nor 2.0');
  return context['eventType'] === 'CONNECT' ? 'websocket' : 'rest';
}

function malformed(message: string): DomainError {
  return new DomainError('EVENT_MALFORMED', message);
}
