/**
 * Advises how to change a cache behavior of CloudFront, so that it forwards to the origin what the viewer
 * sent.
 */
import { nameEdgePolicy } from '@gatewright/aws/edge-policy-ids';
import type { BehaviorCircumstances, Circumstances, Forwarding } from './circumstances.ts';
import type { Reason } from './reason.ts';

const ALL_BUT_HOST = nameEdgePolicy('AllViewerExceptHostHeader');
const NO_CACHE = nameEdgePolicy('CachingDisabled');

function forwardedOf(behavior: BehaviorCircumstances | undefined, kind: string): Forwarding | undefined {
  return Object.entries(behavior?.forwards ?? {}).find(([part]) => part === kind)?.[1];
}

type Place = { readonly kind: string; readonly name: string };

/** @param behavior undefined if no loaded stack has the distribution */
export function adviseBehavior(
  sent: readonly Place[],
  named: string,
  behavior: BehaviorCircumstances | undefined,
): string {
  const where = behavior === undefined ? 'the behavior of the distribution' : atPlace(behavior);
  const it = sent.length === 1 && sent[0]?.kind !== 'cookie' ? 'it' : 'them';
  const begin = `If the viewer sent ${named}, have CloudFront forward ${it}: `;
  // A value that the response depends on must be in the cache key, too.
  const cached =
    behavior?.cachedBy === undefined
      ? behavior?.unknownPolicy === undefined
        ? ''
        : ` If the cache policy ${behavior.unknownPolicy}, which no loaded template has, caches responses, also replace it by ${NO_CACHE}.`
      : ` Also replace the cache policy ${behavior.cachedBy}, whose cache key does not contain ${it}, by ${NO_CACHE}. To cache each value separately, use instead only a cache policy of your own with ${named} in its key, and no origin request policy.`;
  const isExcluded = sent.some(({ kind }) => forwardedOf(behavior, kind)?.kind === 'except');
  // CloudFormation leaves ForwardedValues out next to a policy (docs/aws §21.1), so the advice for a behavior with
  // ForwardedValues is to change ForwardedValues.
  if (behavior?.isLegacy === true) return `${begin}${adviseForwarded(sent, where)}${cached}`;
  const end = isExcluded
    ? cached
    : `${cached} Apart from a few headers of its own, CloudFront forwards only what the cache behavior names.`;
  if (behavior?.ownPolicy !== undefined)
    return `${begin}${adviseKey(sent, behavior.ownPolicy, behavior.forwards)}${end}`;
  const verb = behavior?.policyId === undefined ? 'set' : `replace ${behavior.policyId} by`;
  const property = behavior?.policyId === undefined ? 'OriginRequestPolicyId: ' : '';
  return `${begin}${verb} ${property}${ALL_BUT_HOST} ${behavior?.policyId === undefined ? 'in' : 'as OriginRequestPolicyId of'} ${where}.${end}`;
}

/**
 * An origin request policy would forward the values, but would not add them to the cache key, so CloudFront would send
 * the response for one value to a viewer with another value.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-how-origin-request-policies-and-cache-policies-work-together.html
 */
function adviseKey(
  sent: readonly Place[],
  { logicalId, place }: NonNullable<BehaviorCircumstances['ownPolicy']>,
  forwards: BehaviorCircumstances['forwards'],
): string {
  const namesOf = (of: string): string =>
    sent.flatMap(({ kind, name }) => (kind === of ? name : [])).join(', ');
  const parts = (
    [
      ['querystring', namesOf('querystring'), 'QueryStrings', 'QueryStringBehavior'],
      ['header', namesOf('header'), 'Headers', 'HeaderBehavior'],
      ['cookie', namesOf('cookie') && 'the names of the cookies', 'Cookies', 'CookieBehavior'],
    ] as const
  ).flatMap(([part, names, list, behavior]) => {
    if (names === '') return [];
    // A list of what is excluded must lose the name: whitelist would exclude everything else.
    const excluded = forwards?.[part];
    // CloudFront accepts no empty list beside allExcept.
    if (excluded?.kind === 'except' && excluded.names.every((name) => names.split(', ').includes(name)))
      return `set ${behavior}: all and remove ${list}, which excludes ${names}`;
    return excluded?.kind === 'except'
      ? `remove ${names} from ${list}, which ${behavior}: allExcept excludes`
      : `add ${names} to ${list}, with ${behavior}: whitelist`;
  });
  return `in the cache policy ${logicalId}${place === undefined ? '' : ` (${place})`}, ${parts.join('; ')}. CloudFront forwards what the cache key contains, and keeps a response for each value.`;
}

