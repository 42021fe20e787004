import { PlanInvalid } from '@gatewright/handlers/errors';
import type { CheckPlan } from './compile-quota.ts';
import { parsePlan } from '@gatewright/handlers/quota/plan';

/** Limits that a plan may have, but that are not enforced. */
const UNHELD = {
  request: {
    concurrency:
      'is for quota() and withQuota() in the handler: an authorizer is not told when a request has ended',
  },
  'access-log': {
    concurrency:
      'is for quota() and withQuota() in the handler: with count: access-log requests are over when they are counted',
    rate: 'cannot be held with count: access-log, which counts requests that are over: leave the limit out, or write count: request',
  },
} as const;

export const checkPlan: CheckPlan = (plan, countedBy) => {
  const unheld: Readonly<Record<string, string>> = UNHELD[countedBy];
  try {
    const { limits } = parsePlan(plan);
    for (const [place, { kind }] of limits.entries()) {
      const message = unheld[kind];
      if (message !== undefined) return { path: ['limits', place, kind], message };
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof PlanInvalid)) throw error;
    const { field, message } = error;
    // `limits[1].burst`; `plan` is the whole.
    const steps = field === 'plan' ? [] : field.split(/[.[\]]+/).filter((step) => step !== '');
    return {
      path: steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
      message: message.slice(field.length + 1),
    };
  }
};
