/**
 * Runs the cases of the wire contract (test/vectors/wire) with the TypeScript code. python/tests runs the same cases
 * with the Python code.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRawRequest } from '#shared/aws/raw-request.ts';
import { DomainError } from '#shared/errors.ts';
import { rateLimitHeaders } from '#shared/http/rate-limit-headers.ts';
import { callerOf, withAccess } from '#shared/middleware/access.ts';
import type { AccessOptions } from '#shared/middleware/access.ts';
import { claimsOf } from '#shared/middleware/claims-of.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import type { LimitState } from '#shared/quota/holding/holding.ts';
import { printRule } from '#shared/quota/ledger/line.ts';
import { periodAt, periodId } from '#shared/quota/ledger/period.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import type { Quotas, Rejection } from '#shared/quota/quotas.ts';
import { rejectionReply } from '#shared/quota/rejection-reply.ts';
import type { Item } from '#shared/table/item-write.ts';
import type { SchemeName } from '#shared/webhooks/signature-headers.ts';
import { verifyDelivery } from '#shared/webhooks/verify.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { QuotaTable } from './quota-table.ts';

type WireCase = { readonly name: string; readonly given: unknown; readonly expected: unknown };

export function readWireCases(file: string): readonly WireCase[] {
  const text = readFileSync(join(REPOSITORY, 'test/vectors/wire', file), 'utf8');
  return (JSON.parse(text) as { readonly cases: readonly WireCase[] }).cases;
}

/** Returns the value without members that are undefined, as JSON has none. */
const asJson = (value: unknown): unknown =>
  value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);

const codeOf = (error: unknown): unknown => {
  if (error instanceof DomainError) return { error: error.code };
  throw error;
};

type ClaimsGiven = { readonly event: unknown; readonly names: readonly string[] };

/** Returns the claim that each name reads; null means that there is none. */
export function readClaims({ event, names }: ClaimsGiven): unknown {
  try {
    const claims = claimsOf(event);
    if (claims === undefined) return null;
    return asJson(Object.fromEntries(names.map((name) => [name, readClaim(claims, name)])));
  } catch (error) {
    return codeOf(error);
  }
}

function readClaim(claims: Readonly<Record<string, string | undefined>>, name: string): unknown {
  try {
    return claims[name] ?? null;
  } catch (error) {
    return codeOf(error);
  }
}

type AccessGiven = { readonly event: object; readonly options: AccessOptions };

/** The caller that is admitted, or the answer. */
export async function requireAccess({ event, options }: AccessGiven): Promise<unknown> {
  try {
    return asJson(await withAccess((admitted) => ({ caller: callerOf(admitted) }), options)(event));
  } catch (error) {
    return codeOf(error);
  }
}

type PeriodGiven = { readonly limit: object; readonly at: string };

export function findPeriod({ limit, at }: PeriodGiven): unknown {
  const [quota] = parsePlan({
    id: 'p',
    version: 1,
    limits: [{ id: 'l', level: 'key', quota: 1, ...limit }],
  }).limits;
  if (quota?.kind !== 'quota') throw new TypeError('the limit of a case is a quota');
  const period = periodAt(quota.period, Date.parse(at));
  return {
    rule: printRule(quota.period),
    id: periodId(period),
    end: new Date(period.endEpochMs).toISOString(),
  };
}

type HeadersGiven = {
  readonly limits: readonly LimitState[];
  readonly rejection?: Pick<Rejection, 'reason' | 'limit' | 'retryAfterSeconds'>;
};

export function printHeaders({ limits, rejection }: HeadersGiven): unknown {
  return rejection === undefined
    ? rateLimitHeaders(limits)
    : asJson(rejectionReply({ allowed: false, limits, ...rejection }));
}

type WebhookGiven = {
  readonly event: unknown;
  readonly scheme: SchemeName;
  readonly secrets: readonly string[];
  readonly trustDeliveryId?: boolean;
};

