/** Alerts: an email to the members when a certain share of a limit is used. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { RequestInvalid } from '../../errors.ts';
import { wholeNumber } from '../../http/fields.ts';
import type { Field } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import { planOfTerm, termAt } from '../../quota/plan/customer.ts';
import { listSent, MOST_ALERTS, PERCENT, readAlerts, saveAlerts } from '../alerts.ts';
import type { Alert, Alerts } from '../alerts.ts';
import { EVERYBODY } from '../member-route.ts';
import type { MemberContext, MemberRoute } from '../member-route.ts';
import { listMembers } from '../members.ts';
import { findPlan } from './plan-routes.ts';
import type * as Answers from '../answers.ts';

const ANSWER = { description: 'The alerts' };
const MAX_LIMIT_LENGTH = 64;

export function alertRoutes(context: MemberContext): readonly MemberRoute[] {
  const { ports, tenant, actor } = context;
  return [
    {
      roles: EVERYBODY,
      route: readRoute(
        {
          path: '/api/alerts',
          id: 'showAlerts',
          summary: 'Alerts, and the emails that were sent',
          answer: ANSWER,
        },
        async ({ receivedEpochMs }) =>
          jsonReply(200, await show(context, await readAlerts(ports, tenant), receivedEpochMs)),
      ),
    },
    {
      roles: EVERYBODY,
      route: changeRoute(
        {
          method: 'POST',
          path: '/api/alerts',
          id: 'saveAlerts',
          summary: 'Replaces the alerts',
          body: {
            version: wholeNumber('One more than the newest version', {
              min: 1,
              max: Number.MAX_SAFE_INTEGER,
            }),
            alerts: alertsField(),
          },
          answer: ANSWER,
        },
        async ({ body, receivedEpochMs }) => {
          const known = await readLimits(context, receivedEpochMs);
          const unknown = body.alerts.findIndex(({ limit }) => !known.includes(limit));
          if (unknown !== -1)
            throw new RequestInvalid(`alerts[${unknown}].limit`, 'must be a limit of the plan');
          return jsonReply(
            200,
            await show(context, await saveAlerts(ports, tenant, body, actor), receivedEpochMs),
          );
        },
      ),
    },
  ];
}

async function show(
  context: MemberContext,
  { version, alerts }: Alerts,
  nowEpochMs: number,
): Promise<Answers.Alerts> {
  const { ports, tenant, portal } = context;
  const [members, sent, limits] = await Promise.all([
    listMembers(ports, tenant),
    listSent(ports, tenant),
    readLimits(context, nowEpochMs),
  ]);
  return {
    version,
    alerts,
    limits,
    recipients: members.flatMap(({ account, name, email }) =>
      email === undefined ? [] : [{ member: account, name, email }],
    ),
    sent,
    hasMail: portal.mail !== undefined,
    percent: PERCENT,
  };
}

/** Returns the ids of the quotas of the plan in force. Rates and concurrency limits cannot be partly used up. */
async function readLimits(context: MemberContext, nowEpochMs: number): Promise<readonly string[]> {
  const term = termAt(context.customer, nowEpochMs);
  if (term === undefined) return [];
  const { limits } = planOfTerm(await findPlan(context, term.plan), term.limits);
  return limits.filter(({ kind }) => kind === 'quota').map(({ id }) => id);
}

function alertsField(): Field<readonly Alert[]> {
  return {
    schema: {
      type: 'array',
      maxItems: MOST_ALERTS,
      items: {
        type: 'object',
        properties: {
          limit: { type: 'string' },
          percent: { type: 'integer', minimum: PERCENT.min, maximum: PERCENT.max },
        },
        required: ['limit', 'percent'],
        additionalProperties: false,
      },
    },
    isRequired: true,
    expected: `at most ${MOST_ALERTS} alerts, each with limit and percent (${PERCENT.min} to ${PERCENT.max})`,
    read(value) {
      if (!Array.isArray(value) || value.length > MOST_ALERTS) return undefined;
      const alerts = (value as readonly unknown[]).flatMap((one) => readAlert(one) ?? []);
      return alerts.length === value.length ? alerts : undefined;
    },
  };
}

function readAlert(value: unknown): Alert | undefined {
  if (!isJsonObject(value) || Object.keys(value).length !== 2) return undefined;
  const { limit, percent } = value;
  const isPercent =
    Number.isInteger(percent) && Number(percent) >= PERCENT.min && Number(percent) <= PERCENT.max;
  return typeof limit === 'string' && limit.length <= MAX_LIMIT_LENGTH && isPercent
    ? { limit, percent: Number(percent) }
    : undefined;
}
