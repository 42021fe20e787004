/** From a request to a delivery that is genuine, new and ours to pass on; or to the answer that the sender gets at once. */
import type { ProxyResult } from '../aws/proxy-result.ts';
import type { RawRequest } from '../aws/raw-request.ts';
import { problem, problemReply } from '../http/problem.ts';
import { jsonReply } from '../http/reply.ts';
import type { DeliveryClaim, DeliveryClaims } from '../ports.ts';
import { verifyDelivery } from './verify.ts';
import type { Delivery, VerifyOptions } from './verify.ts';

export type AdmitOptions = VerifyOptions & {
  /** Name of the sender's hook; deliveries of two sources never stand for each other. */
  readonly source: string;
  /** Larger bodies are refused before anything is computed of them. */
  readonly maxBodyBytes: number;
  /** Without, a delivery that comes again within the tolerance is admitted again. */
  readonly claims?: DeliveryClaims | undefined;
};

/** For metrics. `Handshake`: the sender only tries whether we are there. */
export type Answered = 'Unauthorized' | 'TooLarge' | 'Handshake' | 'Duplicate' | 'Busy';

type Admission =
  | { readonly kind: 'admitted'; readonly delivery: Delivery; readonly claim: DeliveryClaim | undefined }
  | {
      readonly kind: 'answered';
      readonly outcome: Answered;
      readonly reason?: string;
      readonly reply: ProxyResult;
    };

/** Nothing of it is shown to anybody: Slack would print a body as an answer to a command. */
export const ACCEPTED: ProxyResult = { statusCode: 200 };
const BUSY_RETRY_SECONDS = 5;

/** @throws DomainError CONFIG_INVALID, SECRET_UNAVAILABLE, STORE_UNAVAILABLE: 500, which senders take as "try again" */
export async function admitDelivery(request: RawRequest, options: AdmitOptions): Promise<Admission> {
  if (request.body.length > options.maxBodyBytes)
    return answered('TooLarge', problemReply(problem(413, 'Content Too Large')));
  const verification = await verifyDelivery(request, options);
  // One answer for all reasons: which part was wrong would tell an attacker which part was right.
  if (verification.kind === 'refused')
    return answered('Unauthorized', problemReply(problem(401, 'Unauthorized')), verification.reason);
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

/** Slack wants its challenge back before it sends anything; GitHub sends a ping when a hook is made. */
function answerHandshake({ scheme, payload }: Delivery): ProxyResult | undefined {
  const { type, challenge } = payload;
  if (scheme === 'slack' && type === 'url_verification' && typeof challenge === 'string')
    return jsonReply(200, { challenge });
  // Known by its body: the header that says "ping" is not signed, and could make any delivery vanish.
  const isPing = typeof payload['zen'] === 'string' && typeof payload['hook_id'] === 'number';
  return scheme === 'github' && isPing ? ACCEPTED : undefined;
}

/** Its twin is being delivered: whether that succeeds is not known yet, and only success may be answered with 200. */
function busyReply(): ProxyResult {
  const reply = problemReply(problem(503, 'Service Unavailable'));
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(BUSY_RETRY_SECONDS) } };
}

function answered(outcome: Answered, reply: ProxyResult, reason?: string): Admission {
  return { kind: 'answered', outcome, reply, ...(reason !== undefined && { reason }) };
}
