/** Handles `wafv2` calls by SDKs: reads, sampled requests, capacity, and the addresses of IP sets. */
import { OperationRefused } from '../../../kernel/calls/aws-operation.ts';
import { capacityOf } from '../rules/capacity.ts';
import { readRules } from '../rules/read-rule.ts';
import { membersOfRefusal, RefusedRule } from '../rules/refused-rule.ts';
import { InvalidMember, MemberReader } from '@gatewright/aws/member-reader';
import { readBlocks } from '../read-entities.ts';
import { MAX_SAMPLES } from '../sampled-requests.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { OperationResult } from '../../../kernel/calls/aws-operation.ts';
import type { EntityFacts } from '../read-entities.ts';
import type { Definitions } from '../read-stacks.ts';
import type { StageGuard } from '../stage-guard.ts';
import type { LockTokens } from './lock-tokens.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { InputPolicy } from '@gatewright/aws/call-input';
import { describeWrongType } from '@gatewright/aws/wrong-type';
import { CallModel } from '../../../kernel/calls/call-model.ts';
import { WAFV2_MODEL } from '../../../kernel/calls/models/wafv2.ts';

type CallPorts = { readonly guard: StageGuard; readonly tokens: LockTokens };

type Call = (at: MemberReader, ports: CallPorts) => UnknownMembers;

const MODEL = new CallModel(WAFV2_MODEL);
const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new OperationRefused('ValidationException', message),
  wrongType: (_message, value, wanted) =>
    new OperationRefused('SerializationException', describeWrongType(value, wanted)),
};

export const WAF_CALLS: Readonly<Record<string, Call>> = {
  GetWebACL(at, { guard: { definitions }, tokens }) {
    const found = find(at, definitions.acls, 'ARN');
    const WebACL = {
      ...describedOf(found),
      ...identityOf(found),
      Capacity: found.capacity,
      LabelNamespace: found.acl.prefix,
      ManagedByFirewallManager: false,
    };
    return { WebACL, LockToken: tokens.of(found.arn) };
  },
  GetIPSet(at, { guard: { definitions }, tokens }) {
    const found = find(at, definitions.ipSets);
    const { IPAddressVersion } = found.properties;
    const IPSet = { ...identityOf(found), IPAddressVersion, Addresses: found.addresses };
    return { IPSet, LockToken: tokens.of(found.arn) };
  },
  ListWebACLs: (at, ports) => list('WebACLs', at, ports, ports.guard.definitions.acls),
  ListIPSets: (at, ports) => list('IPSets', at, ports, ports.guard.definitions.ipSets),
  CheckCapacity: (at, { guard: { definitions } }) => ({ Capacity: checkCapacity(at, definitions) }),
  GetSampledRequests: getSampledRequests,
  UpdateIPSet: updateIpSet,
};

/**
 * Runs an operation of AWS WAF.
 * @returns undefined for an operation that the gateway does not support
 */
export function answerWaf(
  action: string,
  input: UnknownMembers,
  ports: CallPorts,
): OperationResult | undefined {
  const call = Object.hasOwn(WAF_CALLS, action) ? WAF_CALLS[action] : undefined;
  if (call === undefined) return undefined;
  try {
    MODEL.check(action, input, POLICY);
    return { kind: 'result', fields: call(new MemberReader(input, ''), ports) };
  } catch (error) {
    if (error instanceof OperationRefused) return error.toResult();
    if (error instanceof RefusedRule) return refusedParameter(error.said).toResult();
    if (error instanceof InvalidMember) return invalidParameter(error.message, error.path).toResult();
    throw error;
  }
}

/**
 * Returns the entity's properties in the form of the API. `Tags` and `Scope` are omitted, because in the API they are
 * not members of the entity.
 */
function describedOf({ properties }: EntityFacts): UnknownMembers {
  const shown = Object.entries(properties).filter(([name]) => name !== 'Tags' && name !== 'Scope');
  return toApiForm(Object.fromEntries(shown)) as UnknownMembers;
}

function identityOf({ name, id, arn, description }: EntityFacts): UnknownMembers {
  return { Name: name, Id: id, ARN: arn, Description: description };
}

/** Finds an entity by ARN if the call gives one, otherwise by name, id and scope. */
function find<Entity extends EntityFacts>(
  at: MemberReader,
  entities: ReadonlyMap<string, Entity>,
  arnMember = '',
): Entity {
  if (arnMember !== '' && at.has(arnMember)) {
    const found = entities.get(at.text(arnMember));
    if (found === undefined) throw nonexistent();
    return found;
  }
  const scope = at.oneOf('Scope', ['REGIONAL', 'CLOUDFRONT']);
  const [name, id] = [at.text('Name'), at.text('Id')];
  const found = [...entities.values()].find(
    (one) => one.name === name && one.id === id && one.scope === scope,
  );
  if (found === undefined) throw nonexistent();
  return found;
}

