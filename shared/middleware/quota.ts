/**
 * Quotas in front of a user's own handler: `quota()` is for middy, `withQuota()` for a plain handler. Both charge
 * before the handler runs, respond with 429, 503 or 403 themselves, and add the RateLimit fields to the handler's
 * response.
 */
import type { MiddlewareObj } from '@middy/core';
import { readRequest, receivedAtOf } from '../aws/read-request.ts';
import { remainingTimeOf } from '../aws/remaining-time.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import type { Admission, Quotas } from '../quota/quotas.ts';
import { rejectionReply } from '../quota/rejection-reply.ts';
import type { Subject } from '../quota/plan/subject.ts';

export type QuotaMiddlewareOptions<Event> = {
  readonly quotas: Quotas;
  /**
   * Returns the plan, tenant and key to charge, as the authorizer determined them. Never use a value that the caller
   * can choose.
   */
  readonly subject: (event: Event) => Subject;
  /** Returns the units to charge for this request. Default: the cost that the plan sets for the route. */
  readonly cost?: (event: Event) => number;
  /** Whether to refund the charge if the handler throws or responds with 5xx. */
  readonly refundFailures?: boolean;
  /** Returns the time when the gateway received the request. Default: API Gateway's timestamp in the event. */
  readonly stamp?: (event: Event) => number | undefined;
};

export type QuotaHandler<Event> = (event: Event, ...rest: readonly unknown[]) => unknown;

/**
 * Admissions by event, for requests that are being handled. `admissionOf` reads them. They are garbage-collected with
 * the event.
 */
const admissions = new WeakMap<object, Admission>();

/**
 * Returns the admission that the handler of this event may settle or refund. Returns undefined outside of a handler
 * behind a quota.
 *
 * @example
 * ```ts
 * import { admissionOf } from 'gatewright/quota';
 *
 * // Behind `quota()`, this is the admission of the request. Here there is none.
 * admissionOf({ requestContext: {} }) // → undefined
 * ```
 */
export function admissionOf(event: object): Admission | undefined {
  return admissions.get(event);
}

/**
 * Enforces a customer plan in a middy middleware: `.use(quota({ quotas, subject }))`. A rejection ends the request
 * before later middlewares. If a plan limits concurrency, put `quota()` after middlewares that may respond early. middy
 * does not report that a later middleware has responded, so the permit would stay taken until the invocation's
 * deadline.
 *
 * @example
 * ```ts
 * import middy from '@middy/core';
 * import { createDynamoDbQuotas, quota } from 'gatewright/quota';
 *
 * const starter = {
 *   id: 'starter',
 *   version: 1,
 *   limits: [{ id: 'month', level: 'key', quota: 1000, period: 'MONTH' }],
 * };
 * const quotas = createDynamoDbQuotas({ tableName: 'gatewright-dev-usage', plans: [starter] });
 * export const handler = middy(async () => ({ statusCode: 200, body: 'orders' })).use(
 *   quota({ quotas, subject: () => ({ plan: 'starter', tenant: 'acme', key: 'k-1' }) }),
 * );
 * ```
 */
export function quota<Event extends object>(
  options: QuotaMiddlewareOptions<Event>,
): MiddlewareObj<Event, unknown> {
  return {
    before: async ({ event, context }) => (await admit(event, context, options)).rejected,
    after: async (request) => {
      request.response = finish(request.event, request.response, options);
      await admissions.get(request.event)?.release();
    },
    onError: async ({ event }) => {
      refundRequest(event, options);
      await admissions.get(event)?.release();
    },
  };
}

/**
 * Enforces a customer plan as `quota()` does, for a handler without middy.
 *
 * @example
 * ```ts
 * import { createDynamoDbQuotas, withQuota } from 'gatewright/quota';
 *
 * const starter = {
 *   id: 'starter',
 *   version: 1,
 *   limits: [{ id: 'month', level: 'key', quota: 1000, period: 'MONTH' }],
 * };
 * const quotas = createDynamoDbQuotas({ tableName: 'gatewright-dev-usage', plans: [starter] });
 * export const handler = withQuota(async () => ({ statusCode: 200, body: 'orders' }), {
 *   ...{ quotas, subject: () => ({ plan: 'starter', tenant: 'acme', key: 'k-1' }) },
 * });
 * ```
 */
export function withQuota<Event extends object>(
  handler: QuotaHandler<Event>,
  options: QuotaMiddlewareOptions<Event>,
): (event: Event, ...rest: readonly unknown[]) => Promise<unknown> {
  return async (event, ...rest) => {
    const { rejected } = await admit(event, rest[0], options);
    if (rejected !== undefined) return rejected;
    try {
      return finish(event, await handler(event, ...rest), options);
    } catch (error) {
      refundRequest(event, options);
      throw error;
    } finally {
      await admissions.get(event)?.release();
    }
  };
}

async function admit<Event extends object>(
  event: Event,
  context: unknown,
  { quotas, subject, cost, stamp = stampOf }: QuotaMiddlewareOptions<Event>,
): Promise<{ readonly rejected: ProxyResult | undefined }> {
  const atEpochMs = stamp(event);
  const remainingMs = remainingTimeOf(context)();
  const decision = await quotas.consume({
    ...subject(event),
    ...(cost !== undefined && { cost: cost(event) }),
    ...(atEpochMs !== undefined && { atEpochMs }),
    run: { ...(remainingMs !== Infinity && { remainingMs }) },
  });
  if (!decision.allowed) return { rejected: rejectionReply(decision) };
  admissions.set(event, decision);
  return { rejected: undefined };
}

function stampOf(event: unknown): number | undefined {
  return receivedAtOf(readRequest(event));
}

function finish<Event extends object>(
  event: Event,
  response: unknown,
  options: QuotaMiddlewareOptions<Event>,
): unknown {
  const admission = admissions.get(event);
  if (admission === undefined || !isProxyResult(response)) return response;
  if (response.statusCode >= 500) refundRequest(event, options);
  return { ...response, headers: { ...response.headers, ...rateLimitHeaders(admission.limits) } };
}

function refundRequest<Event extends object>(
  event: Event,
  { refundFailures }: QuotaMiddlewareOptions<Event>,
): void {
  if (refundFailures === true) admissions.get(event)?.refund();
}

/**
 * Whether headers can be added to the response. HTTP APIs also accept responses without a status code, but these cannot
 * have headers.
 */
function isProxyResult(response: unknown): response is ProxyResult {
  return (
    typeof response === 'object' &&
    response !== null &&
    'statusCode' in response &&
    typeof response.statusCode === 'number'
  );
}
