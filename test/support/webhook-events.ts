/** Webhooks as functions receive them: the same request in the event format of each kind of API. */
import type { ClaimedDelivery, ClaimOutcome, DeliveryClaims } from '#shared/ports.ts';

export type WebhookRequest = {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Uint8Array;
  readonly nowEpochMs?: number;
  /**
   * Whether the body is base64. API Gateway encodes bodies whose type it does not know as text; tests can also encode
   * text.
   */
  readonly isBase64Encoded?: boolean;
  readonly source?: string;
  /** The endpoint of a customer. */
  readonly endpoint?: string;
  readonly query?: string;
};

/** 2023-11-14T22:13:20Z, the time in Stripe's known answers and in ours. */
export const SIGNED_AT_SECONDS = 1_700_000_000;

type Event = Readonly<Record<string, unknown>>;

export const EVENT_KINDS: Readonly<Record<string, (request: WebhookRequest) => Event>> = {
  'REST API': (request) => ({ ...payload1(request), resource: '/webhooks/{source}' }),
  'HTTP API, payload 1.0': (request) => ({ ...payload1(request), version: '1.0' }),
  'HTTP API, payload 2.0': (request) => payload2(request),
  'function URL': (request) => payload2({ ...request }, 'abc.lambda-url.us-east-1.on.aws'),
};

export function aWebhookEvent(request: WebhookRequest): Event {
  return payload2(request);
}

function payload1(request: WebhookRequest): Event {
  const { nowEpochMs = SIGNED_AT_SECONDS * 1000, query = '' } = request;
  const multi: Record<string, string[]> = {};
  for (const [name, value] of request.headers) (multi[name] ??= []).push(value);
  const parameters = Object.fromEntries(new URLSearchParams(query));
  return {
    httpMethod: 'POST',
    path: '/webhooks/partner',
    headers: Object.fromEntries(request.headers),
    multiValueHeaders: multi,
    queryStringParameters: query === '' ? null : parameters,
    pathParameters: parametersOf(request),
    requestContext: { path: '/webhooks/partner', requestTimeEpoch: nowEpochMs },
    ...bodyOf(request),
  };
}

function payload2(request: WebhookRequest, domainName = 'api.example.com'): Event {
  const { nowEpochMs = SIGNED_AT_SECONDS * 1000, query = '' } = request;
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    const known = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = known === undefined ? value : `${known},${value}`;
  }
  return {
    version: '2.0',
    rawPath: '/webhooks/partner',
    rawQueryString: query,
    headers,
    pathParameters: parametersOf(request),
    requestContext: {
      domainName,
      timeEpoch: nowEpochMs,
      http: { method: 'POST', path: '/webhooks/partner' },
    },
    ...bodyOf(request),
  };
}

function parametersOf({ source = 'partner', endpoint }: WebhookRequest): Event {
  return { source, ...(endpoint !== undefined && { endpoint }) };
}

function bodyOf({ body, isBase64Encoded }: WebhookRequest): Event {
  const bytes = Buffer.from(body);
  return (isBase64Encoded ?? typeof body !== 'string')
    ? { body: bytes.toString('base64'), isBase64Encoded: true }
    : { body: bytes.toString('utf8'), isBase64Encoded: false };
}

/** The claims of deliveries, in memory. A claim is `held` until it is kept or released. */
export class MemoryClaims implements DeliveryClaims {
  readonly items = new Map<string, 'held' | 'delivered'>();
  failing: 'keep' | 'release' | undefined;

  take({ source, key }: ClaimedDelivery): Promise<ClaimOutcome> {
    const place = `${source} ${key}`;
    const known = this.items.get(place);
    if (known !== undefined) return Promise.resolve({ kind: known });
    this.items.set(place, 'held');
    const claim = {
      keep: () => this.#write('keep', () => this.items.set(place, 'delivered')),
      release: () => this.#write('release', () => this.items.delete(place)),
    };
    return Promise.resolve({ kind: 'taken', claim });
  }

  async #write(what: 'keep' | 'release', write: () => unknown): Promise<void> {
    if (this.failing === what) throw new Error('canary: the table is away');
    write();
  }
}
