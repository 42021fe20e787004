/** Creates the records of AWS WAF's log (developer guide, "Log fields"). */
import { idOfGroup } from './evaluate/judge-web-acl.ts';
import { actionsOf } from './read-logging.ts';
import type { ActionKind, Rule, WebAcl } from './rules/statement.ts';
import type { InspectedRequest } from './evaluate/inspected-request.ts';
import type { Outcome, RuleMatch } from './evaluate/judge-web-acl.ts';
import type { Logging } from './read-logging.ts';

type LoggedRequest = {
  readonly acl: WebAcl;
  readonly request: InspectedRequest;
  readonly outcome: Outcome;
  readonly nowEpochMs: number;
  readonly requestId: string;
  readonly httpVersion: string;
  /** The source of the request, for example `APIGW` and `123456789012:a1b2c3d4e5:prod`. */
  readonly source: { readonly name: string; readonly id: string };
  readonly country: string | undefined;
  readonly responseCode: number | undefined;
};

const MAX_LABELS = 100;
const REDACTED = 'REDACTED';

/**
 * Formats the record of a request as JSON.
 * @returns undefined if the filter drops the record
 */
export function printRecord(logged: LoggedRequest, logging: Logging): string | undefined {
  const { outcome } = logged;
  if (!logging.isKept(actionsOf(outcome), outcome.labels)) return undefined;
  return JSON.stringify(recordOf(logged, logging.redacts));
}

function recordOf(
  { acl, request, outcome, nowEpochMs, requestId, httpVersion, source, country, responseCode }: LoggedRequest,
  redacts: Logging['redacts'],
): object {
  const { terminating, matches, labels, inserts, action } = outcome;
  const { parts } = request;
  const isPuzzle = action.kind === 'CAPTCHA' || action.kind === 'CHALLENGE';
  const solved = {
    responseCode,
    solveTimestamp: 0,
    failureReason: 'TOKEN_MISSING',
  };
  return {
    timestamp: nowEpochMs,
    formatVersion: 1,
    webaclId: acl.arn,
    terminatingRuleId: terminating?.rule.name ?? 'Default_Action',
    terminatingRuleType: terminating === undefined ? 'REGULAR' : typeOf(terminating.rule),
    action: action.kind,
    terminatingRuleMatchDetails: [],
    httpSourceName: source.name,
    httpSourceId: source.id,
    ruleGroupList: groupsOf(acl, matches),
    rateBasedRuleList: matches.flatMap(({ rule, limited }) =>
      limited === undefined ? [] : [rateRecord(acl, rule, limited)],
    ),
    nonTerminatingMatchingRules: matches
      .filter(({ isTerminating, inner }) => !isTerminating && inner === undefined)
      .map(matchRecord),
    requestHeadersInserted:
      inserts.length === 0 ? null : inserts.map(({ name, value }) => ({ name: `x-amzn-waf-${name}`, value })),
    responseCodeSent: responseCode ?? null,
    httpRequest: {
      clientIp: parts.sourceIp,
      country: country ?? '-',
      headers: request.headers.map(({ name, value }) => ({
        name,
        value: redacts.headers.has(name.toLowerCase()) ? REDACTED : value,
      })),
      uri: redacts.path ? REDACTED : parts.path,
      args: redacts.query ? REDACTED : parts.query,
      httpVersion,
      httpMethod: redacts.method ? REDACTED : parts.method,
      requestId,
    },
    ...(labels.length > 0 && { labels: labels.slice(0, MAX_LABELS).map((name) => ({ name })) }),
    ...(isPuzzle && { [action.kind === 'CAPTCHA' ? 'captchaResponse' : 'challengeResponse']: solved }),
    ...(request.oversize.length > 0 && { oversizeFields: request.oversize }),
  };
}

function typeOf({ does }: Rule): string {
  if (does.kind === 'group') return does.group.kind === 'own' ? 'GROUP' : 'MANAGED_RULE_GROUP';
  return does.statement.kind === 'rate' ? 'RATE_BASED' : 'REGULAR';
}

function matchRecord({ rule, inner, action, overridden }: RuleMatch): object {
  return {
    ruleId: inner ?? rule.name,
    action: action.kind,
    ruleMatchDetails: [],
    ...overriddenOf(overridden),
  };
}

function overriddenOf(overridden: ActionKind | undefined): object {
  return overridden === undefined ? {} : { overriddenAction: overridden };
}

function rateRecord(acl: WebAcl, rule: Rule, { key, value }: { key: string; value: string }): object {
  const statement = rule.does.kind === 'statement' ? rule.does.statement : undefined;
  return {
    rateBasedRuleId: `${acl.arn}/${rule.name}`,
    rateBasedRuleName: rule.name,
    limitKey: key === 'CUSTOM_KEYS' ? 'CUSTOMKEYS' : key === 'FORWARDED_IP' ? 'FORWARDEDIP' : key,
    ...(statement?.kind === 'rate' && {
      maxRateAllowed: statement.limit,
      evaluationWindowSec: String(statement.windowSeconds),
    }),
    ...(value !== '' && { limitValue: value }),
  };
}

/** Returns every rule group up to the rule that ended the evaluation, with its matches. */
function groupsOf(acl: WebAcl, matches: readonly RuleMatch[]): readonly object[] {
  const last = matches.find(({ isTerminating }) => isTerminating)?.rule;
  const until = last === undefined ? acl.rules.length : acl.rules.indexOf(last) + 1;
  return acl.rules.slice(0, until).flatMap((rule) => {
    if (rule.does.kind !== 'group') return [];
    const { group } = rule.does;
    const inside = matches.filter((match) => match.rule === rule);
    const ending = inside.find(({ isTerminating }) => isTerminating);
    return [
      {
        ruleGroupId: idOfGroup(group),
        terminatingRule: ending === undefined ? null : matchRecord(ending),
        nonTerminatingMatchingRules: inside.filter(({ isTerminating }) => !isTerminating).map(matchRecord),
        excludedRules: null,
        customerConfig: null,
      },
    ];
  });
}
