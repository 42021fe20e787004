import { PlanInvalid } from '@gatewright/handlers/errors';
import type { CheckPlan } from '../compile/compile-quota.ts';
import { parsePlan } from '@gatewright/handlers/quota/plan/plan';

/** The limits that a plan may contain but that cannot be enforced, with the reason. */
const UNHELD = {
  request: {
    concurrency:
      'needs quota() or withQuota() in the handler, because an authorizer does not see the end of a request',
  },
  'access-log': {
    concurrency:
      'needs quota() or withQuota() in the handler, because count: access-log counts requests after they end',
    rate: 'cannot be enforced with count: access-log, which counts requests after they end: remove the limit, or write count: request',
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
    // The field is a path such as `limits[1].burst`. The field `plan` means the whole plan.
    const steps = field === 'plan' ? [] : field.split(/[.[\]]+/).filter((step) => step !== '');
    return {
      path: steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
      message: message.slice(field.length + 1),
    };
  }
};
