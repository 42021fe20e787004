/** Web ACLs and requests for tests: rules as templates write them, judged without a gateway. */
import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import { AddressBlocks } from '../../../../../packages/gateway/services/waf/evaluate/address-blocks.ts';
import { Countries } from '../../../../../packages/gateway/services/waf/evaluate/countries.ts';
import { InspectedRequest } from '../../../../../packages/gateway/services/waf/evaluate/inspected-request.ts';
import { judgeWebAcl } from '../../../../../packages/gateway/services/waf/evaluate/judge-web-acl.ts';
import { RateCounter } from '../../../../../packages/gateway/services/waf/evaluate/rate-counter.ts';
import { compilePattern } from '../../../../../packages/gateway/services/waf/rules/pattern.ts';
import {
  readAction,
  readResponseBodies,
} from '../../../../../packages/gateway/services/waf/rules/read-action.ts';
import { readRules } from '../../../../../packages/gateway/services/waf/rules/read-rule.ts';
import { MemberReader } from '@gatewright/aws/member-reader';
import type { Outcome } from '../../../../../packages/gateway/services/waf/evaluate/judge-web-acl.ts';
import type { RequestParts } from '../../../../../packages/gateway/services/waf/evaluate/inspected-request.ts';
import type {
  Pattern,
  RuleSet,
  WebAcl,
} from '../../../../../packages/gateway/services/waf/rules/statement.ts';

export const ACCOUNT = '123456789012';
export const PREFIX = `awswaf:${ACCOUNT}:webacl:wall:`;

export type RuleJson = Readonly<Record<string, unknown>>;

/** A rule that blocks what the statement matches. */
export function aRule(Statement: object, more: RuleJson = {}): RuleJson {
  return { Name: 'rule', Priority: 0, Action: { Block: {} }, Statement, ...more };
}

/** Gives each rule a priority by its position, and a different name. */
export function inOrder(...rules: readonly RuleJson[]): readonly RuleJson[] {
  return rules.map((rule, index) => ({
    ...rule,
    Name: rule['Name'] === 'rule' ? `rule${index}` : rule['Name'],
    Priority: index,
  }));
}

export function aWebAcl(Rules: readonly RuleJson[], more: RuleJson = {}): WebAcl {
  const at = new MemberReader({ Rules, DefaultAction: { Allow: {} }, ...more }, '');
  const bodies = readResponseBodies(at.optional('CustomResponseBodies'));
  return {
    arn: `arn:aws:wafv2:eu-west-1:${ACCOUNT}:regional/webacl/wall/1`,
    name: 'wall',
    prefix: PREFIX,
    metricName: 'wall',
    isSampled: true,
    rules: readRules(at, { prefix: PREFIX, bodies, isGroup: false }),
    defaultAction: readAction(at.object('DefaultAction'), bodies),
    bodyLimitBytes: 16_384,
  };
}

export function aRuleGroup(name: string, Rules: readonly RuleJson[]): RuleSet {
  const prefix = `awswaf:${ACCOUNT}:rulegroup:${name}:`;
  const bodies = new Map<string, never>();
  return { prefix, rules: readRules(new MemberReader({ Rules }, ''), { prefix, bodies, isGroup: true }) };
}

type AroundAcl = {
  readonly ipSets?: Readonly<Record<string, readonly string[]>>;
  readonly patternSets?: Readonly<Record<string, readonly string[]>>;
  readonly groups?: Readonly<Record<string, RuleSet>>;
  /** Lines of the file of networks. */
  readonly networks?: string;
};

type SomeParts = Partial<Omit<RequestParts, 'headers'>> & {
  /** Flat name, value list. */
  readonly headers?: readonly string[];
};

/** A web ACL whose rate-based rules count from one request to the next. */
export class JudgedAcl {
  nowEpochMs = 1_700_000_000_000;
  readonly #acl: WebAcl;
  readonly #around: AroundAcl;
  readonly #counters = new Map<string, RateCounter>();

  constructor(acl: WebAcl, around: AroundAcl = {}) {
    this.#acl = acl;
    this.#around = around;
  }

  judge(parts: SomeParts = {}): Outcome {
    const { ipSets = {}, patternSets = {}, groups = {}, networks } = this.#around;
    const around: Parameters<typeof judgeWebAcl>[2] = {
      ipSet: (arn) => blocksOf(ipSets[arn]),
      patternSet: (arn) => patternSets[arn]?.map(compiled),
      group: (arn) => groups[arn],
      countries: networks === undefined ? undefined : Countries.parse(networks),
      counterOf: (rule, { id, limit, windowSeconds }) => {
        const key = `${rule}\n${id}`;
        const counter = this.#counters.get(key) ?? new RateCounter(limit, windowSeconds);
        this.#counters.set(key, counter);
        return counter;
      },
    };
    return judgeWebAcl(this.#acl, aRequest(parts, this.#acl.bodyLimitBytes), around, this.nowEpochMs);
  }
}

export function judge(rules: readonly RuleJson[], parts: SomeParts = {}, around: AroundAcl = {}): Outcome {
  return new JudgedAcl(aWebAcl(rules), around).judge(parts);
}

function aRequest({ headers, ...parts }: SomeParts = {}, bodyLimit = 16_384): InspectedRequest {
  return new InspectedRequest(
    {
      method: 'GET',
      path: '/dev/pets',
      query: '',
      headers: new HeaderList(headers ?? ['Host', 'api.example', 'User-Agent', 'test']),
      body: undefined,
      sourceIp: '203.0.113.7',
      ...parts,
    },
    bodyLimit,
  );
}

/** `BLOCK rule`, `ALLOW`, or `ALLOW (unjudged rule)`. */
export function shortOf({ action, terminating, unjudged, isAverted }: Outcome): string {
  const by = terminating === undefined ? '' : ` ${terminating.inner ?? terminating.rule.name}`;
  const doubt = unjudged.length === 0 ? '' : ` (unjudged ${unjudged.map(({ rule }) => rule).join(', ')})`;
  return `${isAverted ? 'averted ' : ''}${action.kind}${by}${doubt}`;
}

function blocksOf(addresses: readonly string[] | undefined): AddressBlocks | undefined {
  if (addresses === undefined) return undefined;
  const blocks = new AddressBlocks();
  for (const address of addresses) blocks.add(address, true);
  return blocks;
}

function compiled(source: string): Pattern {
  const pattern = compilePattern(source);
  if (pattern === undefined) throw new Error(`the engine refuses ${source}`);
  return pattern;
}
