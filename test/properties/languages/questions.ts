/** The questions that both languages are asked, and TypeScript's answers; process.py has Python's. */
import { bodyOf, headersOf, queryOf, readRequest, receivedAtOf } from '#shared/aws/read-request.ts';
import { DomainError, PlanInvalid } from '#shared/errors.ts';
import { callerOf } from '#shared/middleware/access.ts';
import { assignedKey, keyOf, printRule } from '#shared/quota/ledger/line.ts';
import { headKey } from '#shared/quota/ledger/ledger.ts';
import { periodAt, periodId } from '#shared/quota/ledger/period.ts';
import type { PeriodRule } from '#shared/quota/ledger/period.ts';
import { parseCustomer, planOfTerm, termAt } from '#shared/quota/plan/customer.ts';
import { costOf, parsePlan } from '#shared/quota/plan/plan.ts';
import type { CustomerPlan, Level } from '#shared/quota/plan/plan.ts';
import { checkLedgerId, checkSubject, ledgerIdOf } from '#shared/quota/plan/subject.ts';
import type { Item } from '#shared/table/item-write.ts';
import { parseJson } from '@gatewright/aws/json-object';
import {
  chargeInSteps,
  printHeaders,
  readClaims,
  requireAccess,
  verifyWebhook,
} from '../../support/wire-cases.ts';

export type QuestionName = keyof typeof QUESTIONS;

/** Both print nothing deeper. */
const DEPTH = 40;

type ChargeStep = { readonly charge?: { readonly at: number; readonly cost?: number } };

const QUESTIONS = {
  claims: (event, names) => readClaims({ event, names: names as readonly string[] }),
  caller(event) {
    const caller = callerOf(event);
    if (caller === undefined) return null;
    const { subject, issuer, clientId, scopes, expiresAtEpochSeconds, context, cut } = caller;
    return [subject, issuer, clientId, scopes, expiresAtEpochSeconds, context, cut];
  },
  access: (event, options) => requireAccess({ event: event as object, options: options as object }),
  time: (event) => receivedAtOf(readRequest(event)),
  body: (event) => Buffer.from(bodyOf(readRequest(event))).toString('hex'),
  'headers-sent': (event) => Object.fromEntries(headersOf(readRequest(event))),
  query: (event) => [...queryOf(readRequest(event)).keys()].sort(),
  plan: (document) => printPlan(parsePlan(document)),
  term(document, own, route) {
    const plan = planOfTerm(parsePlan(document), (own ?? undefined) as undefined);
    return [printPlan(plan), plan.isOwn === true, costOf(plan, (route ?? undefined) as string | undefined)];
  },
  customer(item, stamp) {
    const customer = parseCustomer(item as Item);
    if (customer.state !== 'active') return 'halted';
    const term = termAt(customer, stamp as number);
    return term === undefined ? null : [term.plan, term.fromEpochMs, term.limits];
  },
  period(rule, stamp) {
    const [length, timeZone, anchorDay, anchorMinutes] = rule as [
      PeriodRule['length'],
      string,
      number,
      number,
    ];
    const read = { length, timeZone, anchorDay, anchorMinutes };
    const period = periodAt(read, stamp as number);
    return [period.startEpochMs, period.endEpochMs, periodId(period), printRule(read)];
  },
  headers: (limits, rejection) => [
    printHeaders({ limits: limits as never }),
    printHeaders({ limits: limits as never, rejection: rejection as never }),
  ],
  webhook: (given) => verifyWebhook(given as never),
  names(level, plan, tenant, key, route) {
    const subject = { plan, tenant, key, ...(route !== null && { route }) } as never;
    checkSubject(subject);
    const id = ledgerIdOf({ id: 'l%#', level: level as Level }, subject);
    checkLedgerId(id);
    return [headKey(id).pk, assignedKey(tenant as string, key as string).pk, keyOf(id, level as Level)];
  },
  async charge(steps) {
    const timed = (steps as readonly ChargeStep[]).map((step) =>
      step.charge === undefined
        ? step
        : { ...step, charge: { ...step.charge, at: new Date(step.charge.at).toISOString() } },
    );
    const charges = timed.filter((step) => step.charge !== undefined);
    const { outcomes, items } = (await chargeInSteps({ steps: timed as never })) as {
      readonly outcomes: readonly Readonly<Record<string, unknown>>[];
      readonly items: readonly Item[];
    };
    return [
      outcomes.map(
        ({ error, admitted, refused, headers }, index) =>
          error ?? [admitted, refused, isFree(charges[index]) && refused === undefined ? {} : headers],
      ),
      Object.fromEntries(items.map(({ pk, sk, ...item }) => [`${pk}\n${sk}`, item])),
    ];
  },
  json(text) {
    const value = parseJson(text as string);
    return value === undefined ? null : [value];
  },
} satisfies Readonly<Record<string, (...given: unknown[]) => unknown>>;

export const QUESTION_NAMES = Object.keys(QUESTIONS) as QuestionName[];

/** @param text the arguments, as JSON */
export async function answerInTypeScript(question: QuestionName, text: string): Promise<unknown> {
  try {
    const ask: (...given: unknown[]) => unknown = QUESTIONS[question];
    return toPlain(await ask(...(JSON.parse(text) as unknown[])));
  } catch (error) {
    if (error instanceof PlanInvalid) return { error: error.code, field: error.field };
    if (error instanceof DomainError) return { error: error.code };
    return { foreign: String(error).slice(0, 300) };
  }
}

/** Without a charge, nobody reads the ledgers, and what is shown is what the process has stored. */
function isFree(step: { readonly charge?: { readonly cost?: unknown } } | undefined): boolean {
  return step?.charge?.cost === 0;
}

/** The Python library reads what it enforces: quotas without shards. Other plans it refuses. */
function printPlan({ id, version, limits, costs }: CustomerPlan): unknown {
  const printed = limits.map((limit, index) => {
    if (limit.kind !== 'quota' || limit.shards !== undefined)
      throw new PlanInvalid(`limits[${index}]`, 'is not enforced by the Python library');
    const { level, quota, initialUsage, overage, alarms, wasteBudget } = limit;
    const rule = printRule(limit.period);
    return { id: limit.id, level, quota, rule, initialUsage, overage, alarms, wasteBudget };
  });
  return { id, version, limits: printed, costs: Object.fromEntries(costs) };
}

function toPlain(value: unknown, depth = 0): unknown {
  if (value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? (value === 0 ? 0 : value) : null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH) return 'deep';
  if (Array.isArray(value)) return value.map((each) => toPlain(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toPlain(each, depth + 1)]));
}
