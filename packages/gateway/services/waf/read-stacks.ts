/** Reads all AWS WAF resources of the loaded stacks, and finds the stages that they protect. */
import { findUnjudged } from './evaluate/unjudged-rules.ts';
import { attemptRead, readIpSet, readPatternSet, readRuleGroup, readWebAcl } from './read-entities.ts';
import { readLogging } from './read-logging.ts';
import { stageKeyOf } from '../../core/stack/stage-arn.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { ServiceSettings } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import type { IpSet, PatternSet, ReadWebAcl, RuleGroup } from './read-entities.ts';
import type { Logging } from './read-logging.ts';
import type { ActionKind, Rule, Statement, WebAcl } from './rules/statement.ts';

/** The web ACL of a stage or distribution, or the reason why the stage or distribution must stay closed. */
export type Guard =
  | { readonly kind: 'acl'; readonly arn: string }
  | { readonly kind: 'closed'; readonly reason: string };

export type Definitions = {
  readonly ipSets: ReadonlyMap<string, IpSet>;
  readonly patternSets: ReadonlyMap<string, PatternSet>;
  readonly groups: ReadonlyMap<string, RuleGroup>;
  readonly acls: ReadonlyMap<string, ReadWebAcl>;
  readonly logging: ReadonlyMap<string, Logging>;
  /** The guards by `{apiId}/{stage}`. */
  readonly guards: ReadonlyMap<string, Guard>;
  /** The guards by ARN of a web ACL of scope CLOUDFRONT. */
  readonly distributions: ReadonlyMap<string, Guard>;
  /** The guard of every stage. It is set if the stage of an association is unknown, because it may be any stage. */
  readonly everyStage: Guard | undefined;
  /** The ARNs of the associated resources, as the associations write them, by the ARN of the web ACL. */
  readonly resources: ReadonlyMap<string, readonly string[]>;
};

export const NO_DEFINITIONS: Definitions = {
  ipSets: new Map(),
  patternSets: new Map(),
  groups: new Map(),
  acls: new Map(),
  logging: new Map(),
  guards: new Map(),
  distributions: new Map(),
  everyStage: undefined,
  resources: new Map(),
};

const HTTP_STAGE_ARN = /^arn:[^:]*:apigateway:[^:]*::\/apis\//;

export function readDefinitions(
  stacks: StackReading,
  settings: ServiceSettings,
  hasCountries: boolean,
): Definitions {
  const behind = consequenceOf('the stages that depend on it return', settings);
  const ipSets = readAll(stacks, 'AWS::WAFv2::IPSet', behind, readIpSet);
  const patternSets = readAll(stacks, 'AWS::WAFv2::RegexPatternSet', behind, readPatternSet);
  const groups = readAll(stacks, 'AWS::WAFv2::RuleGroup', behind, readRuleGroup);
  const aclReaders = new Map<string, ResourceReader>();
  const acls = readAll(stacks, 'AWS::WAFv2::WebACL', behind, (reader) => {
    const acl = readWebAcl(reader, (arn) => groups.get(arn)?.capacity);
    aclReaders.set(acl.arn, reader);
    return acl;
  });
  const logging = new Map(
    stacks.ofType('AWS::WAFv2::LoggingConfiguration').flatMap((reader) => {
      const read = attemptRead(reader, readLogging, 'nothing is logged');
      return read === undefined ? [] : [[read.aclArn, read] as const];
    }),
  );
  const known = { ipSets, patternSets, groups, acls };
  const guards = new Map<string, Guard>();
  const resources = new Map<string, string[]>();
  let everyStage: Guard | undefined;
  for (const association of stacks.everyOfType('AWS::WAFv2::WebACLAssociation')) {
    const guard = readAssociation(association, known, settings);
    if (guard === undefined) continue;
    if (guard.stageKey === undefined) everyStage ??= guard;
    else guards.set(guard.stageKey, guard);
    if (guard.kind === 'acl') {
      const named = resources.get(guard.arn) ?? [];
      resources.set(guard.arn, [...named, guard.resourceArn]);
    }
  }
  const distributions = guardsOfDistributions(known);
  for (const arn of [...resources.keys(), ...distributions.keys()])
    reportUnjudged(acls.get(arn)?.acl, aclReaders.get(arn), { groups, settings, hasCountries });
  return { ...known, logging, guards, distributions, everyStage, resources };
}

/**
 * Returns the guards of distributions. Their web ACLs have no associations, because a distribution itself names its web
 * ACL.
 */
function guardsOfDistributions(known: Known): ReadonlyMap<string, Guard> {
  const ofEdge = [...known.acls.values()].filter(({ scope }) => scope === 'CLOUDFRONT');
  return new Map(
    ofEdge.map(({ arn, acl }): [string, Guard] => {
      const missing = findMissing(acl.rules, known);
      if (missing === undefined) return [arn, { kind: 'acl', arn }];
      return [arn, { kind: 'closed', reason: `the web ACL ${acl.name} refers to ${missing}` }];
    }),
  );
}

function readAll<Entity extends { readonly arn: string }>(
  stacks: StackReading,
  type: string,
  consequence: string,
  read: (reader: ResourceReader) => Entity,
): ReadonlyMap<string, Entity> {
  return new Map(
    stacks.ofType(type).flatMap((reader) => {
      const entity = attemptRead(reader, read, consequence);
      return entity === undefined ? [] : [[entity.arn, entity] as const];
    }),
  );
}

/**
 * Describes what happens if the web ACL cannot be applied.
 * @param stages subject and verb of the consequence, such as `stage dev returns`
 */
