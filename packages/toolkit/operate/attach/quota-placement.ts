/**
 * Checks where a quota is enforced (node_modules/gatewright/docs/guides/sell/quota.md, "Three places to enforce"), and
 * what an attachment can do for it. All functions are pure.
 */
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { textAt } from '../../terminal/aws-call.ts';
import { readLogLine, variablesOf } from '../explain/log-line.ts';
import type { LiveApi } from './live-api.ts';
import { obstacle, warning } from './plan-finding.ts';
import type { PlanFinding } from './plan-finding.ts';

export const QUOTA_PLACEMENTS = ['authorizer', 'access-log', 'handler'] as const;
export type QuotaPlacement = (typeof QUOTA_PLACEMENTS)[number];

/**
 * Returns the problems with the place where a quota is enforced. They are changes that an attachment cannot make, or
 * settings that the API or the document lacks.
 */
export function checkPlacement(
  placement: QuotaPlacement | undefined,
  live: LiveApi,
  type: 'token' | 'request',
  document: CompiledDocument | undefined,
): readonly PlanFinding[] {
  if (placement === undefined) return [];
  if (placement === 'handler')
    return [
      obstacle(
        'quota-handler',
        'attach cannot set up a quota in the handler, because it never changes the backend',
        'wrap the handler in quota() of gatewright/quota (node_modules/gatewright/docs/guides/sell/quota.md, “In a handler”), or use --quota authorizer or access-log, which do not change the backend',
      ),
    ];
  if (document?.quota === undefined)
    return [
      obstacle(
        'no-quota',
        'the access document has no quota to enforce',
        'add a quota to the document, under quota: (see node_modules/gatewright/docs/guides/sell/quota.md)',
      ),
    ];
  const isTracked = document.quota.isTracked === true;
  if (placement === 'access-log')
    return isTracked
      ? checkAccessLog(live)
      : [wrongCount('in the authorizer', 'add count: access-log to', 'authorizer')];
  if (isTracked) return [wrongCount('from access logs', 'remove count: access-log from', 'access-log')];
  return type === 'token' && document.kind === 'rest'
    ? [obstacle('quota-token', 'a TOKEN authorizer cannot charge a quota', 'pass --authorizer request')]
    : [];
}

function wrongCount(where: string, change: string, other: QuotaPlacement): PlanFinding {
  return obstacle(
    'quota-count',
    `the access document charges its quota ${where}, but --quota requests another place`,
    `${change} the quota of the document, or pass --quota ${other}`,
  );
}

/**
 * The fields that a log line needs so that a request is charged exactly once. The field for the caller is not listed,
 * because it can have several names.
 */
const CHARGED_BY = ['extendedRequestId', 'requestTimeEpoch', 'status'];

/**
 * Checks the stage's access log, from which the tracker charges callers. A template or `explain --set-log-format` sets
 * up this log.
 */
function checkAccessLog({ kind, stage, stageShown }: LiveApi): readonly PlanFinding[] {
  const group = textAt(stageShown, 'accessLogSettings', 'destinationArn');
  const format = textAt(stageShown, 'accessLogSettings', 'format');
  const fix = `give the stage an access log in JSON, such as ${usageFormat(kind)} (see node_modules/gatewright/docs/guides/sell/quota.md, “From access logs”)`;
  if (group === undefined || format === undefined)
    return [
      obstacle(
        'no-access-log',
        `stage ${stage} writes no access log from which requests could be charged`,
        fix,
      ),
    ];
  const there = variablesOf(format);
  const missing = CHARGED_BY.filter((name) => !there.includes(name));
  const isJson = isJsonLine(format);
  if (missing.length > 0 || !isJson)
    return [
      obstacle(
        'access-log-format',
        `the access log of stage ${stage} ${isJson ? `lacks ${missing.join(', ')}` : 'is not JSON'}, so requests cannot be charged from it`,
        fix,
      ),
    ];
  return [
    ...(there.some((name) => name.startsWith('authorizer.'))
      ? []
      : [
          warning(
            'access-log-caller',
            `the access log of stage ${stage} does not name the caller, so no caller is charged`,
            'add "key":"$context.authorizer.principalId" to the log format, or the claim that identifies whom the document charges',
          ),
        ]),
    warning(
      'access-log-filter',
      `could not check whether ${group} sends its lines to the usage tracker`,
      'if the log group does not, add a subscription filter to it with an empty pattern; its destination must be the function in UsageTrackerArn (an output of Gatewright’s stack)',
    ),
  ];
}

function isJsonLine(format: string): boolean {
  try {
    return readLogLine(format, format) !== undefined && typeof JSON.parse(format) === 'object';
  } catch {
    return false;
  }
}

function usageFormat(kind: LiveApi['kind']): string {
  const route = kind === 'rest' ? '$context.httpMethod $context.resourcePath' : '$context.routeKey';
  return JSON.stringify({
    requestId: '$context.extendedRequestId',
    requestTimeEpoch: '$context.requestTimeEpoch',
    status: '$context.status',
    integrationStatus: '$context.integrationStatus',
    plan: 'PLAN',
    tenant: 'TENANT',
    key: '$context.authorizer.principalId',
    route,
  });
}
