/** What a way of signing webhooks is, whoever invented it. */
import type { EventFields } from '../aws/event-fields.ts';
import type { RawRequest } from '../aws/raw-request.ts';

/** For metrics; the sender is never told which. */
export type RefusalReason =
  | 'missing_signature'
  | 'duplicate_signature'
  | 'malformed_signature'
  | 'invalid_signature'
  | 'malformed_timestamp'
  | 'timestamp_outside_tolerance'
  /** An id of the delivery that is part of what is signed, or told apart by, and has no usable form. */
  | 'malformed_id'
  /** RFC 9421 only: the signature does not cover what it must. */
  | 'insufficient_coverage'
  /** RFC 9421 only: the body is not the one whose digest is signed. */
  | 'invalid_digest';

export type Refused = { readonly kind: 'refused'; readonly reason: RefusalReason };

/** What the headers say was signed; nothing of it is true yet. */
export type SignatureClaim = {
  readonly kind: 'claimed';
  readonly signedAtEpochSeconds: number | undefined;
  readonly expiresAtEpochSeconds?: number | undefined;
  /** @param secret one that the scheme can use */
  readonly isSignedBy: (secret: string) => boolean;
  /** What was signed: a delivery that comes again unchanged has the same parts. */
  readonly signed: readonly (string | Uint8Array)[];
};

/** What a verified delivery says of itself. */
type Description = {
  /** The sender's id of the event, only if it is signed: the same in every attempt of the sender's. */
  readonly id: string | undefined;
  readonly type: string | undefined;
  /** The sender's id where nothing signs it: whoever repeats a delivery can change it. */
  readonly unsignedId?: string | undefined;
};

export type Scheme = {
  readonly readClaim: (request: RawRequest) => SignatureClaim | Refused;
  /** Whether a secret, as the sender shows it, has the form of this scheme and is long enough. */
  readonly isUsable: (secret: string) => boolean;
  /** @param payload the JSON object of the body, if it is one */
  readonly describe: (request: RawRequest, payload: EventFields) => Description;
};

export function refused(reason: RefusalReason): Refused {
  return { kind: 'refused', reason };
}

/**
 * The one value of a header that signs. A second header could be the one that another reader of the request
 * believes; joined by a comma, as payload 2.0 hands it on, it fails the grammar of each scheme.
 */
export function readOnlyHeader(request: RawRequest, name: string): string | Refused {
  const [value, ...others] = request.headers.get(name) ?? [];
  if (value === undefined || value === '') return refused('missing_signature');
  return others.length > 0 ? refused('duplicate_signature') : value;
}

/** Digits only: `1e9`, ` 1`, `0x1` and `1.5` are numbers to JavaScript, and other bytes to whoever signs. */
export function parseEpochSeconds(text: string): number | undefined {
  const seconds = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

export function matchText(value: unknown, form: RegExp): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined;
}
