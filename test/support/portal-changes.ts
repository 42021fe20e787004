/** The changes that members make in the portal of a-portal-server.ts, and the portal's refusals. */
import { randomUUID } from 'node:crypto';
import { NOW } from './portal-organisations.ts';
import type { PortalOrganisation } from './portal-organisations.ts';
import type * as Answers from '#shared/portal/answers.ts';

/** The body of a request. */
export type Json = Readonly<Record<string, unknown>>;

export const SOURCES = [
  { source: 'orders', title: 'Orders', scheme: 'standard' },
  { source: 'returns', title: 'Returns', scheme: 'github' },
];
const MOST_ENDPOINTS = 2;

export type Log = (what: string, on?: string) => void;

export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

export function changeKey(
  own: PortalOrganisation,
  keyId: string,
  what: string,
  body: Json,
  log: Log,
): object {
  const at = own.keys.findIndex((each) => each.keyId === keyId);
  const key = own.keys[at];
  if (key === undefined) throw new Refused(404, 'KEY_UNKNOWN');
  const until = new Date(Date.parse(NOW) + Number(body['overlapSeconds'] ?? 0) * 1000).toISOString();
  const changes: Readonly<Record<string, Partial<Answers.ApiKey>>> = {
    rename: { name: String(body['name']) },
    revoke: { state: 'revoked', revokedAt: NOW },
    rotate: {
      secrets: [
        ...(Number(body['overlapSeconds']) > 0 ? [{ createdAt: key.createdAt, notAfter: until }] : []),
        { createdAt: NOW },
      ],
    },
  };
  const changed = { ...key, ...changes[what] };
  own.keys[at] = changed;
  log(`${what}d-key`, String(key.name));
  return what === 'rotate'
    ? { ...changed, key: `hv_live_${keyId}_${randomUUID().replaceAll('-', '')}` }
    : changed;
}

export function countEndpoints(
  own: PortalOrganisation,
  source: Omit<Answers.WebhookSource, 'most' | 'left'>,
): Answers.WebhookSource {
  const active = own.endpoints.filter((each) => each.source === source.source && each.state === 'active');
  return { ...source, most: MOST_ENDPOINTS, left: Math.max(0, MOST_ENDPOINTS - active.length) };
}

export function makeEndpoint(own: PortalOrganisation, { source, name }: Json, log: Log): object {
  const offered = SOURCES.find((each) => each.source === source);
  if (offered === undefined) throw new Refused(409, 'OFFER_UNKNOWN');
  if (countEndpoints(own, offered).left === 0) throw new Refused(409, 'ENDPOINTS_TOO_MANY');
  const endpointId = randomUUID().slice(0, 8);
  const address = `https://api.example/webhooks/${offered.source}/${endpointId}`;
  const secrets = [{ createdAt: NOW }];
  const made = {
    endpointId,
    source: offered.source,
    name: String(name),
    address,
    state: 'active',
    createdAt: NOW,
    secrets,
  };
  own.endpoints.unshift(made);
  log('made-endpoint', String(name));
  return { ...made, secret: aWebhookSecret() };
}

export function changeEndpoint(
  own: PortalOrganisation,
  endpointId: string,
  what: string,
  body: Json,
  log: Log,
): object {
  const at = own.endpoints.findIndex((each) => each['endpointId'] === endpointId);
  const endpoint = own.endpoints[at];
  if (endpoint === undefined) throw new Refused(404, 'ENDPOINT_UNKNOWN');
  const notAfter = new Date(Date.parse(NOW) + Number(body['overlapSeconds'] ?? 0) * 1000).toISOString();
  const changes: Readonly<Record<string, Partial<Answers.Endpoint>>> = {
    rename: { name: String(body['name']) },
    revoke: { state: 'revoked', revokedAt: NOW, secrets: [] },
    rotate: { secrets: [{ createdAt: NOW }, { createdAt: endpoint.createdAt, notAfter }] },
  };
  own.endpoints[at] = { ...endpoint, ...changes[what] };
  log(`${what}d-endpoint`, endpoint.name);
  return { ...own.endpoints[at], ...(what === 'rotate' && { secret: aWebhookSecret() }) };
}

function aWebhookSecret(): string {
  return `whsec_${Buffer.from(randomUUID().replaceAll('-', '')).toString('base64')}`;
}
