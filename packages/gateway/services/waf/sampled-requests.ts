/** Stores the latest requests of each rule, for `GetSampledRequests`. */
import type { InspectedRequest } from './evaluate/inspected-request.ts';
import type { Outcome, RuleMatch } from './evaluate/judge-web-acl.ts';
import type { WebAcl } from './rules/statement.ts';

type Sample = {
  readonly epochMs: number;
  /**
   * Creates the fields of the sample. They are created only when they are read, because most samples are never read.
   * They do not contain the body.
   */
  readonly fields: () => Readonly<Record<string, unknown>>;
};

/** AWS returns at most this many samples, from the last three hours. */
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

/** Samples of one rule or of the default action. */
type RuleSamples = { readonly kept: Sample[]; count: number; second: number; inSecond: number };

/**
 * The maximum number of samples that are stored per second and rule. More samples would cost too much garbage
 * collection.
 */
const KEPT_PER_SECOND = 10;

export class SampledRequests {
  readonly #byAcl = new Map<string, Map<string, RuleSamples>>();

  take(sampled: SampledRequest): void {
    const { acl, outcome } = sampled;
    for (const match of outcome.matches)
      if (match.rule.isSampled) this.#keep(match.rule.metricName, sampled, match);
    if (outcome.terminating === undefined && acl.isSampled) this.#keep(acl.metricName, sampled, undefined);
  }

  /**
   * Returns the samples of a period and the number of requests. All requests are counted, but only some requests of
   * each second are stored. If some stored samples are outside the period, only the returned samples are counted.
   */
  find(
    aclArn: string,
    metricName: string,
    fromEpochMs: number,
    toEpochMs: number,
  ): { readonly samples: readonly Sample[]; readonly population: number } {
    const found = this.#byAcl.get(aclArn)?.get(metricName);
    const kept = found?.kept ?? [];
    const samples = kept.filter(({ epochMs }) => epochMs >= fromEpochMs && epochMs <= toEpochMs);
    const isAll = samples.length === kept.length;
    return { samples, population: isAll ? (found?.count ?? 0) : samples.length };
  }

  clear(): void {
    this.#byAcl.clear();
  }

  #keep(metricName: string, sampled: SampledRequest, match: RuleMatch | undefined): void {
    const { acl, nowEpochMs } = sampled;
    const ofAcl = this.#byAcl.get(acl.arn) ?? new Map<string, RuleSamples>();
    if (ofAcl.size === 0) this.#byAcl.set(acl.arn, ofAcl);
    const known = ofAcl.get(metricName);
    const rule = known ?? { kept: [], count: 0, second: 0, inSecond: 0 };
    if (known === undefined) ofAcl.set(metricName, rule);
    rule.count += 1;
    const second = Math.floor(nowEpochMs / 1000);
    rule.inSecond = second === rule.second ? rule.inSecond + 1 : 1;
    rule.second = second;
    if (rule.inSecond > KEPT_PER_SECOND) return;
    rule.kept.push({ epochMs: nowEpochMs, fields: sampleOf(sampled, match) });
    while (rule.kept.length > KEPT_PER_RULE || (rule.kept[0]?.epochMs ?? nowEpochMs) < nowEpochMs - KEPT_MS)
      rule.kept.shift();
  }
}

function sampleOf(
  { request, outcome, nowEpochMs, httpVersion, country, responseCode }: SampledRequest,
  match: RuleMatch | undefined,
): Sample['fields'] {
  const { method, path, query, sourceIp } = request.parts;
  const { headers } = request;
  const { inserts, labels, action } = outcome;
  return () => ({
    Request: {
      ClientIP: sourceIp,
      Country: country ?? '-',
      URI: query === '' ? path : `${path}?${query}`,
      Method: method,
      HTTPVersion: httpVersion,
      Headers: headers.map(({ name, value }) => ({ Name: name, Value: value })),
    },
    Weight: 1,
    Timestamp: nowEpochMs / 1000,
    Action: (match?.action ?? action).kind,
    ...(match?.inner !== undefined && { RuleNameWithinRuleGroup: `${match.groupId ?? ''}#${match.inner}` }),
    ...(inserts.length > 0 && {
      RequestHeadersInserted: inserts.map(({ name, value }) => ({
        Name: `x-amzn-waf-${name}`,
        Value: value,
      })),
    }),
    ...(responseCode !== undefined && { ResponseCodeSent: responseCode }),
    ...(labels.length > 0 && { Labels: labels.map((Name) => ({ Name })) }),
    ...(match?.overridden !== undefined && { OverriddenAction: match.overridden }),
  });
}