export async function verifyWebhook({ event, secrets, ...options }: WebhookGiven): Promise<unknown> {
  try {
    const request = parseRawRequest(event);
    const verified = await verifyDelivery(request, {
      ...options,
      toleranceSeconds: 300,
      secrets: () => secrets,
    });
    if (verified.kind === 'refused') return { refused: verified.reason };
    const { key, type, payload } = verified.delivery;
    return asJson({ key, type: type ?? null, payload });
  } catch (error) {
    return codeOf(error);
  }
}

type ChargeStep = {
  readonly charge: {
    readonly at: string;
    readonly tenant: string;
    readonly key: string;
    readonly plan?: string;
    readonly route?: string;
    readonly cost?: number;
  };
  readonly times?: number;
};
type PutStep = { readonly put: Item & { readonly pk: string; readonly sk: string } };
/** The attributes that change while the process keeps running. */
type ChangeStep = { readonly change: Item & { readonly pk: string; readonly sk: string } };
type DropStep = { readonly drop: { readonly pk: string; readonly sk: string } };
type QuotaGiven = { readonly steps: readonly (ChargeStep | PutStep | ChangeStep | DropStep)[] };

/** Returns the outcome of each charge, and the items afterwards without the marks of holders. */
export async function chargeInSteps({ steps }: QuotaGiven): Promise<unknown> {
  const table = new QuotaTable();
  let holders = 0;
  const random = { hex: (digits: number) => `${(holders += 1)}`.padStart(digits, '0'), fraction: () => 0.5 };
  const begin = (): Quotas =>
    table.holder([], {
      random,
      plans: [],
      denyCacheMs: 0,
      customers: (store, plans) => new TermsBook(store, table.clock, plans),
    });
  let quotas = begin();
  const outcomes: unknown[] = [];
  for (const step of steps) {
    if ('charge' in step) outcomes.push(await charge(table, quotas, step));
    else if ('change' in step) {
      const { pk, sk, ...changed } = step.change;
      table.items.set(`${pk}\n${sk}`, { ...table.items.get(`${pk}\n${sk}`), ...changed });
    } else {
      if ('put' in step) {
        const { pk, sk, ...item } = step.put;
        table.items.set(`${pk}\n${sk}`, item);
      } else table.items.delete(`${step.drop.pk}\n${step.drop.sk}`);
      // Starts another process, because this process may use the records that it has read for up to a minute.
      quotas = begin();
    }
  }
  return { outcomes, items: itemsOf(table) };
}

async function charge(
  table: QuotaTable,
  quotas: Quotas,
  { charge: { at, ...subject }, times = 1 }: ChargeStep,
): Promise<unknown> {
  table.nowMs = Date.parse(at);
  try {
    for (let admitted = 0; admitted < times; admitted += 1) {
      const decision = await quotas.consume({ ...subject, atEpochMs: table.nowMs });
      if (!decision.allowed) return { admitted, refused: decision.reason, headers: fieldsOf(decision) };
      if (admitted === times - 1) return { admitted: times, headers: rateLimitHeaders(decision.limits) };
    }
    return { admitted: 0 };
  } catch (error) {
    return codeOf(error);
  }
}

/**
 * Returns no fields for other rejections, because the time to wait is partly random, and an answer without the table
 * has no numbers.
 */
function fieldsOf(rejection: Rejection): unknown {
  return rejection.reason === 'quota-exceeded' ? rateLimitHeaders(rejection.limits) : {};
}

function itemsOf({ items }: QuotaTable): readonly Item[] {
  return [...items]
    .map(([name, item]) => {
      // A name in the partition key may also contain a line break.
      const at = name.lastIndexOf('\n');
      const [pk, sk] = [name.slice(0, at), name.slice(at + 1)];
      const kept = Object.entries(item).filter(([attribute]) => !/^h[\da-f]{12}$/.test(attribute));
      return { pk, sk, ...Object.fromEntries(kept) };
    })
    .toSorted((a, b) => (`${a.pk}\n${a.sk}` < `${b.pk}\n${b.sk}` ? -1 : 1));
}
