/** A request for the response cache: its target, and everything that identifies its caller. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { parseOptionalFields } from '../aws/event-fields.ts';
import type { EventFields } from '../aws/event-fields.ts';
import { parseRawRequest } from '../aws/raw-request.ts';
import { DomainError } from '../errors.ts';

export type CachedRequest = {
  readonly method: string;
  readonly apiId: string;
  readonly stage: string;
  readonly host: string;
  /** As requested and passed by API Gateway. */
  readonly path: string;
  /** HTTP APIs decode the path: `/a%2Fb` and `/a/b` are one path, but may be two routes or parameters. */
  readonly route: readonly [name: string, parameters: EventFields];
  /** By name, values in the order of the request. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly caller: EventFields;
};

/** Members of `requestContext.identity` that identify a caller; the others describe the connection. */
const IDENTITY = [
  'accountId',
  'apiKey',
  'apiKeyId',
  'caller',
  'clientCert',
  'cognitoAuthenticationType',
  'cognitoIdentityId',
  'principalOrgId',
  'user',
  'userArn',
];

/** @returns undefined for an event that is no request of API Gateway or a function URL: it is not cached */
export function parseCachedRequest(event: unknown): CachedRequest | undefined {
  try {
    const { method, path, headers } = parseRawRequest(event);
    const fields = parseOptionalFields(event);
    const context = parseOptionalFields(fields['requestContext']);
    const { apiId, stage, domainName, routeKey, resourcePath = routeKey } = context;
    if (typeof apiId !== 'string') return undefined;
    return {
      method,
      path,
      headers,
      apiId,
      query: queryOf(fields),
      route: [
        typeof resourcePath === 'string' ? resourcePath : '',
        parseOptionalFields(fields['pathParameters']),
      ],
      stage: typeof stage === 'string' ? stage : '',
      host: typeof domainName === 'string' ? domainName : '',
      caller: callerOf(context),
    };
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** Values of a header, joined as one field; undefined: not sent. */
export function headerOf({ headers }: Pick<CachedRequest, 'headers'>, name: string): string | undefined {
  return headers.get(name.toLowerCase())?.join(', ');
}

function queryOf(fields: EventFields): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, string[]>();
  const { rawQueryString } = fields;
  const pairs: Iterable<readonly [string, unknown]> =
    typeof rawQueryString === 'string'
      ? new URLSearchParams(rawQueryString)
      : Object.entries({
          ...parseOptionalFields(fields['queryStringParameters']),
          ...parseOptionalFields(fields['multiValueQueryStringParameters']),
        });
  for (const [name, value] of pairs)
    query.set(name, [...(query.get(name) ?? []), ...(Array.isArray(value) ? value : [value]).map(String)]);
  return query;
}

function callerOf(context: EventFields): EventFields {
  const authorizer: Record<string, unknown> = { ...parseOptionalFields(context['authorizer']) };
  // The authorizer's latency does not identify the caller.
  Reflect.deleteProperty(authorizer, 'integrationLatency');
  const identity = parseOptionalFields(context['identity']);
  const listed = [
    ...Object.entries(authorizer).map(([name, value]) => [`authorizer.${name}`, value] as const),
    ...IDENTITY.map((name) => [`identity.${name}`, identity[name]] as const),
    ['authentication', context['authentication']] as const,
  ];
  return Object.fromEntries(listed.filter(([, value]) => !isNothing(value)));
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (isJsonObject(value) && Object.values(value).every(isNothing))
  );
}
