/** Verifies that a delivery is signed with the secret and is recent. */
import { createHash } from 'node:crypto';
import type { EventFields } from '../aws/event-fields.ts';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { RawRequest } from '../aws/raw-request.ts';
import { DomainError } from '../errors.ts';
import { refused } from './scheme.ts';
import type { Refused, Scheme } from './scheme.ts';
import { SCHEMES } from './schemes.ts';
import type { SchemeName } from './signature-headers.ts';

export type Delivery = {
  readonly scheme: SchemeName;
  /**
   * Identifies the delivery: `id#` and the sender's id if it is signed or trusted (`trustDeliveryId`), otherwise
   * `signed#` and a hash of the signed parts.
   */
  readonly key: string;
  /**
   * The type of the event, such as `push` or `invoice.paid`. For GitHub the type is not verified, because only the body
   * is signed.
   */
  readonly type: string | undefined;
  readonly body: Uint8Array;
  /** The body, if it is a JSON object. Large numbers may have lost digits, which `body` still has. */
  readonly payload: EventFields;
  readonly receivedAtEpochMs: number;
};

export type Verification = { readonly kind: 'verified'; readonly delivery: Delivery } | Refused;

export type VerifyOptions = {
  readonly scheme: SchemeName;
  /** Returns the secrets. Called only if the request has a signature. */
  readonly secrets: (nowEpochMs: number) => readonly string[] | Promise<readonly string[]>;
  /** Tolerated difference between the sender's time and ours, in either direction. */
  readonly toleranceSeconds: number;
  /**
   * For GitHub, distinguishes deliveries by X-GitHub-Delivery, which is not signed, instead of by their bodies. Events
   * such as `workflow_dispatch` may come twice with equal bytes. However, anyone who has seen a delivery can then
   * repeat it.
   */
  readonly trustDeliveryId?: boolean | undefined;
};

/**
 * Maximum number of secrets of a webhook. More are refused, because each costs a hash of the body. While a secret is
 * being replaced, there are two.
 */
const SECRETS_LIMIT = 4;

/**
 * Verifies the signature and the time of a delivery.
 * @throws DomainError CONFIG_INVALID for unusable secrets, which are not the sender's fault.
 */
export async function verifyDelivery(request: RawRequest, options: VerifyOptions): Promise<Verification> {
  const scheme = SCHEMES[options.scheme];
  const claim = scheme.readClaim(request);
  if (claim.kind === 'refused') return claim;
  const nowEpochSeconds = Math.floor(request.receivedAtEpochMs / 1000);
  const { signedAtEpochSeconds: signedAt = nowEpochSeconds, expiresAtEpochSeconds: expiresAt = Infinity } =
    claim;
  // Times in the future are also refused, because a future time would keep the delivery valid for longer than the
  // tolerance.
  if (Math.abs(nowEpochSeconds - signedAt) > options.toleranceSeconds || expiresAt < nowEpochSeconds)
    return refused('timestamp_outside_tolerance');
  const secrets = await options.secrets(request.receivedAtEpochMs);
  checkSecrets(scheme, secrets);
  if (secrets.filter((secret) => claim.isSignedBy(secret)).length === 0) return refused('invalid_signature');
  const payload = parsePayload(request.body);
  const { id, unsignedId, type } = scheme.describe(request, payload);
  const { body, receivedAtEpochMs } = request;
  if (options.trustDeliveryId === true && unsignedId === undefined) return refused('malformed_id');
  const ownId = options.trustDeliveryId === true ? unsignedId : id;
  const key = ownId === undefined ? `signed#${digestOf(claim.signed)}` : `id#${ownId}`;
  return {
    kind: 'verified',
    delivery: { scheme: options.scheme, key, type, body, payload, receivedAtEpochMs },
  };
}

function checkSecrets({ isUsable }: Scheme, secrets: readonly string[]): void {
  if (secrets.length < 1 || secrets.length > SECRETS_LIMIT)
    throw new DomainError(
      'CONFIG_INVALID',
      `a webhook must have 1 to ${SECRETS_LIMIT} secrets; it has ${secrets.length}`,
    );
  if (!secrets.every(isUsable))
    throw new DomainError(
      'CONFIG_INVALID',
      'a webhook secret does not have the form of its scheme, or is shorter than 16 bytes: copy the whole secret from the sender',
    );
}

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function parsePayload(body: Uint8Array): EventFields {
  return parseJsonObject(Buffer.from(body).toString('utf8')) ?? {};
}
