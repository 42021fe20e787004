/** Reads IP sets, pattern sets, rule groups and web ACLs of the loaded stacks. */
import { partitionOf, webAclScope } from '@gatewright/aws/arn';
import { AddressBlocks } from './evaluate/address-blocks.ts';
import { capacityOf, MAX_WEB_ACL_CAPACITY } from './rules/capacity.ts';
import { compilePattern, MAX_PATTERN } from './rules/pattern.ts';
import { readAction, readResponseBodies } from './rules/read-action.ts';
import { readRules } from './rules/read-rule.ts';
import { refuseAddress } from './rules/refused-rule.ts';
import { InvalidMember } from '@gatewright/aws/member-reader';
import { BODY_LIMITS } from './describe-oversize.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { Pattern, RuleSet, WebAcl } from './rules/statement.ts';

/** The members that every entity has in the API. */
export type EntityFacts = {
  readonly arn: string;
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly description: string;
  /** The properties as the template writes them. */
  readonly properties: Readonly<Record<string, unknown>>;
};

export type IpSet = EntityFacts & { readonly addresses: readonly string[]; readonly blocks: AddressBlocks };
export type PatternSet = EntityFacts & { readonly patterns: readonly Pattern[] };
export type RuleGroup = EntityFacts & RuleSet & { readonly capacity: number };
export type ReadWebAcl = EntityFacts & { readonly acl: WebAcl; readonly capacity: number };

const MAX_ADDRESSES = 10_000;
const MAX_PATTERNS = 10;
const USUAL_BODY_LIMIT = 16_384;

type Kind = 'webacl' | 'rulegroup' | 'ipset' | 'regexpatternset';

/** Returns the facts of an entity. Its name, id and scope are read from its physical id, `{name}|{id}|{scope}`. */
function factsOf({ resource, stack }: ResourceReader, kind: Kind): EntityFacts {
  const { physicalId, properties } = resource;
  const [name = '', id = '', scope = 'REGIONAL'] = physicalId.split('|');
  const { Description: description } = properties;
  return {
    arn: `arn:${partitionOf(stack.region)}:wafv2:${stack.region}:${stack.accountId}:${webAclScope(scope)}/${kind}/${name}/${id}`,
    id,
    name,
    scope,
    description: typeof description === 'string' ? description : '',
    properties,
  };
}

/**
 * Reads an IP set.
 * @throws InvalidMember if a member is invalid
 */
export function readIpSet(reader: ResourceReader): IpSet {
  const at: MemberReader = reader.members;
  const version = at.oneOf('IPAddressVersion', ['IPV4', 'IPV6']);
  const addresses = at.texts('Addresses', MAX_ADDRESSES);
  return { ...factsOf(reader, 'ipset'), addresses, blocks: readBlocks(at, addresses, version) };
}

/**
 * Reads the addresses of an IP set.
 * @throws InvalidMember if an address is invalid
 */
export function readBlocks(
  at: MemberReader,
  addresses: readonly string[],
  version: 'IPV4' | 'IPV6',
): AddressBlocks {
  const blocks = new AddressBlocks();
  for (const [index, address] of addresses.entries()) {
    const isOfVersion = address.includes(':') === (version === 'IPV6');
    // AWS requires a prefix length even for a single address.
    if (!isOfVersion || !address.includes('/') || !blocks.add(address, true))
      refuseAddress(
        at,
        index,
        address,
        `${address} is not an ${version === 'IPV6' ? 'IPv6' : 'IPv4'} network with a prefix length, such as ${version === 'IPV6' ? '2001:db8::/32' : '203.0.113.0/24'}; /0 is not allowed`,
      );
  }
  return blocks;
}

/**
 * Reads a set of patterns.
 * @throws InvalidMember if a member is invalid
 */
