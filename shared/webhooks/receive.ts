/** Handles a request of `webhook-receiver`: finds the source, admits the delivery and passes it on. */
import type { ProxyResult } from '../aws/proxy-result.ts';
import { parseRawRequest } from '../aws/raw-request.ts';
import type { WebhookReceiverConfig } from '../config/webhooks-config.ts';
import { problem, problemReply } from '../http/problem.ts';
import type { AwsCaller, DeliveryClaim, DeliveryClaims } from '../ports.ts';
import { ACCEPTED, admitDelivery } from './admit.ts';
import type { EarlyOutcome, Standing } from './admit.ts';
import type { CompiledWebhooks } from './compiled-webhooks.ts';
import { createSecretReader, SecretCache } from './secrets.ts';
import { MESSAGE_LIMIT_BYTES, printMessage, sendMessage } from './target.ts';
import type { Sender } from './target.ts';

/** The endpoint of a customer, to which one request was sent. */
export interface ReadEndpoint {
  /**
   * Returns the secrets with which the delivery may be signed.
   * @throws DomainError STORE_UNAVAILABLE, CONFIG_INVALID
   */
  secrets(masters: readonly string[], nowEpochMs: number): Promise<readonly string[]>;
  /** Returns the state of the customer. Call it after the signature was verified. */
  standing(): Promise<Standing>;
  /** Returns what the message says about the sender. Call it after the signature was verified. */
  sender(): Sender;
}

type ReceiverParts = {
  readonly webhooks: CompiledWebhooks;
  readonly config: WebhookReceiverConfig;
  readonly claims: DeliveryClaims;
  readonly caller: AwsCaller;
  /** Finds the endpoint of a customer. It is called for sources whose customers have secrets of their own. */
  readonly endpoint: (source: string, endpointId: string) => Promise<ReadEndpoint>;
};

/** The response to the sender, and what the metrics count. */
export type Receipt = {
  readonly outcome: EarlyOutcome | 'Delivered' | 'UnknownSource';
  readonly reason?: string;
  readonly reply: ProxyResult;
};

export interface WebhookReceiver {
  /**
   * Handles a request to `webhook-receiver`.
   * @throws DomainError for failures that the sender has not caused; the sender then gets a 500, and may try again
   */
  receive(event: unknown): Promise<Receipt>;
}

export function createWebhookReceiver(parts: ReceiverParts): WebhookReceiver {
  const { webhooks, config, claims, caller, endpoint: findEndpoint } = parts;
  const secrets = new SecretCache(createSecretReader(caller, config.localSecret));
  return {
    async receive(event) {
      const request = parseRawRequest(event);
      const { source: name, endpoint: id } = request.pathParameters;
      const endpointId = typeof id === 'string' ? id : undefined;
      const source = webhooks.sources.find(
        (one) =>
          one.name === name &&
          one.stage === config.stage &&
          (one.secretsOf === undefined) === (endpointId === undefined),
      );
      if (source === undefined)
        return { outcome: 'UnknownSource', reply: problemReply(problem(404, 'Not Found')) };
      const { scheme, toleranceSeconds, trustDeliveryId } = source;
      const endpoint = endpointId === undefined ? undefined : await findEndpoint(source.name, endpointId);
      // Attack: a customer sends deliveries with the ids that another customer's deliveries will have, so that the
      // deliveries of the other customer are refused as repetitions.
      const origin = endpointId === undefined ? source.name : `${source.name}/${endpointId}`;
      const admission = await admitDelivery(request, {
        scheme,
        toleranceSeconds,
        trustDeliveryId,
        claims,
        source: origin,
        maxBodyBytes: MESSAGE_LIMIT_BYTES,
        secrets: async (nowEpochMs) => {
          const lines = await secrets.get(source.secret, nowEpochMs);
          return endpoint === undefined ? lines : endpoint.secrets(lines, nowEpochMs);
        },
        standing: endpoint && (() => endpoint.standing()),
      });
      if (admission.kind === 'answered') return admission;
      const { delivery, claim } = admission;
      const message = printMessage(source.name, delivery, endpoint?.sender());
      if (Buffer.byteLength(message) > MESSAGE_LIMIT_BYTES) {
        await releaseClaim(claim);
        return { outcome: 'TooLarge', reply: problemReply(problem(413, 'Content Too Large')) };
      }
      try {
        await sendMessage(message, delivery, source.target, { caller, home: config, source: origin });
      } catch (error) {
        await releaseClaim(claim);
        throw error;
      }
      return keep(claim);
    },
  };
}

/**
 * Releases a claim. Errors are ignored, because the earlier failure is the one to report, and the claim expires anyway.
 */
async function releaseClaim(claim: DeliveryClaim | undefined): Promise<void> {
  await claim?.release().catch(() => undefined);
}

/**
 * Marks the delivery and reports success even if marking fails. The event has arrived: a failure response would surely
 * make the sender repeat it, but a missing mark matters only if the sender repeats it anyway.
 */
async function keep(claim: DeliveryClaim | undefined): Promise<Receipt> {
  const arrived: Receipt = { outcome: 'Delivered', reply: ACCEPTED };
  try {
    await claim?.keep();
    return arrived;
  } catch {
    return { ...arrived, reason: 'claim_not_kept' };
  }
}
