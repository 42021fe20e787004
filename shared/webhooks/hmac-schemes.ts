/** GitHub, Stripe, Slack and Standard Webhooks (Svix): HMAC-SHA-256 over a prefix and the raw body. */
import { createHmac } from 'node:crypto';
import type { RawRequest } from '../aws/raw-request.ts';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import { matchText, parseEpochSeconds, readOnlyHeader, refused } from './scheme.ts';
import { SIGNATURE_HEADERS } from './signature-headers.ts';
import type { Scheme, SignatureClaim } from './scheme.ts';

/**
 * Maximum number of signatures that are checked, because each costs a hash of the body. While a secret is being
 * changed, a sender sends two signatures.
 */
const SIGNATURES_LIMIT = 8;
const HEX = /^[0-9a-f]{64}$/;
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;
const NAME = /^[A-Za-z][A-Za-z0-9_.:-]{0,127}$/;

/**
 * `X-Hub-Signature-256: sha256=<hex>` over the body alone. The older SHA-1 header is ignored.
 * @see https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const GITHUB: Scheme = {
  readClaim(request) {
    const header = readOnlyHeader(request, SIGNATURE_HEADERS.github);
    if (typeof header !== 'string') return header;
    const hex = header.startsWith('sha256=') ? header.slice('sha256='.length) : '';
    return HEX.test(hex) ? claim(request, '', [hex]) : refused('malformed_signature');
  },
  isUsable: (secret) => isLongEnough(textKey(secret)),
  // X-GitHub-Delivery and X-GitHub-Event are not signed.
  describe: ({ headers }) => ({
    id: undefined,
    unsignedId: matchText(headers.get('x-github-delivery')?.join(), /^[0-9A-Za-z-]{1,64}$/),
    type: matchText(headers.get('x-github-event')?.join(), NAME),
  }),
};

/**
 * `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>][,v0=…]` over `{t}.{body}`. The key is the whole
 * `whsec_…` text. `v0` is a test signature that anyone can obtain.
 * @see https://docs.stripe.com/webhooks#verify-manually
 */
export const STRIPE: Scheme = {
  readClaim(request) {
    const header = readOnlyHeader(request, SIGNATURE_HEADERS.stripe);
    if (typeof header !== 'string') return header;
    const pairs = header.split(',').map((pair) => splitOnce(pair, '='));
    if (!pairs.every(([name]) => STRIPE_NAME.test(name))) return refused('malformed_signature');
    const valuesOf = (wanted: string) => pairs.flatMap(([name, value]) => (name === wanted ? [value] : []));
    const [time, ...otherTimes] = valuesOf('t');
    if (otherTimes.length > 0) return refused('duplicate_signature');
    const seconds = parseEpochSeconds(time ?? '');
    if (seconds === undefined) return refused('malformed_timestamp');
    const signatures = valuesOf('v1');
    return areSignatures(signatures, HEX)
      ? claim(request, `${seconds}.`, signatures, seconds)
      : refused('malformed_signature');
  },
  isUsable: (secret) => isLongEnough(textKey(secret)),
  describe: (_, payload) => ({
    id: matchText(payload['id'], /^evt_[A-Za-z0-9_]{1,120}$/),
    type: matchText(payload['type'], NAME),
  }),
};

const STRIPE_NAME = /^(?:t|v\d{1,2})$/;

