import { DomainError } from '../errors.ts';
import { parseFields, parseOptionalFields } from './event-fields.ts';
import { parseMethodArn } from './method-arn.ts';
import type { MethodArn } from './method-arn.ts';
import { clientCertOf, headersOf, queryOf, readRequest, receivedAtOf, sourceIpOf } from './read-request.ts';
import type { EventRequest, ValuesByName } from './read-request.ts';

/** The kind of API behind the event, which decides the form of the result and of 401. */
export type AuthorizerKind = 'rest' | 'http-1.0' | 'http-2.0' | 'websocket';

type TokenEvent = {
  readonly arn: MethodArn;
  /** Raw header value, `Bearer ` included. */
  readonly authorizationToken: string;
};

export type RequestEvent = {
  readonly kind: AuthorizerKind;
  readonly arn: MethodArn;
  /** Keys are lower-case names, with every value sent. */
  readonly headers: ValuesByName;
  readonly query: ValuesByName;
  /** The caller's address as API Gateway saw it; a caller can forge `X-Forwarded-For`. */
  readonly sourceIp: string | undefined;
  /** mTLS: verified by API Gateway against the domain's trust store. */
  readonly certificate: ClientCertificate | undefined;
  readonly receivedAtEpochMs: number | undefined;
};

export type ClientCertificate = {
  readonly subjectDN: string;
  readonly issuerDN: string;
  /** Hex digits, often with colons. */
  readonly serialNumber: string;
  readonly notAfterEpochSeconds: number;
};

/**
 * Reads the event of a REST TOKEN authorizer: `{type, authorizationToken, methodArn}` and nothing else.
 * @throws DomainError EVENT_MALFORMED
 */
export function parseTokenEvent(event: unknown): TokenEvent {
  const { type, authorizationToken, methodArn } = parseFields(event);
  if (type !== 'TOKEN' || typeof authorizationToken !== 'string' || typeof methodArn !== 'string')
    throw malformed('a TOKEN authorizer event must have type, authorizationToken and methodArn');
  return { arn: parseMethodArn(methodArn), authorizationToken };
}

/**
 * Reads the event of a REQUEST authorizer of a REST API, of an HTTP API (payload 1.0 or 2.0) or of a
 * WebSocket API's `$connect`.
 * @throws DomainError EVENT_MALFORMED
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

function certificateOf(request: EventRequest): ClientCertificate | undefined {
  const clientCert = clientCertOf(request);
  if (clientCert === undefined || clientCert === null) return undefined;
  const { subjectDN, issuerDN, serialNumber, validity } = parseFields(clientCert);
  const notAfter = parseOptionalFields(validity)['notAfter'];
  // `Aug  5 00:28:21 2120 GMT`
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