function consequenceOf(stages: string, { allowUnguarded }: ServiceSettings): string {
  return allowUnguarded === true
    ? 'the web ACL does not filter requests'
    : `${stages} 500 to every request; pass --allow-unguarded to serve without the web ACL`;
}

type Known = Pick<Definitions, 'ipSets' | 'patternSets' | 'groups' | 'acls'>;
type ReadGuard = Guard & { readonly stageKey: string | undefined; readonly resourceArn: string };

/** Reads an association. Returns undefined if it guards nothing that the gateway serves. */
function readAssociation(
  association: ResourceReader,
  known: Known,
  settings: ServiceSettings,
): ReadGuard | undefined {
  const { resource } = association;
  const resourceArn = association.text('ResourceArn') ?? '';
  const isUnknown = (name: string): boolean =>
    resource.unresolved?.includes(name) === true || association.text(name) === undefined;
  const close = (
    stageKey: string | undefined,
    property: string,
    message: string,
    stages: string,
  ): ReadGuard => {
    association.note(property, message, consequenceOf(stages, settings), 'web-acl');
    const reason = `${message}, so the stage cannot be guarded (web ACL association ${resource.logicalId})`;
    return { kind: 'closed', reason, stageKey, resourceArn };
  };
  if (isUnknown('ResourceArn'))
    return close(
      undefined,
      'ResourceArn',
      'the guarded stage is unknown: write the ARN of a stage',
      'all stages of REST APIs return',
    );
  const stageKey = stageKeyOf(resourceArn);
  if (stageKey === undefined) {
    if (HTTP_STAGE_ARN.test(resourceArn))
      association.note(
        'ResourceArn',
        'AWS WAF does not support HTTP APIs',
        'the web ACL does not filter requests',
      );
    else association.unsupported('ResourceArn', 'the gateway supports web ACLs only for stages of REST APIs');
    return undefined;
  }
  const stage = `stage ${stageKey.split('/')[1] ?? ''} returns`;
  if (isUnknown('WebACLArn'))
    return close(stageKey, 'WebACLArn', 'the web ACL is unknown: write the ARN of a web ACL', stage);
  const arn = association.text('WebACLArn') ?? '';
  const acl = known.acls.get(arn)?.acl;
  if (acl === undefined)
    return close(
      stageKey,
      'WebACLArn',
      `no loaded stack defines the web ACL ${arn}, or its definition has errors`,
      stage,
    );
  const missing = findMissing(acl.rules, known);
  if (missing !== undefined)
    return close(stageKey, 'WebACLArn', `the web ACL ${acl.name} refers to ${missing}`, stage);
  return { kind: 'acl', arn, stageKey, resourceArn };
}

/** Finds a set or group that a rule refers to and that no loaded stack contains. */
function findMissing(rules: readonly Rule[], known: Known): string | undefined {
  for (const { does } of rules) {
    if (does.kind === 'statement') {
      const missing = missingOf(does.statement, known);
      if (missing !== undefined) return missing;
      continue;
    }
    const scope = does.scopeDown === undefined ? undefined : missingOf(does.scopeDown, known);
    if (scope !== undefined) return scope;
    if (does.group.kind === 'managed') continue;
    const group = known.groups.get(does.group.arn);
    if (group === undefined) return `${does.group.arn}, which is not in a loaded stack or has errors`;
    const inner = findMissing(group.rules, known);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function missingOf(statement: Statement, known: Known): string | undefined {
  switch (statement.kind) {
    case 'and':
    case 'or':
      return statement.statements.map((one) => missingOf(one, known)).find((one) => one !== undefined);
    case 'not':
      return missingOf(statement.statement, known);
    case 'rate':
      return statement.scopeDown === undefined ? undefined : missingOf(statement.scopeDown, known);
    case 'ip-set':
      return known.ipSets.has(statement.arn) ? undefined : absent(statement.arn);
    case 'regex-set':
      return known.patternSets.has(statement.arn) ? undefined : absent(statement.arn);
    default:
      return undefined;
  }
}

function absent(arn: string): string {
  return `${arn}, which is not in a loaded stack or has errors`;
}

/** Describes the effect on requests if a rule with this action cannot be evaluated. */
function withoutRule(action: ActionKind | undefined): string {
  if (action === 'ALLOW') return 'requests pass even if the web ACL would block them';
  return action === 'COUNT' ? 'the rule counts nothing' : 'the rule blocks nothing';
}

/**
 * Reports the rules that cannot be evaluated completely. With `--strict-waf`, the stages of their web ACL return 500;
 * otherwise, no request is blocked because of them.
 */
function reportUnjudged(
  acl: WebAcl | undefined,
  reader: ResourceReader | undefined,
  at: { groups: Definitions['groups']; settings: ServiceSettings; hasCountries: boolean },
): void {
  if (acl === undefined || reader === undefined) return;
  const group = (arn: string): RuleGroup | undefined => at.groups.get(arn);
  const unjudged = findUnjudged(acl, { group, hasCountries: at.hasCountries });
  const whatOf = (action: ActionKind | undefined): string =>
    at.settings.strictWaf === true
      ? 'the stages of the web ACL return 500 (--strict-waf)'
      : `${withoutRule(action)}; with --strict-waf, the stages of the web ACL return 500`;
  for (const one of unjudged)
    reader.unsupported(
      'Rules',
      `rule ${one.rule} depends on ${one.what}, so the gateway cannot evaluate the rule: ${whatOf(one.action)}`,
    );
}