/**
 * `X-Slack-Signature: v0=<hex>` over `v0:{X-Slack-Request-Timestamp}:{body}`.
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export const SLACK: Scheme = {
  readClaim(request) {
    const header = readOnlyHeader(request, SIGNATURE_HEADERS.slack);
    if (typeof header !== 'string') return header;
    const time = readOnlyHeader(request, 'x-slack-request-timestamp');
    if (typeof time !== 'string') return time;
    const seconds = parseEpochSeconds(time);
    if (seconds === undefined) return refused('malformed_timestamp');
    const hex = header.startsWith('v0=') ? header.slice('v0='.length) : '';
    return HEX.test(hex) ? claim(request, `v0:${seconds}:`, [hex], seconds) : refused('malformed_signature');
  },
  isUsable: (secret) => isLongEnough(textKey(secret)),
  describe: (_, payload) => {
    const { event } = payload;
    const inner = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined;
    return {
      id: matchText(payload['event_id'], /^[A-Za-z0-9]{1,64}$/),
      type: matchText(inner, NAME) ?? matchText(payload['type'], NAME),
    };
  },
};

/**
 * `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64> v1,<base64>` over `{id}.{timestamp}.{body}`. Svix
 * uses `svix-` instead of `webhook-`. The key is the base64 after `whsec_`, whereas Stripe has the same prefix but uses
 * the whole text.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const STANDARD: Scheme = {
  readClaim(request) {
    const family = familyOf(request);
    const header = readOnlyHeader(request, SIGNATURE_HEADERS[family === 'webhook' ? 'standard' : family]);
    if (typeof header !== 'string') return header;
    const id = readOnlyHeader(request, `${family}-id`);
    if (typeof id !== 'string') return id;
    // An id that contains a full stop is refused, because the same bytes could be read as another id, time and body.
    if (!STANDARD_ID.test(id)) return refused('malformed_id');
    const time = readOnlyHeader(request, `${family}-timestamp`);
    if (typeof time !== 'string') return time;
    const seconds = parseEpochSeconds(time);
    if (seconds === undefined) return refused('malformed_timestamp');
    const entries = header.split(' ').map((entry) => splitOnce(entry, ','));
    const signatures = entries.flatMap(([version, value]) => (version === 'v1' ? [value] : []));
    return areSignatures(signatures, BASE64)
      ? claim(request, `${id}.${seconds}.`, signatures, seconds, STANDARD_FORM)
      : refused('malformed_signature');
  },
  isUsable: (secret) =>
    standardKey(secret).toString('base64') === base64Of(secret) && isLongEnough(standardKey(secret)),
  describe: (request, payload) => ({
    id: request.headers.get(`${familyOf(request)}-id`)?.[0],
    type: matchText(payload['type'], NAME),
  }),
};

const STANDARD_ID = /^[A-Za-z0-9_-]{1,128}$/;

function familyOf({ headers }: RawRequest): 'webhook' | 'svix' {
  return headers.has(SIGNATURE_HEADERS.standard) ? 'webhook' : 'svix';
}

/** Whether a key has at least 16 bytes. A shorter key could be guessed offline from one delivery. */
export function isLongEnough(key: Uint8Array): boolean {
  return key.length >= 16;
}

function textKey(secret: string): Buffer {
  return Buffer.from(secret, 'utf8');
}

function standardKey(secret: string): Buffer {
  return Buffer.from(base64Of(secret), 'base64');
}

function base64Of(secret: string): string {
  return secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
}

function areSignatures(texts: readonly string[], form: RegExp): boolean {
  return texts.length > 0 && texts.length <= SIGNATURES_LIMIT && texts.every((text) => form.test(text));
}

type Form = { readonly toKey: (secret: string) => Uint8Array; readonly encoding: 'hex' | 'base64' };

const TEXT_FORM: Form = { toKey: textKey, encoding: 'hex' };
const STANDARD_FORM: Form = { toKey: standardKey, encoding: 'base64' };

function claim(
  { body }: RawRequest,
  prefix: string,
  signatures: readonly string[],
  signedAtEpochSeconds?: number,
  { toKey, encoding }: Form = TEXT_FORM,
): SignatureClaim {
  return {
    kind: 'claimed',
    signedAtEpochSeconds,
    signed: [prefix, body],
    isSignedBy(secret) {
      const hmac = createHmac('sha256', toKey(secret));
      const expected = hmac.update(prefix, 'utf8').update(body).digest(encoding);
      // Every signature is compared, so that the duration does not reveal which one matched.
      return signatures.filter((signature) => equalInConstantTime(expected, signature)).length > 0;
    },
  };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
