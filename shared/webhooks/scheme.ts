import type { EventFields } from '../aws/event-fields.ts';
import type { RawRequest } from '../aws/raw-request.ts';

/** The reason for a refusal, for metrics. It is never shown to the sender. */
export type RefusalReason =
  | 'missing_signature'
  | 'duplicate_signature'
  | 'malformed_signature'
  | 'invalid_signature'
  | 'malformed_timestamp'
  | 'timestamp_outside_tolerance'
  /** The delivery's id has an unusable form. Checked only if the id is signed or identifies deliveries. */
  | 'malformed_id'
  /** A required part is not signed (RFC 9421 only). */
  | 'insufficient_coverage'
  /** The body does not match the signed digest (RFC 9421 only). */
  | 'invalid_digest';

export type Refused = { readonly kind: 'refused'; readonly reason: RefusalReason };

/** The parts that, according to the headers, are signed. Nothing is verified yet. */
export type SignatureClaim = {
  readonly kind: 'claimed';
  readonly signedAtEpochSeconds: number | undefined;
  readonly expiresAtEpochSeconds?: number | undefined;
  /**
   * Whether the claimed signature was made with this secret.
   * @param secret a secret that `isUsable` accepts
   */
  readonly isSignedBy: (secret: string) => boolean;
  readonly signed: readonly (string | Uint8Array)[];
};

type Description = {
  /** The sender's id of the event, only if it is signed. The id is the same in every attempt of the sender. */
  readonly id: string | undefined;
  readonly type: string | undefined;
  /** The sender's id, if it is not signed. An attacker who repeats a delivery can change it. */
  readonly unsignedId?: string | undefined;
};

export type Scheme = {
  readonly readClaim: (request: RawRequest) => SignatureClaim | Refused;
  /** Whether a secret, in the form in which the sender shows it, has the form of this scheme and is long enough. */
  readonly isUsable: (secret: string) => boolean;
  /**
   * Returns the id and the type of the delivery.
   * @param payload the JSON object of the body, if the body is one
   */
  readonly describe: (request: RawRequest, payload: EventFields) => Description;
};

export function refused(reason: RefusalReason): Refused {
  return { kind: 'refused', reason };
}

/**
 * Returns the only value of a signature header. Two headers are refused, because another reader of the request could
 * use the other one. Two values that are joined by a comma, as in payload 2.0, do not match the grammar of any scheme.
 */
export function readOnlyHeader(request: RawRequest, name: string): string | Refused {
  const [value, ...others] = request.headers.get(name) ?? [];
  if (value === undefined || value === '') return refused('missing_signature');
  return others.length > 0 ? refused('duplicate_signature') : value;
}

/**
 * Parses the seconds of a timestamp; undefined for an invalid text. Only digits are accepted. `1e9`, ` 1`, `0x1` and
 * `1.5` are also numbers in JavaScript, but differ from the signed bytes.
 */
export function parseEpochSeconds(text: string): number | undefined {
  const seconds = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

export function matchText(value: unknown, form: RegExp): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined;
}
