import { parseJsonObject } from '@gatewright/aws/json-object';
import { hasDuplicateMember } from '../../http/json-members.ts';
import { isStoredName } from '../../table/stored-name.ts';
import type { Subject } from '../plan/subject.ts';

/**
 * Names of fields in a line of the access log. The value of a field may also be a constant in the log format, such as
 * `"plan":"gold"`.
 */
export type LineFields = {
  /** Name of the field with `$context.extendedRequestId`. */
  readonly requestId: string;
  /**
   * Name of the field with `$context.requestTimeEpoch`. If the line lacks this field, the time of the log event is
   * used.
   */
  readonly time: string;
  readonly status: string;
  /** Name of the field with `$context.integrationStatus`, which shows whether the request reached the backend. */
  readonly integration: string;
  readonly plan: string;
  readonly tenant: string;
  readonly key: string;
  /** Name of the field with `$context.routeKey`, or with `$context.httpMethod $context.resourcePath`. */
  readonly route: string;
};

/**
 * The requests that are counted. `reached`: requests that API Gateway passed on to the backend, even if the backend
 * responded with 4xx or 5xx. API Gateway's own usage plans count the same requests. `succeeded`: passed-on requests
 * with a status below 400. `all`: all requests, even those that API Gateway refused. If a line lacks the field
 * `integration`, every status other than 401, 403 and 429 means that the request was passed on.
 */
type CountRule = 'reached' | 'succeeded' | 'all';

export type LineRules = { readonly fields: LineFields; readonly counts: CountRule };

export type TrackedRequest = {
  readonly requestId: string;
  readonly subject: Subject;
  readonly atEpochMs: number;
};

type LineReading =
  | { readonly kind: 'counted'; readonly request: TrackedRequest }
  /** `usageCounts` excludes the request, or nobody can be charged for it, for example because it has no caller. */
  | { readonly kind: 'uncounted' }
  | { readonly kind: 'malformed' };

export const DEFAULT_FIELDS: LineFields = {
  requestId: 'requestId',
  time: 'requestTimeEpoch',
  status: 'status',
  integration: 'integrationStatus',
  plan: 'plan',
  tenant: 'tenant',
  key: 'key',
  route: 'route',
};

/**
 * The form of a REST API's `$context.requestId`. Lines with such an id are refused, because a caller can choose it with
 * the header x-amzn-RequestId, and all requests with the same id would be charged as one.
 */
const CHOSEN_BY_CALLER =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|UUID_REPLACED_INVALID_REQUEST_ID)$/i;
const NAMES = ['requestId', 'plan', 'tenant', 'key', 'route'] as const;
const REFUSED_BY_GATEWAY = new Set([401, 403, 429]);
/**
 * Maximum time of a request. Later years would change the form of period names, and no real request has such a time.
 */
const END_OF_TIME_MS = Date.UTC(10_000, 0);

/** Reads a line of an access log. `receivedAtEpochMs` is the line's time in CloudWatch Logs. */
export function readAccessLine(
  message: string,
  receivedAtEpochMs: number,
  { fields, counts }: LineRules,
): LineReading {
  const line = parseJsonObject(message);
  // A duplicate key is refused. API Gateway does not escape values, so with a careless log format a path that contains
  // quotes could add a second field of the same name.
  if (line === undefined || hasDuplicateMember(message, new Set(Object.values(fields))))
    return { kind: 'malformed' };
  const read = (name: keyof LineFields): string | undefined => valueOf(line[fields[name]]);
  const requestId = read('requestId');
  const printed = read('status') ?? '';
  const status = Number(printed);
  if (requestId === undefined || CHOSEN_BY_CALLER.test(requestId) || !/^[1-5]\d\d$/.test(printed))
    return { kind: 'malformed' };
  // Names that are numbers are refused. Without quotes, 007, 1e1 and numbers with too many digits would name a
  // different key.
  if (NAMES.some((name) => typeof line[fields[name]] === 'number')) return { kind: 'malformed' };
  const [plan, tenant, key] = [read('plan'), read('tenant'), read('key')];
  if (plan === undefined || tenant === undefined || key === undefined) return { kind: 'uncounted' };
  const hasReached =
    fields.integration in line ? read('integration') !== undefined : !REFUSED_BY_GATEWAY.has(status);
  if (counts !== 'all' && !(hasReached && (counts === 'reached' || status < 400)))
    return { kind: 'uncounted' };
  const route = read('route') ?? '$default';
  if (![requestId, plan, tenant, key, route].every(isStoredName)) return { kind: 'malformed' };
  const atEpochMs = Number(read('time') ?? receivedAtEpochMs);
  if (!Number.isSafeInteger(atEpochMs) || atEpochMs <= 0 || atEpochMs >= END_OF_TIME_MS)
    return { kind: 'malformed' };
  const subject = { plan, tenant, key, route };
  return { kind: 'counted', request: { requestId, subject, atEpochMs } };
}

/** Returns a field's value as text. Returns undefined for `-`, which API Gateway prints for an absent value. */
function valueOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined;
}
