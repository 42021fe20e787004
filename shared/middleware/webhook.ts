/**
 * Signed webhooks in front of a user's own handler: `webhook()` is for middy, `withWebhook()` for a plain handler. The
 * handler runs only for deliveries with a valid signature. If `claims` is set, a delivery that the handler has handled
 * successfully does not reach it again. The wrapper itself responds to refused deliveries, repeated deliveries and the
 * senders' handshakes. Supports REST APIs, HTTP APIs with payload 1.0 and 2.0, and function URLs.
 */
import type { MiddlewareObj } from '@middy/core';
import { parseRawRequest } from '../aws/raw-request.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import type { DeliveryClaim, DeliveryClaims } from '../ports.ts';
import { admitDelivery } from '../webhooks/admit.ts';
import type { AdmitOptions } from '../webhooks/admit.ts';
import type { SchemeName } from '../webhooks/signature-headers.ts';
import type { Delivery } from '../webhooks/verify.ts';

export type WebhookOptions = {
  readonly scheme: SchemeName;
  /** The secrets, as the sender shows them. During a change of secrets, list both the new and the old secret. */
  readonly secrets: readonly string[] | (() => readonly string[] | Promise<readonly string[]>);
  /** Tolerated difference in seconds between the sender's time and ours. Default: 300. */
  readonly toleranceSeconds?: number;
  /** Maximum size of the body. Default: 1,000,000. */
  readonly maxBodyBytes?: number;
  /** Store of known deliveries (`createDynamoDbClaims`). They are stored under the name of the source. */
  readonly claims?: DeliveryClaims;
  /** Name of the source. Default: the name of the scheme. */
  readonly source?: string;
  /** For GitHub, whether to distinguish deliveries with equal bodies by X-GitHub-Delivery, which is not signed. */
  readonly trustDeliveryId?: boolean;
};

export type WebhookHandler<Event> = (event: Event, ...rest: readonly unknown[]) => unknown;

type UnderWay = { readonly delivery: Delivery; readonly claim: DeliveryClaim | undefined };

/**
 * Deliveries by event, for requests that are being handled. `deliveryOf` reads them. They are garbage-collected with
 * the event.
 */
const underWay = new WeakMap<object, UnderWay>();

/**
 * Returns the verified delivery of this event, with its body as bytes. Returns undefined outside of a webhook's
 * handler.
 *
 * @example
 * ```ts
 * import { createHmac } from 'node:crypto';
 * import { deliveryOf, withWebhook } from 'gatewright/webhooks';
 *
 * const handler = withWebhook(async (event) => ({ statusCode: 200, body: deliveryOf(event)?.type }), {
 *   ...{ scheme: 'github', secrets: ['a-secret-of-both-sides'] },
 * });
 * const body = '{"zen":"Keep it logically awesome."}';
 * const signature = `sha256=${createHmac('sha256', 'a-secret-of-both-sides').update(body).digest('hex')}`;
 * const event = {
 *   requestContext: { timeEpoch: Date.now(), http: { method: 'POST', path: '/hooks' } },
 *   headers: { 'x-hub-signature-256': signature, 'x-github-event': 'push' },
 *   body,
 * };
 * await handler(event) // → { statusCode: 200, body: 'push' }
 * deliveryOf(event) // → undefined
 * ```
 */
export function deliveryOf(event: object): Delivery | undefined {
  return underWay.get(event)?.delivery;
}

/**
 * Verifies webhooks in a middy middleware: `.use(webhook({ scheme: 'github', secrets }))`. Put it before any parser of
 * the body.
 *
 * @example
 * ```ts
 * import { createHmac } from 'node:crypto';
 * import middy from '@middy/core';
 * import { webhook } from 'gatewright/webhooks';
 *
 * const handler = middy(async () => ({ statusCode: 200 })).use(webhook({ scheme: 'github', secrets:
 * ['a-secret-of-both-sides'] })); const body = '{"zen":"Keep it logically awesome."}'; const signature =
 * `sha256=${createHmac('sha256', 'a-secret-of-both-sides').update(body).digest('hex')}`; const event = {
 *   requestContext: { timeEpoch: Date.now(), http: { method: 'POST', path: '/hooks' } },
 *   headers: { 'x-hub-signature-256': signature, 'x-github-event': 'push' },
 *   body,
 * };
 * await handler(event as never, {} as never) // → { statusCode: 200 }
 * ```
 */
