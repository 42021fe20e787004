/** Applies web ACLs in front of stages and distributions. Every request is evaluated, counted, sampled and logged. */
import { readAddress } from './evaluate/address-blocks.ts';
import { InspectedRequest } from './evaluate/inspected-request.ts';
import { judgeWebAcl } from './evaluate/judge-web-acl.ts';
import { RateCounter } from './evaluate/rate-counter.ts';
import { findUnjudged } from './evaluate/unjudged-rules.ts';
import { describePassed, describeRefusal } from './describe-outcome.ts';
import { printRecord } from './log-record.ts';
import { stageKeyOf } from '../../core/stack/stage-arn.ts';
import { NO_DEFINITIONS } from './read-stacks.ts';
import { replyOf } from './reply.ts';
import { SampledRequests } from './sampled-requests.ts';
import type { Clock, LogGroups } from '../../core/ports.ts';
import type { ScreenedRequest, ScreenVerdict } from '../../core/stage-screens.ts';
import type { ServiceSettings } from '../../kernel/service.ts';
import type { Countries } from './evaluate/countries.ts';
import type { Surroundings } from './evaluate/judge-statement.ts';
import type { Outcome, RuleGroups } from './evaluate/judge-web-acl.ts';
import type { IpSet } from './read-entities.ts';
import type { Definitions, Guard } from './read-stacks.ts';
import type { InsertedHeader, RateStatement, WebAcl } from './rules/statement.ts';

type Screen = (request: ScreenedRequest) => ScreenVerdict;

/** The source of a request in log records. A source without an id is a distribution. */
type Source = { readonly name: string; readonly id: string };

type GuardPorts = {
  readonly clock: Clock;
  readonly logGroups: LogGroups;
  readonly settings: ServiceSettings;
};

export class StageGuard {
  readonly samples = new SampledRequests();
  readonly #ports: GuardPorts;
  /** The definitions in the stacks, without changes by API calls. */
  #defined: Definitions = NO_DEFINITIONS;
  #definitions: Definitions = NO_DEFINITIONS;
  #countries: Countries | undefined;
  #screens = new Map<string, Screen | undefined>();
  #counters = new Map<string, RateCounter>();
  readonly #lastNotes = new WeakMap<WebAcl, Notes>();
  #around = new WeakMap<WebAcl, Surroundings & RuleGroups>();

  constructor(ports: GuardPorts) {
    this.#ports = ports;
  }

  get definitions(): Definitions {
    return this.#definitions;
  }

  /** Changes an IP set. The change applies until the next load or reset. */
  editIpSet(edited: IpSet): void {
    const ipSets = new Map([...this.#definitions.ipSets, [edited.arn, edited]]);
    this.#definitions = { ...this.#definitions, ipSets };
  }

  /** Replaces the definitions. Unchanged rate-based rules keep their counts. */
  replace(definitions: Definitions, countries: Countries | undefined): void {
    this.#defined = definitions;
    this.#definitions = definitions;
    this.#countries = countries;
    this.#screens = new Map();
    this.#around = new WeakMap();
    const arns = new Set(definitions.acls.keys());
    this.#counters = new Map([...this.#counters].filter(([key]) => arns.has(key.split('\n')[0] ?? '')));
  }

  clear(): void {
    this.#definitions = this.#defined;
    this.#counters.clear();
    this.#around = new WeakMap();
    this.samples.clear();
  }

  screenOf(guardedArn: string): Screen | undefined {
    if (this.#screens.has(guardedArn)) return this.#screens.get(guardedArn);
    const screen = this.#makeScreen(guardedArn);
    this.#screens.set(guardedArn, screen);
    return screen;
  }

  #makeScreen(guardedArn: string): Screen | undefined {
    const { guards, everyStage, distributions } = this.#definitions;
    const stageKey = stageKeyOf(guardedArn);
    // For a distribution, `guardedArn` is the ARN of the web ACL that the distribution names.
    if (stageKey === undefined) return this.#screenBy(distributions.get(guardedArn), { name: 'CF', id: '' });
    const source = { name: 'APIGW', id: stageKey.replace('/', ':') };
    return this.#screenBy(guards.get(stageKey) ?? everyStage, source);
  }

  #screenBy(guard: Guard | undefined, source: Source): Screen | undefined {
    const { acls, groups } = this.#definitions;
    const { settings } = this.#ports;
    // Without a guard, requests are not evaluated. Stages of HTTP and WebSocket APIs never have a guard, because they
    // cannot have a web ACL.
    if (guard === undefined) return undefined;
    if (guard.kind === 'closed') return this.#closed(guard.reason);
    const acl = acls.get(guard.arn)?.acl;
    if (acl === undefined) return this.#closed(`the web ACL ${guard.arn} no longer exists`);
    const hasCountries = this.#countries !== undefined;
    const [unjudged] = findUnjudged(acl, { group: (arn) => groups.get(arn), hasCountries });
    if (settings.strictWaf === true && unjudged !== undefined)
      return this.#closed(
        `--strict-waf: rule ${unjudged.rule} of web ACL ${acl.name} cannot be evaluated, because it depends on ${unjudged.what}`,
      );
    return (request) => this.#judge(acl, request, source);
  }

  #closed(reason: string): Screen | undefined {
    if (this.#ports.settings.allowUnguarded === true) return undefined;
    return () => ({ kind: 'closed', reason });
  }