/** The page size of a list if the call gives none (WAF API reference, `Limit`: at most 100). */
const MAX_LISTED = 100;

/**
 * Lists entities by name. Every page that is not empty names its last entity as `NextMarker`, even if no more follow
 * (AWS CLI reference, list-web-acls and list-ip-sets).
 */
function list(
  member: string,
  at: MemberReader,
  { tokens }: CallPorts,
  entities: ReadonlyMap<string, EntityFacts>,
): UnknownMembers {
  const scope = at.oneOf('Scope', ['REGIONAL', 'CLOUDFRONT']);
  const after = at.has('NextMarker') ? at.text('NextMarker') : '';
  const page = [...entities.values()]
    .filter((one) => one.scope === scope && one.name > after)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, at.integer('Limit', 1, MAX_LISTED, MAX_LISTED));
  const last = page.at(-1);
  return {
    [member]: page.map((one) => ({ ...identityOf(one), LockToken: tokens.of(one.arn) })),
    ...(last && { NextMarker: last.name }),
  };
}

function checkCapacity(at: MemberReader, { groups }: Definitions): number {
  at.oneOf('Scope', ['REGIONAL', 'CLOUDFRONT']);
  const rules = readRules(at.as({ Rules: fromApiForm(at.value('Rules')) }), {
    prefix: '',
    bodies: new Map(),
    isGroup: false,
  });
  return capacityOf(rules, (arn) => {
    const group = groups.get(arn);
    if (group === undefined) throw nonexistent();
    return group.capacity;
  });
}

function getSampledRequests(at: MemberReader, { guard }: CallPorts): UnknownMembers {
  const arn = at.text('WebAclArn');
  if (!guard.definitions.acls.has(arn)) throw nonexistent();
  const maxItems = at.integer('MaxItems', 1, MAX_SAMPLES);
  const window = at.object('TimeWindow');
  const [start, end] = [timeOf(window, 'StartTime'), timeOf(window, 'EndTime')];
  const { samples, population } = guard.samples.find(arn, at.text('RuleMetricName'), start, end);
  return {
    SampledRequests: samples.slice(-maxItems).map(({ fields }) => fields()),
    PopulationSize: population,
    TimeWindow: { StartTime: start / 1000, EndTime: end / 1000 },
  };
}

/** Converts epoch seconds to milliseconds. */
function timeOf(at: MemberReader, name: string): number {
  const value = at.value(name);
  if (typeof value !== 'number' || !Number.isFinite(value)) at.refuse(name, 'must be a time');
  return value * 1000;
}

function updateIpSet(at: MemberReader, { guard, tokens }: CallPorts): UnknownMembers {
  const found = find(at, guard.definitions.ipSets);
  if (at.text('LockToken') !== tokens.of(found.arn)) throw lockLost();
  const addresses = at.texts('Addresses', 10_000);
  const version = found.properties['IPAddressVersion'] === 'IPV6' ? 'IPV6' : 'IPV4';
  guard.editIpSet({ ...found, addresses, blocks: readBlocks(at, addresses, version) });
  return { NextLockToken: tokens.renew(found.arn) };
}

/** Statements that refer to an entity. CloudFormation names the ARN member `Arn`, the API names it `ARN`. */
const REFERENCES = new Set([
  'IPSetReferenceStatement',
  'RegexPatternSetReferenceStatement',
  'RuleGroupReferenceStatement',
]);

/** Converts rules to the form of the API: `Arn` becomes `ARN`, and `SearchString` becomes its bytes in base64. */
function toApiForm(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => toApiForm(item, parent));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]): [string, unknown] => {
      if (name === 'Arn' && REFERENCES.has(parent)) return ['ARN', inner];
      if (name === 'SearchStringBase64') return ['SearchString', inner];
      if (name === 'SearchString' && typeof inner === 'string')
        return [name, Buffer.from(inner, 'utf8').toString('base64')];
      return [name, toApiForm(inner, name)];
    }),
  );
}

/** Converts rules from the form of the API, in which `SearchString` is base64. */
function fromApiForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromApiForm);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) =>
      name === 'SearchString' ? ['SearchStringBase64', inner] : [name, fromApiForm(inner)],
    ),
  );
}

/** Creates the error for an entity that does not exist, with AWS WAF's message (API reference, "Errors"). */
function nonexistent(): OperationRefused {
  return new OperationRefused(
    'WAFNonexistentItemException',
    'AWS WAF couldn’t perform the operation because your resource doesn’t exist.',
  );
}

function lockLost(): OperationRefused {
  return new OperationRefused(
    'WAFOptimisticLockException',
    'AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.',
  );
}

function invalidParameter(reason: string, field: string): OperationRefused {
  return refusedParameter(`${reason}, field: ${field}`);
}

function refusedParameter(said: string): OperationRefused {
  return new OperationRefused(
    'WAFInvalidParameterException',
    `Error reason: ${said}`,
    membersOfRefusal(said),
  );
}