export function readPatternSet(reader: ResourceReader): PatternSet {
  const at: MemberReader = reader.members;
  const sources = at.texts('RegularExpressionList', MAX_PATTERNS);
  const patterns = sources.map((source) => {
    const pattern = source.length > MAX_PATTERN ? undefined : compilePattern(source);
    if (pattern === undefined)
      at.refuse('RegularExpressionList', `cannot be evaluated here: ${source.slice(0, 80)}`);
    return pattern;
  });
  return { ...factsOf(reader, 'regexpatternset'), patterns };
}

/**
 * Reads a rule group.
 * @throws InvalidMember if a member is invalid
 */
export function readRuleGroup(reader: ResourceReader): RuleGroup {
  const facts = factsOf(reader, 'rulegroup');
  const at: MemberReader = reader.members;
  const bodies = readResponseBodies(at.optional('CustomResponseBodies'));
  const prefix = `awswaf:${reader.stack.accountId}:rulegroup:${facts.name}:`;
  const rules = readRules(at, { prefix, bodies, isGroup: true });
  const capacity = at.integer('Capacity', 1, MAX_WEB_ACL_CAPACITY);
  const needed = capacityOf(rules, () => 0);
  if (needed > capacity) at.refuse('Capacity', `is ${capacity}, but the rules need ${needed} WCUs`);
  return { ...facts, prefix, rules, capacity };
}

/**
 * Reads a web ACL.
 * @throws InvalidMember if a member is invalid
 */
export function readWebAcl(
  reader: ResourceReader,
  groupCapacity: (arn: string) => number | undefined,
): ReadWebAcl {
  const facts = factsOf(reader, 'webacl');
  const at: MemberReader = reader.members;
  const bodies = readResponseBodies(at.optional('CustomResponseBodies'));
  const prefix = `awswaf:${reader.stack.accountId}:webacl:${facts.name}:`;
  const rules = readRules(at, { prefix, bodies, isGroup: false });
  const capacity = capacityOf(rules, groupCapacity);
  if (capacity > MAX_WEB_ACL_CAPACITY)
    at.refuse('Rules', `need ${capacity} WCUs, but a web ACL can have at most ${MAX_WEB_ACL_CAPACITY}`);
  const defaultAction = readAction(at.object('DefaultAction'), bodies);
  if (defaultAction.kind !== 'ALLOW' && defaultAction.kind !== 'BLOCK')
    at.refuse('DefaultAction', `must be Allow or Block, not ${JSON.stringify(defaultAction.kind)}`);
  const visibility = at.optional('VisibilityConfig');
  const metricName = visibility?.has('MetricName') === true ? visibility.text('MetricName') : facts.name;
  const isSampled = visibility?.value('SampledRequestsEnabled') !== false;
  return {
    ...facts,
    capacity,
    acl: {
      arn: facts.arn,
      name: facts.name,
      prefix,
      rules,
      metricName,
      isSampled,
      defaultAction,
      bodyLimitBytes: readBodyLimit(at),
    },
  };
}

function readBodyLimit(at: MemberReader): number {
  const scope = at.value('Scope') === 'CLOUDFRONT' ? 'CLOUDFRONT' : 'API_GATEWAY';
  const api = at.optional('AssociationConfig')?.optional('RequestBody')?.optional(scope);
  if (api === undefined) return USUAL_BODY_LIMIT;
  return BODY_LIMITS[api.oneOf('DefaultSizeInspectionLimit', Object.keys(BODY_LIMITS))] ?? USUAL_BODY_LIMIT;
}

/**
 * Reads an entity. If the entity is faulty, the fault is reported with its place and consequence, and the result is
 * undefined.
 */
export function attemptRead<Entity>(
  reader: ResourceReader,
  read: (reader: ResourceReader) => Entity,
  consequence: string,
): Entity | undefined {
  try {
    return read(reader);
  } catch (error) {
    if (!(error instanceof InvalidMember)) throw error;
    reader.note(error.path, error.message, consequence);
    return undefined;
  }
}