  #judge(acl: WebAcl, matched: ScreenedRequest, source: Source): ScreenVerdict {
    const request = new InspectedRequest(
      {
        method: matched.method,
        path: matched.rawPath,
        query: matched.rawQuery,
        headers: matched.headers,
        body: matched.packed?.sent ?? matched.body,
        sourceIp: matched.sourceIp,
      },
      acl.bodyLimitBytes,
    );
    const nowEpochMs = this.#ports.clock.nowEpochMs();
    const outcome = this.judge(acl, request, nowEpochMs);
    const isPassed = outcome.action.kind === 'ALLOW' || outcome.isAverted;
    const reply = isPassed ? undefined : replyOf(outcome.action, request);
    this.#record(acl, { request, outcome, nowEpochMs, matched, source, responseCode: reply?.status });
    if (!isPassed) {
      const refusal = describeRefusal(acl, outcome, matched.body?.length);
      return { kind: 'refused', by: acl.arn, ...refusal, ...(reply !== undefined && { reply }) };
    }
    const { inserts } = outcome;
    return {
      kind: 'passed',
      by: acl.arn,
      ...(inserts.length > 0 && { inserts: inserts.flatMap(toLine) }),
      ...(matched.notes !== undefined && this.#notesOf(acl, outcome)),
    };
  }

  judge(acl: WebAcl, request: InspectedRequest, nowEpochMs: number): Outcome {
    let around = this.#around.get(acl);
    if (around === undefined) {
      around = this.#surround(acl);
      this.#around.set(acl, around);
    }
    return judgeWebAcl(acl, request, around, nowEpochMs);
  }

  #surround(acl: WebAcl): Surroundings & RuleGroups {
    const counters = new WeakMap<RateStatement, Map<string, RateCounter>>();
    return {
      ipSet: (arn) => this.#definitions.ipSets.get(arn)?.blocks,
      patternSet: (arn) => this.#definitions.patternSets.get(arn)?.patterns,
      group: (arn) => this.#definitions.groups.get(arn),
      countries: this.#countries,
      counterOf: (rule, statement) => {
        const known = counters.get(statement)?.get(rule);
        if (known !== undefined) return known;
        const counter = this.#counterOf(acl.arn, rule, statement);
        const ofStatement = counters.get(statement) ?? new Map<string, RateCounter>();
        counters.set(statement, ofStatement.set(rule, counter));
        return counter;
      },
    };
  }

  #notesOf(acl: WebAcl, outcome: Outcome): { readonly notes?: () => readonly string[] } {
    if (outcome.unjudged.length === 0 && outcome.matches.length === 0) return {};
    const last = this.#lastNotes.get(acl);
    if (last !== undefined && areSameNotes(last.outcome, outcome)) return { notes: last.say };
    const say = (): readonly string[] => describePassed(acl, outcome);
    this.#lastNotes.set(acl, { outcome, say });
    return { notes: say };
  }

  #counterOf(aclArn: string, rule: string, { id, limit, windowSeconds }: RateStatement): RateCounter {
    const key = `${aclArn}\n${rule}\n${id}`;
    const known = this.#counters.get(key);
    if (known !== undefined) return known;
    const made = new RateCounter(limit, windowSeconds);
    this.#counters.set(key, made);
    return made;
  }

  #record(
    acl: WebAcl,
    {
      request,
      outcome,
      nowEpochMs,
      matched,
      source,
      responseCode,
    }: {
      request: InspectedRequest;
      outcome: Outcome;
      nowEpochMs: number;
      matched: ScreenedRequest;
      source: Source;
      responseCode: number | undefined;
    },
  ): void {
    const logging = this.#definitions.logging.get(acl.arn);
    const address = this.#countries && readAddress(matched.sourceIp);
    const country = address && this.#countries?.of(address);
    const facts = { acl, request, outcome, nowEpochMs, country, responseCode, httpVersion: matched.protocol };
    this.samples.take(facts);
    if (logging === undefined) return;
    const { requestId, headers } = matched;
    // At this point, the id of a distribution is unknown, so its records contain the host.
    const id = source.id === '' ? (headers.last('host') ?? '') : `${matched.api.accountId}:${source.id}`;
    const line = printRecord({ ...facts, requestId, source: { name: source.name, id } }, logging);
    if (line !== undefined) for (const group of logging.groups) this.#ports.logGroups.write(group, line);
  }
}

function toLine({ name, value }: InsertedHeader): readonly string[] {
  return [`x-amzn-waf-${name}`, value];
}

type Notes = { readonly outcome: Outcome; readonly say: () => readonly string[] };

/**
 * Whether two outcomes have the same notes. Most requests of a stage have the same notes, so these requests share one
 * object.
 */
function areSameNotes(some: Outcome, others: Outcome): boolean {
  return (
    some.isAverted === others.isAverted &&
    some.terminating?.rule === others.terminating?.rule &&
    some.matches.length === others.matches.length &&
    some.matches.every(({ rule, inner }, at) => {
      const other = others.matches[at];
      return rule === other?.rule && inner === other.inner;
    }) &&
    some.unjudged.length === others.unjudged.length &&
    some.unjudged.every((one, at) => {
      const other = others.unjudged[at];
      return (
        one === other ||
        (one.rule === other?.rule &&
          one.reasons.length === other.reasons.length &&
          one.reasons.every((reason, index) => reason === other.reasons[index]))
      );
    })
  );
}
