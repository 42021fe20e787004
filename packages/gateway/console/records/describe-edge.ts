/**
 * Finds the cache behavior of CloudFront through which a request came. Reads which headers, query parameters and
 * cookies the behavior forwards to its origin, from its ForwardedValues or from the policies of the loaded stacks.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
 */
import { MANAGED_CACHE_POLICIES, MANAGED_REQUEST_POLICIES, findManaged } from '../../kernel/edge-policies.ts';
import type { CachePolicy, OriginRequestPolicy } from '../../kernel/edge-policies.ts';
import { asList, asText, isTrue, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { compileGlob } from '@gatewright/aws/glob';

import { findMappings } from '../surprises/template-text.ts';
import type { Received } from '../../core/exchange.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type {
  BehaviorCircumstances,
  Circumstances,
  ForwardedPart,
  Forwarding,
} from '../explain/circumstances.ts';
import { findByPhysicalId, placeOf, resourcesOf } from './find-places.ts';

type Forwards = NonNullable<BehaviorCircumstances['forwards']>;

const PARTS: readonly (readonly [part: ForwardedPart, kind: string, list: string])[] = [
  ['header', 'Header', 'Headers'],
  ['querystring', 'QueryString', 'QueryStrings'],
  ['cookie', 'Cookie', 'Cookies'],
];

/** Whether a request came through CloudFront, and by which cache behavior. */
export function describeEdge(
  { headers, api, rawPath }: Pick<Received, 'headers' | 'api' | 'rawPath'>,
  stacks: readonly ResolvedStack[],
): Pick<Circumstances, 'isBehindEdge' | 'behavior'> {
  if (headers.last('x-amz-cf-id') === undefined) return { isBehindEdge: false };
  const hosts = [`${api.apiId}.execute-api`, ...findMappings(stacks, api.apiId).map(({ domain }) => domain)];
  return { isBehindEdge: true, behavior: findBehavior(stacks, hosts, rawPath) };
}

