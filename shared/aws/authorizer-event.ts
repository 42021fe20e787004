import { DomainError } from '../errors.ts';
import { parseFields, parseOptionalFields } from './event-fields.ts';
import type { EventFields } from './event-fields.ts';
import { gatewayStamp } from './gateway-stamp.ts';
import { parseMethodArn } from './method-arn.ts';
import type { MethodArn } from './method-arn.ts';

/** The kind of API behind the event, which decides the forms of answer and 401. */
export type AuthorizerKind = 'rest' | 'http-1.0' | 'http-2.0' | 'websocket';

type TokenEvent = {
  readonly arn: MethodArn;
  /** Raw header value, `Bearer ` included. */
  readonly authorizationToken: string;
};

export type RequestEvent = {
  readonly kind: AuthorizerKind;
  readonly arn: MethodArn;
  /** By lower-case name; every value sent. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly query: ReadonlyMap<string, readonly string[]>;
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
  const fields = parseFields(event);
  if (fields['type'] !== 'REQUEST') throw malformed('a REQUEST authorizer event must have type REQUEST');
  const kind = kindOf(fields);
  const arn = kind === 'http-2.0' ? fields['routeArn'] : fields['methodArn'];
  if (typeof arn !== 'string') throw malformed('a REQUEST authorizer event must have a method ARN');
  return {
    kind,
    arn: parseMethodArn(arn),
    headers: valuesOf(fields['headers'], fields['multiValueHeaders'], (name) => name.toLowerCase()),
    query: valuesOf(
      fields['queryStringParameters'],
      fields['multiValueQueryStringParameters'],
      (name) => name,
    ),
    sourceIp: sourceIpOf(parseOptionalFields(fields['requestContext'])),
    certificate: certificateOf(parseOptionalFields(fields['requestContext'])),
    receivedAtEpochMs: gatewayStamp(fields),
  };
}

/** Under `authentication` in payload 2.0, else under `identity`. */
function certificateOf(context: EventFields): ClientCertificate | undefined {
  const { clientCert = parseOptionalFields(context['identity'])['clientCert'] } = parseOptionalFields(
    context['authentication'],
  );
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

/** Under `http` in payload 2.0, else under `identity`. */
function sourceIpOf(context: EventFields): string | undefined {
  const { sourceIp = parseOptionalFields(context['identity'])['sourceIp'] } = parseOptionalFields(
    context['http'],
  );
  return typeof sourceIp === 'string' ? sourceIp : undefined;
}

function kindOf(fields: EventFields): AuthorizerKind {
  if (fields['version'] === '2.0') return 'http-2.0';
  if (fields['version'] === '1.0') return 'http-1.0';
  if (fields['version'] !== undefined) throw malformed('authorizer payload version is neither 1.0 nor 2.0');
  const context = parseOptionalFields(fields['requestContext']);
  return context['eventType'] === 'CONNECT' ? 'websocket' : 'rest';
}

/** Every value per name: a second, different value in the multi-value map must not be overlooked. */
function valuesOf(
  single: unknown,
  multi: unknown,
  nameOf: (name: string) => string,
): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const map of [multi, single]) {
    for (const [name, value] of Object.entries(parseOptionalFields(map))) {
      const known = values.get(nameOf(name)) ?? [];
      for (const text of Array.isArray(value) ? value : [value])
        if (typeof text === 'string' && !known.includes(text)) known.push(text);
      values.set(nameOf(name), known);
    }
  }
  return values;
}

function malformed(message: string): DomainError {
  return new DomainError('EVENT_MALFORMED', message);
}
