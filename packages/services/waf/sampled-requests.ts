/** The latest requests per rule, for `GetSampledRequests`. */
import type { InspectedRequest } from './evaluate/inspected-request.ts';
import type { Outcome, RuleMatch } from './evaluate/judge-web-acl.ts';
import type { WebAcl } from './rules/statement.ts';

type Sample = {
  readonly epochMs: number;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** AWS gives at most this many, of the last three hours. */
export const MAX_SAMPLES = 500;
const KEPT_PER_RULE = 100;
const KEPT_MS = 3 * 3600 * 1000;

type SampledRequest = {
  readonly acl: WebAcl;
  readonly request: InspectedRequest;
  readonly outcome: Outcome;
  readonly nowEpochMs: number;
  readonly httpVersion: string;
  readonly country: string | undefined;
  readonly responseCode: number | undefined;
};

export class SampledRequests {
  readonly #byRule = new Map<string, Sample[]>();
  readonly #counts = new Map<string, number>();

  take(sampled: SampledRequest): void {
    const { acl, outcome } = sampled;
    for (const match of outcome.matches)
      if (match.rule.isSampled) this.#keep(acl.arn, match.rule.metricName, sampleOf(sampled, match), sampled);
    if (outcome.terminating === undefined && acl.isSampled)
      this.#keep(acl.arn, acl.metricName, sampleOf(sampled, undefined), sampled);
  }

  find(
    aclArn: string,
    metricName: string,
    fromEpochMs: number,
    toEpochMs: number,
  ): { readonly samples: readonly Sample[]; readonly population: number } {
    const key = `${aclArn}\n${metricName}`;
    const kept = this.#byRule.get(key) ?? [];
    const samples = kept.filter(({ epochMs }) => epochMs >= fromEpochMs && epochMs <= toEpochMs);
    const isWhole = kept.length < KEPT_PER_RULE;
    return { samples, population: isWhole ? samples.length : (this.#counts.get(key) ?? samples.length) };
  }

  clear(): void {
    this.#byRule.clear();
    this.#counts.clear();
  }

  #keep(aclArn: string, metricName: string, fields: Sample['fields'], { nowEpochMs }: SampledRequest): void {
    const key = `${aclArn}\n${metricName}`;
    const kept = this.#byRule.get(key) ?? [];
    this.#byRule.set(key, kept);
    kept.push({ epochMs: nowEpochMs, fields });
    const isOld = (sample: Sample | undefined): boolean =>
      sample !== undefined && sample.epochMs < nowEpochMs - KEPT_MS;
    while (kept.length > KEPT_PER_RULE || isOld(kept[0])) kept.shift();
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}

function sampleOf(
  { request, outcome, nowEpochMs, httpVersion, country, responseCode }: SampledRequest,
  match: RuleMatch | undefined,
): Sample['fields'] {
  const { parts } = request;
  const query = parts.query === '' ? '' : `?${parts.query}`;
  const inserted = outcome.inserts.map(({ name, value }) => ({ Name: `x-amzn-waf-${name}`, Value: value }));
  const inner =
    match?.inner === undefined ? {} : { RuleNameWithinRuleGroup: `${match.groupId ?? ''}#${match.inner}` };
  return {
    Request: {
      ClientIP: parts.sourceIp,
      Country: country ?? '-',
      URI: parts.path + query,
      Method: parts.method,
      HTTPVersion: httpVersion,
      Headers: request.headers.map(({ name, value }) => ({ Name: name, Value: value })),
    },
    Weight: 1,
    Timestamp: nowEpochMs / 1000,
    Action: (match?.action ?? outcome.action).kind,
    ...inner,
    ...(inserted.length > 0 && { RequestHeadersInserted: inserted }),
    ...(responseCode !== undefined && { ResponseCodeSent: responseCode }),
    ...(outcome.labels.length > 0 && { Labels: outcome.labels.map((Name) => ({ Name })) }),
    ...(match?.overridden !== undefined && { OverriddenAction: match.overridden }),
  };
}
