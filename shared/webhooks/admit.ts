/** Turns a webhook request into either a delivery that is genuine and new, or a response to the sender. */
import type { ProxyResult } from '../aws/proxy-result.ts';
import type { RawRequest } from '../aws/raw-request.ts';
import { problem, problemReply } from '../http/problem.ts';
import { jsonReply } from '../http/reply.ts';
import type { DeliveryClaim, DeliveryClaims } from '../ports.ts';
import type { RefusalReason } from './scheme.ts';
import { verifyDelivery } from './verify.ts';
import type { Delivery, VerifyOptions } from './verify.ts';

export type AdmitOptions = VerifyOptions & {
  /** The source, or the endpoint of a customer. Only deliveries to the same source or endpoint can be duplicates. */
  readonly source: string;
  /** Maximum size of a body. A larger body is refused before anything is computed. */
  readonly maxBodyBytes: number;
  /** Store of known deliveries. Without it, a delivery that is repeated within the tolerance is admitted again. */
  readonly claims?: DeliveryClaims | undefined;
  /**
   * Returns the state of the customer to whose endpoint the delivery was sent. Called only for a delivery with a valid
   * signature.
   */
  readonly standing?: (() => Promise<Standing>) | undefined;
};

/**
 * The state of a customer. A customer without a record counts as closed. Only deliveries of active customers are
 * admitted.
 */
export type Standing = 'active' | 'suspended' | 'closed';

/** The outcome, for metrics. `Handshake` means that the sender only tests the endpoint. */
export type EarlyOutcome = 'Unauthorized' | 'Suspended' | 'TooLarge' | 'Handshake' | 'Duplicate' | 'Busy';

type Admission =
  | { readonly kind: 'admitted'; readonly delivery: Delivery; readonly claim: DeliveryClaim | undefined }
  | {
      readonly kind: 'answered';
      readonly outcome: EarlyOutcome;
      readonly reason?: string;
      readonly reply: ProxyResult;
    };

/** The response to an accepted delivery. It has no body, because Slack would print a body as the reply to a command. */
export const ACCEPTED: ProxyResult = { statusCode: 200 };
const BUSY_RETRY_SECONDS = 5;

/**
 * Verifies a request and claims its delivery.
 * @throws DomainError CONFIG_INVALID, SECRET_UNAVAILABLE, STORE_UNAVAILABLE. The sender then gets status 500, after
 * which most senders retry (GitHub does not).
 */
export async function admitDelivery(request: RawRequest, options: AdmitOptions): Promise<Admission> {
  if (request.body.length > options.maxBodyBytes)
    return answered('TooLarge', problemReply(problem(413, 'Content Too Large')));
  const verification = await verifyDelivery(request, options);
  // The response is the same for all reasons. Attack: a response that names the wrong part would reveal which parts are
  // right.
  if (verification.kind === 'refused') return unauthorized(verification.reason);
  const standing = await options.standing?.();
  if (standing === 'closed') return unauthorized('customer_closed');
  // A sender whose signature is valid may be told the reason.
  if (standing === 'suspended') return answered('Suspended', problemReply(problem(403, 'Forbidden')));
  const { delivery } = verification;
  const handshake = answerHandshake(delivery);
  if (handshake !== undefined) return answered('Handshake', handshake);
  if (options.claims === undefined) return { kind: 'admitted', delivery, claim: undefined };
  const { source } = options;
  const { key, receivedAtEpochMs: atEpochMs } = delivery;
  const taken = await options.claims.take({ source, key, atEpochMs });
  if (taken.kind === 'taken') return { kind: 'admitted', delivery, claim: taken.claim };
  return taken.kind === 'delivered' ? answered('Duplicate', ACCEPTED) : answered('Busy', busyReply());
}

function unauthorized(reason: RefusalReason | 'customer_closed'): Admission {
  return answered('Unauthorized', problemReply(problem(401, 'Unauthorized')), reason);
}

/**
 * Responds to a sender's test of the endpoint. Slack expects its challenge in the response before it sends anything
 * else. GitHub sends a ping when a hook is created.
 */
function answerHandshake({ scheme, payload }: Delivery): ProxyResult | undefined {
  const { type, challenge } = payload;
  if (scheme === 'slack' && type === 'url_verification' && typeof challenge === 'string')
    return jsonReply(200, { challenge });
  // A ping is recognized by its body. The header that says "ping" is not signed, so an attacker could use it to make
  // any delivery vanish.
  const isPing = typeof payload['zen'] === 'string' && typeof payload['hook_id'] === 'number';
  return scheme === 'github' && isPing ? ACCEPTED : undefined;
}

/**
 * Responds while the same delivery is in progress. The response must not be 200, because the delivery may still fail.
 */
function busyReply(): ProxyResult {
  const reply = problemReply(problem(503, 'Service Unavailable'));
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(BUSY_RETRY_SECONDS) } };
}

function answered(outcome: EarlyOutcome, reply: ProxyResult, reason?: string): Admission {
  return { kind: 'answered', outcome, reply, ...(reason !== undefined && { reason }) };
}
