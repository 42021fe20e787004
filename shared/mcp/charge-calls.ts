/**
 * Charges what an MCP server is about to run: each call to a tool, prompt, resource or unknown method, under a route of
 * the customer's plan such as `tools/call get_order`. Lists, completions, `subscriptions/listen` and the protocol's own
 * messages are free.
 */
import { PERIOD_IS_CLOSED } from '@gatewright/aws/access-decision';
import { asText, memberOf } from '@gatewright/aws/json-object';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { isClosed, rateLimitHeaders } from '../http/rate-limit-headers.ts';
import { DomainError } from '../errors.ts';
import type { Admission, ConsumeRequest, Decision, Quotas, Rejection } from '../quota/quotas.ts';
import { rejectionReply } from '../quota/rejection-reply.ts';
import type { McpCharge, McpGrants, McpPatterns } from './grants.ts';
import type { Passed } from './guard.ts';
import { methodRule } from './methods.ts';

type ChargedCalls =
  | { readonly kind: 'admitted'; readonly admissions: readonly CallAdmission[] }
  | { readonly kind: 'refused'; readonly reply: ProxyResult };

export type CallAdmission = {
  /** Id of the request; undefined for a notification. */
  readonly id: string | number | undefined;
  readonly admission: Admission;
};

type Arrival = Pick<ConsumeRequest, 'atEpochMs' | 'run'>;

/**
 * Charges all calls of a request, or none.
 * @throws DomainError the errors of `Quotas.consume`, except SUBJECT_INVALID, for which the request is refused
 */
export async function chargeCalls(
  quotas: Quotas,
  { plan, tenant, key }: McpCharge,
  { allow }: Pick<McpGrants, 'allow'>,
  { calls, isBatch }: Passed,
  arrival: Arrival,
): Promise<ChargedCalls> {
  const admissions: CallAdmission[] = [];
  for (const { id, method, params } of calls) {
    const charged = routeOf(method, params, allow);
    if (charged === undefined) continue;
    const decision =
      tenant === undefined || key === undefined
        ? undefined
        : await consumeOrUndo(quotas, { plan, tenant, key, ...charged, ...arrival }, admissions);
    if (decision?.allowed === true) admissions.push({ id, admission: decision });
    else {
      await undo(admissions);
      return {
        kind: 'refused',
        reply: refusal(
          decision,
          calls.map((call) => call.id),
          isBatch,
        ),
      };
    }
  }
  return { kind: 'admitted', admissions };
}

/**
 * Returns the name of the call in plans and usage; undefined for a message that is free. A caller can invent names that
 * match a pattern with `*`. Such names are counted together unless the plan has a cost for the name.
 */
function routeOf(
  method: string,
  params: unknown,
  allow: McpPatterns,
): Pick<ConsumeRequest, 'groupedAs' | 'route'> | undefined {
  const rule = methodRule(method);
  if (rule === undefined) return { route: method };
  if (rule.kind !== 'named' || rule.isFree === true) return undefined;
  // Plans name tools and prompts. There are too many URIs to give each of them a price.
  if (rule.of === 'resources') return { route: method };
  const name = asText(memberOf(params, rule.parameter)) ?? '';
  const route = `${method} ${name}`;
  return allow[rule.of]?.includes(name) === true ? { route } : { route, groupedAs: `${method} *` };
}

async function consumeOrUndo(
  quotas: Quotas,
  request: ConsumeRequest,
  admissions: readonly CallAdmission[],
): Promise<Decision | undefined> {
  try {
    return await quotas.consume(request);
  } catch (error) {
    // The name of the tool is longer than a plan or ledger can contain, or no plan is named or recorded.
    if (error instanceof DomainError && error.code === 'SUBJECT_INVALID') return undefined;
    await undo(admissions);
    throw error;
  }
}

export async function undo(admissions: readonly CallAdmission[]): Promise<void> {
  for (const { admission } of admissions) {
    admission.refund();
    await admission.release();
  }
}

const NO_SUBJECT_CODE = 403;

/**
 * Returns a response whose status is 429, 503 or 403, and whose body is a JSON-RPC error for each id. `data` contains
 * the reason, and the time after which a retry may succeed.
 */
function refusal(
  rejection: Rejection | undefined,
  ids: readonly (string | number | undefined)[],
  isBatch: boolean,
): ProxyResult {
  const reply = rejection && rejectionReply(rejection);
  const statusCode = reply?.statusCode ?? NO_SUBJECT_CODE;
  const error = {
    code: statusCode,
    message: rejection === undefined ? 'This call cannot be charged to anybody.' : describe(rejection),
    data:
      rejection === undefined
        ? { reason: 'no-subject' }
        : {
            reason: rejection.reason,
            plan: rejection.plan,
            limit: rejection.limit,
            retryAfterSeconds: rejection.retryAfterSeconds,
          },
  };
  const bodies = ids.map((id) => ({ jsonrpc: '2.0', ...(id !== undefined && { id }), error }));
  return {
    statusCode,
    headers: {
      ...reply?.headers,
      ...(rejection && rateLimitHeaders(rejection.limits)),
      'content-type': 'application/json',
      'cache-control': 'no-store',
    },
    body: JSON.stringify(isBatch ? bodies : bodies[0]),
  };
}

function describe({ reason, limit, limits, retryAfterSeconds }: Rejection): string {
  const again = retryAfterSeconds === undefined ? '' : ` Try again in ${retryAfterSeconds} s.`;
  switch (reason) {
    case 'quota-exceeded':
      return isClosed(limit, limits)
        ? `The quota ${limit} admits no more calls, because ${PERIOD_IS_CLOSED}.${again}`
        : `The quota ${limit} is used up.${again}`;
    case 'rate-limited':
      return `The rate of ${limit} is exceeded.${again}`;
    case 'concurrency':
      return `Too many calls run at the same time: the limit ${limit} is reached.${again}`;
    case 'unavailable':
      return `The quota cannot be checked at the moment.${again}`;
    case 'suspended':
      return 'The owner of the API has suspended access.';
  }
}