/** Finds the cache behavior through which a request came to an API, by its origin and its path. */
export function findBehavior(
  stacks: readonly ResolvedStack[],
  hosts: readonly string[],
  rawPath: string,
): BehaviorCircumstances | undefined {
  for (const resource of resourcesOf(stacks, 'AWS::CloudFront::Distribution')) {
    const config = membersOf(resource.properties['DistributionConfig']);
    const origins = asList(config['Origins'])
      .map(membersOf)
      .filter(({ DomainName: name }) =>
        hosts.some((host) => host === name || asText(name)?.startsWith(`${host}.`)),
      );
    for (const { Id: id, OriginPath: given } of origins) {
      const prefix = asText(given) ?? '';
      const path = rawPath.startsWith(prefix) ? rawPath.slice(prefix.length) : rawPath;
      const index = asList(config['CacheBehaviors']).findIndex((one) => {
        const pattern = asText(membersOf(one)['PathPattern']) ?? '';
        return compileGlob(pattern.replace(/^\//, ''))(path.replace(/^\//, ''));
      });
      const name = index === -1 ? 'DefaultCacheBehavior' : `CacheBehaviors.${index}`;
      const behavior = membersOf(index === -1 ? config[name] : asList(config['CacheBehaviors'])[index]);
      if (behavior['TargetOriginId'] === id)
        return {
          ...describeBehavior(resource, behavior, `DistributionConfig.${name}`),
          ...nameCaching(stacks, behavior),
          path: { origin: prefix, place: placeOf(resource, `DistributionConfig.${name}.PathPattern`) },
          forwards: describeForwarding(stacks, resource, behavior, `DistributionConfig.${name}`),
        };
    }
  }
  return undefined;
}

/** Names the cache policy of the behavior, if it caches responses. */
function nameCaching(
  stacks: readonly ResolvedStack[],
  { CachePolicyId: id }: UnknownMembers,
): Pick<BehaviorCircumstances, 'cachedBy' | 'ownPolicy' | 'unknownPolicy'> {
  const own = findByPhysicalId(stacks, 'AWS::CloudFront::CachePolicy', asText(id) ?? '');
  // AWS allows no parameters in the key of a policy whose MaxTTL is 0.
  if (own !== undefined && Number(membersOf(own.properties['CachePolicyConfig'])['MaxTTL']) !== 0)
    return {
      ownPolicy: {
        logicalId: own.logicalId,
        place: placeOf(own, 'CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin'),
      },
    };
  const policy = findManaged(MANAGED_CACHE_POLICIES, asText(id) ?? '');
  if (policy !== undefined) return policy.maxTtlSeconds === 0 ? {} : { cachedBy: policy.name };
  return own === undefined && typeof id === 'string' ? { unknownPolicy: id } : {};
}

function describeBehavior(
  resource: ResolvedResource,
  behavior: UnknownMembers,
  path: string,
): BehaviorCircumstances {
  const forwarded = behavior['ForwardedValues'];
  const policyId = asText(behavior['OriginRequestPolicyId']);
  const property =
    membersOf(forwarded)['Headers'] !== undefined
      ? '.ForwardedValues.Headers'
      : forwarded !== undefined
        ? '.ForwardedValues'
        : policyId !== undefined
          ? '.OriginRequestPolicyId'
          : // The cache policy alone decides what reaches the origin.
            behavior['CachePolicyId'] === undefined
            ? ''
            : '.CachePolicyId';
  return {
    pattern: asText(behavior['PathPattern']),
    place: placeOf(resource, `${path}${property}`),
    isLegacy: forwarded !== undefined,
    policyId,
  };
}

function describeForwarding(
  stacks: readonly ResolvedStack[],
  distribution: ResolvedResource,
  behavior: UnknownMembers,
  path: string,
): Forwards {
  if (behavior['ForwardedValues'] !== undefined)
    return readForwardedValues(distribution, membersOf(behavior['ForwardedValues']), path);
  const named = (type: PolicyType): Forwards | undefined => {
    const id = asText(behavior[`${type}Id`]);
    return ofPolicy(stacks, type, id) ?? ofManaged(distribution, type, behavior, path);
  };
  const cache = named('CachePolicy');
  if (cache === undefined) return {};
  if (behavior['OriginRequestPolicyId'] === undefined) return cache;
  const request = named('OriginRequestPolicy');
  return request === undefined
    ? {}
    : Object.fromEntries(PARTS.flatMap(([part]) => both(part, cache[part], request[part])));
}

type PolicyType = 'CachePolicy' | 'OriginRequestPolicy';

/** Returns what an AWS managed policy forwards; undefined for the id of any other policy. */
function ofManaged(
  distribution: ResolvedResource,
  type: PolicyType,
  behavior: UnknownMembers,
  path: string,
): Forwards | undefined {
  const isAlone = behavior['OriginRequestPolicyId'] === undefined;
  const isCache = type === 'CachePolicy';
  const policy = findManaged<CachePolicy | OriginRequestPolicy>(
    isCache ? MANAGED_CACHE_POLICIES : MANAGED_REQUEST_POLICIES,
    asText(behavior[`${type}Id`]) ?? '',
  );
  if (policy === undefined) return undefined;
  const words = { header: 'headers', querystring: 'query parameters', cookie: 'cookies' };
  const selections = { header: policy.headers, querystring: policy.query, cookie: policy.cookies };
  return Object.fromEntries(
    PARTS.map(([part]) => {
      const selection = selections[part];
      const names = 'names' in selection ? [...selection.names] : [];
      const which =
        selection.kind === 'none'
          ? `no ${words[part]}`
          : selection.kind === 'all'
            ? `all ${words[part]}`
            : `${selection.kind === 'only' ? 'only' : 'all'} ${words[part]}${selection.kind === 'only' ? '' : ' except'} ${names.join(', ')}`;
      return [
        part,
        {
          kind: selection.kind === 'none' ? 'only' : selection.kind,
          names,
          place: placeOf(distribution, `${path}.${type}Id`),
          setting: `the managed ${isCache ? 'cache' : 'origin request'} policy ${policy.name} has ${which}${isCache && isAlone ? ', and the behavior has no OriginRequestPolicyId' : ''}`,
        } satisfies Forwarding,
      ];
    }),
  );
}

/** A name is forwarded if either policy selects it. Lists that exclude names are rare, and are left out. */
function both(
  part: ForwardedPart,
  one: Forwarding | undefined,
  other: Forwarding | undefined,
): (readonly [ForwardedPart, Forwarding])[] {
  if (one === undefined || other === undefined) return [];
  if (one.kind === 'only' && other.kind === 'only')
    return [[part, { ...other, names: [...one.names, ...other.names] }]];
  if (one.kind === 'all' || other.kind === 'all') return [[part, one.kind === 'all' ? one : other]];
  // CloudFront forwards what the cache policy lists, even if the other policy excludes it.
  if (one.kind === 'only' && other.kind === 'except')
    return [[part, { ...other, names: other.names.filter((name) => !one.names.includes(name)) }]];
  return [];
}

function ofPolicy(
  stacks: readonly ResolvedStack[],
  type: PolicyType,
  id: string | undefined,
): Forwards | undefined {
  const policy = findByPhysicalId(stacks, `AWS::CloudFront::${type}`, id ?? '');
  if (policy === undefined) return undefined;
  const within =
    type === 'CachePolicy' ? 'CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin' : `${type}Config`;
  const config = within.split('.').reduce((value, name) => membersOf(value[name]), policy.properties);
  return Object.fromEntries(
    PARTS.map(([part, kind, list]) => {
      const members = membersOf(config[`${list}Config`]);
      const behavior = asText(members[`${kind}Behavior`]) ?? 'none';
      return [
        part,
        {
          kind: behavior.startsWith('all') ? (behavior === 'allExcept' ? 'except' : 'all') : 'only',
          names: behavior === 'none' ? [] : asList(members[list]).flatMap((name) => asText(name) ?? []),
          place: placeOf(policy, `${within}.${list}Config.${kind}Behavior`),
          setting: `${kind}Behavior of the ${type === 'CachePolicy' ? 'cache policy' : 'origin request policy'} is ${behavior}`,
        } satisfies Forwarding,
      ];
    }),
  );
}

function readForwardedValues(
  distribution: ResolvedResource,
  { QueryString: query, Cookies: cookies }: UnknownMembers,
  path: string,
): Forwards {
  const { Forward: forward, WhitelistedNames: names } = membersOf(cookies);
  const at = (member: string): string | undefined =>
    placeOf(distribution, `${path}.ForwardedValues.${member}`);
  // A table in AWS's documentation determines further headers that are forwarded, whatever the list says.
  return {
    querystring: {
      kind: isTrue(query) ? 'all' : 'only',
      names: [],
      place: at('QueryString'),
      setting: `QueryString of ForwardedValues is ${isTrue(query)}`,
    },
    cookie: {
      kind: forward === 'all' ? 'all' : 'only',
      names: forward === 'whitelist' ? asList(names).flatMap((name) => asText(name) ?? []) : [],
      place: at('Cookies'),
      setting: `Forward of Cookies is ${asText(forward) ?? 'none'}`,
    },
  };
}

export function isForwarded(forwarding: Forwarding | undefined, name: string): boolean {
  if (forwarding === undefined || forwarding.kind === 'all') return true;
  const isListed = forwarding.names.some((one) => one.toLowerCase() === name.toLowerCase());
  return forwarding.kind === 'only' ? isListed : !isListed;
}