export function webhook<Event extends object>(options: WebhookOptions): MiddlewareObj<Event, unknown> {
  return {
    before: async ({ event }) => (await admit(event, options)).answered,
    after: ({ event, response }) => settle(event, isSuccess(response)),
    onError: ({ event }) => settle(event, false),
  };
}

/**
 * Verifies webhooks as `webhook()` does, for a handler without middy.
 *
 * @example
 * ```ts
 * import { createHmac } from 'node:crypto';
 * import { withWebhook } from 'gatewright/webhooks';
 *
 * const handler = withWebhook(async () => ({ statusCode: 200 }), { scheme: 'github', secrets:
 * ['a-secret-of-both-sides'] }); const body = '{"zen":"Keep it logically awesome."}'; const signature =
 * `sha256=${createHmac('sha256', 'a-secret-of-both-sides').update(body).digest('hex')}`; const event = {
 *   requestContext: { timeEpoch: Date.now(), http: { method: 'POST', path: '/hooks' } },
 *   headers: { 'x-hub-signature-256': signature, 'x-github-event': 'push' },
 *   body,
 * };
 * await handler(event) // → { statusCode: 200 }
 * ((await handler({ ...event, body: '{}' })) as { statusCode: number }).statusCode // → 401
 * ```
 */
export function withWebhook<Event extends object>(
  handler: WebhookHandler<Event>,
  options: WebhookOptions,
): (event: Event, ...rest: readonly unknown[]) => Promise<unknown> {
  return async (event, ...rest) => {
    const { answered } = await admit(event, options);
    if (answered !== undefined) return answered;
    try {
      const response = await handler(event, ...rest);
      await settle(event, isSuccess(response));
      return response;
    } catch (error) {
      await settle(event, false);
      throw error;
    }
  };
}

async function admit(
  event: object,
  options: WebhookOptions,
): Promise<{ readonly answered: ProxyResult | undefined }> {
  const admission = await admitDelivery(parseRawRequest(event), toAdmitOptions(options));
  if (admission.kind === 'answered') return { answered: admission.reply };
  underWay.set(event, admission);
  return { answered: undefined };
}

function toAdmitOptions(options: WebhookOptions): AdmitOptions {
  const { scheme, secrets, claims, trustDeliveryId } = options;
  const { toleranceSeconds = 300, maxBodyBytes = 1_000_000, source = scheme } = options;
  return {
    scheme,
    source,
    toleranceSeconds,
    maxBodyBytes,
    claims,
    trustDeliveryId,
    secrets: () => (typeof secrets === 'function' ? secrets() : secrets),
  };
}

/**
 * Settles the claim after the handler has ended. If the handler failed, the claim is released, so that the sender's
 * next attempt can succeed. If the write of the claim fails, the response does not change: a delivery that was not
 * marked is handled again if the sender repeats it, and a claim that was not released expires.
 */
async function settle(event: object, hasArrived: boolean): Promise<void> {
  const claim = underWay.get(event)?.claim;
  underWay.delete(event);
  try {
    await (hasArrived ? claim?.keep() : claim?.release());
  } catch {
    return;
  }
}

/**
 * Whether the sender will treat the response as "arrived". HTTP APIs also accept responses without a status code, and
 * send them with 200.
 */
function isSuccess(response: unknown): boolean {
  if (typeof response !== 'object' || response === null || !('statusCode' in response)) return true;
  return typeof response.statusCode === 'number' && response.statusCode >= 200 && response.statusCode < 300;
}
