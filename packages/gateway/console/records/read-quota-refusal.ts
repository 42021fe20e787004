/** Reads the reply in which the quota of a handler (`gatewright/quota`) refuses a request. */
import { PERIOD_IS_CLOSED } from '@gatewright/aws/access-decision';
import { asText, memberOf, parseJson, parseJsonObject } from '@gatewright/aws/json-object';
import { HeaderList } from '../../core/events/header-list.ts';
import type { IntegrationCircumstances, QuotaRefusal } from '../explain/circumstances.ts';
import { readLeftOfReply } from './read-left.ts';
import type { RecordedEvent, RecordedRequest } from './recorded-request.ts';

/** Texts of `rejectionReply` in the toolkit. */
const SUSPENDED = 'access is suspended by the owner of the API';
const UNAVAILABLE = '#temporary-reduced-capacity"';

/** The reply does not distinguish a quota from a rate: only quotas have such long periods. */
const SHORTEST_QUOTA_SECONDS = 3_600;

/** Reads the refusal by a quota from the reply. Only a function can have charged a quota. */
export function readQuotaOfReply(
  recorded: RecordedRequest,
  isFunction: boolean,
): Pick<IntegrationCircumstances, 'quotaRefusal' | 'left'> {
  return {
    quotaRefusal: readQuotaRefusal(recorded),
    ...(isFunction && recorded.status < 400 && { left: readLeftOfReply(recorded) }),
  };
}

/**
 * Reads the refusal of a message of a WebSocket API from what its function returned. The client gets only its
 * body (docs/aws §11.3).
 */
export function readQuotaOfMessage({ kind, outcome }: RecordedEvent): QuotaRefusal | undefined {
  if (kind !== 'MESSAGE' || outcome?.kind !== 'returned') return undefined;
  const { statusCode, headers, body } = parseJsonObject(outcome.payload) ?? {};
  if (typeof statusCode !== 'number' || typeof body !== 'string') return undefined;
  const replyHeaders =
    typeof headers === 'object' && headers !== null ? Object.entries(headers).flat().map(String) : [];
  return readQuotaRefusal({ status: statusCode, replyHeaders, replyBody: Buffer.from(body) });
}

/** Returns undefined if the reply is not such a refusal. */
export function readQuotaRefusal({
  status,
  replyHeaders,
  replyBody,
}: Pick<RecordedRequest, 'status' | 'replyHeaders' | 'replyBody'>): QuotaRefusal | undefined {
  if (status !== 429 && status !== 403 && status !== 503) return undefined;
  const body = replyBody.toString();
  if (status === 403) return body.includes(SUSPENDED) ? { outcome: 'suspended' } : undefined;
  if (status === 503) return body.includes(UNAVAILABLE) ? { outcome: 'unavailable' } : undefined;
  if (!body.includes('"violated-policies"')) return undefined;
  const violated = memberOf(parseJson(body), 'violated-policies');
  const limit = Array.isArray(violated) ? asText(violated[0]) : undefined;
  if (limit === undefined) return undefined;
  const headers = new HeaderList(replyHeaders);
  const wait = Number(headers.last('retry-after') ?? Number.NaN);
  return {
    outcome: body.includes(PERIOD_IS_CLOSED)
      ? 'period-closed'
      : outcomeOf(limit, headers.last('ratelimit-policy') ?? ''),
    limit,
    ...(Number.isFinite(wait) && { retryAfterSeconds: wait }),
  };
}

/** @param policies such as `"monthly";q=5;w=2592000, "calls";q=2;qu="concurrent-requests"` */
function outcomeOf(limit: string, policies: string): QuotaRefusal['outcome'] {
  const policy = policies.split(/, (?=")/).find((each) => each.startsWith(`"${limit}"`)) ?? '';
  if (policy.includes(';qu="concurrent-requests"')) return 'over-concurrency';
  const seconds = /;w=(\d+)/.exec(policy)?.[1];
  return seconds === undefined || Number(seconds) >= SHORTEST_QUOTA_SECONDS ? 'over-quota' : 'over-limit';
}