function adviseForwarded(sent: readonly Place[], where: string): string {
  const headers = sent.filter(({ kind }) => kind === 'header').map(({ name }) => name);
  const isQuery = sent.some(({ kind }) => kind === 'querystring');
  const parts = [
    ...(headers.length === 0 ? [] : [`add ${headers.join(', ')} to the Headers of ForwardedValues`]),
    ...(sent.some(({ kind }) => kind === 'cookie') ? ['set Forward: all in Cookies of ForwardedValues'] : []),
    ...(isQuery ? ['set QueryString: true in ForwardedValues'] : []),
  ];
  return `${parts.join(' and ')} in ${where}.${forwardedByLegacy(sent)} Or remove ForwardedValues, and set CachePolicyId: ${NO_CACHE} and OriginRequestPolicyId: ${ALL_BUT_HOST}; beside a CachePolicyId, ForwardedValues has no effect.`;
}

/**
 * A behavior with ForwardedValues forwards all headers but a few.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
 */
function forwardedByLegacy(sent: readonly Place[]): string {
  const kinds = [
    ...(sent.some(({ kind }) => kind === 'cookie') ? ['cookies'] : []),
    ...(sent.some(({ kind }) => kind === 'querystring') ? ['query parameters'] : []),
  ];
  return kinds.length === 0
    ? ''
    : ` Of ${kinds.join(' and ')}, CloudFront forwards only what ForwardedValues names.`;
}

function atPlace({ pattern, place }: BehaviorCircumstances): string {
  const name = pattern === undefined ? 'the default cache behavior' : `the cache behavior ${pattern}`;
  return place === undefined ? name : `${name} (${place})`;
}

/**
 * Explains a path for which the API has no route, because CloudFront forwards the whole path, including the part that
 * PathPattern matches, and puts OriginPath before it.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
 */
export function explainForwardedPath({
  isBehindEdge,
  behavior,
  path,
}: Pick<Circumstances, 'isBehindEdge' | 'behavior' | 'path'>): Reason {
  if (isBehindEdge !== true || behavior === undefined) return { because: [], changes: [] };
  const { pattern, path: forwarded } = behavior;
  const at = forwarded?.place === undefined ? '' : ` (${forwarded.place})`;
  const origin = forwarded?.origin ?? '';
  const before =
    origin === ''
      ? 'It adds nothing before the path, because the origin has no OriginPath'
      : `It only puts the OriginPath of the origin, ${origin}, before the path`;
  const which = pattern === undefined ? 'default cache behavior' : `cache behavior ${pattern}`;
  // The part of the pattern before its first wildcard, up to the last slash in it.
  const [fixed = ''] =
    /^[^*?]*(?=\/)/.exec(pattern === undefined ? '' : `/${pattern.replace(/^\//, '')}`) ?? [];
  const isBelow = fixed !== '' && path.startsWith(`${fixed}/`);
  return {
    because: [
      `The request came through CloudFront. Its ${which}${at} forwards the whole path${isBelow ? `, including ${fixed}, which the pattern matches` : ''}. ${before}.`,
    ],
    changes: isBelow
      ? [
          `Give the ${which}${at} a CloudFront function for viewer-request that removes ${fixed} from request.uri, so that the API gets ${path.slice(fixed.length)}; or let the routes of the API begin with ${fixed}.`,
        ]
      : [],
  };
}
