/** Prints CloudFront's XML, in the structure of its API reference. */
import { escapeXml } from '../../kernel/calls/aws-operation.ts';
import type { Selection } from './distribution.ts';
import type { Behavior, Distribution, ErrorRule, Origin } from './distribution.ts';
import type { Invalidation } from './invalidations.ts';

const NAMESPACE = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';

/** The content of an XML element. Texts are escaped, elements are not. */
type Content = string | number | boolean | Element | readonly Element[];
type Element = { readonly xml: string };

const node = (name: string, content: Content): Element => ({
  xml: `<${name}>${printContent(content)}</${name}>`,
});

function printContent(content: Content): string {
  if (typeof content === 'object')
    return 'xml' in content ? content.xml : content.map(({ xml }) => xml).join('');
  return escapeXml(String(content));
}

/** Prints a list in the form that all of CloudFront's lists have. */
const items = (name: string, made: readonly Element[], more: readonly Element[] = []): Element =>
  node(name, [node('Quantity', made.length), ...(made.length === 0 ? [] : [node('Items', made)]), ...more]);

export function printDocument(name: string, { xml }: { readonly xml: string }): string {
  return `<?xml version="1.0"?>\n<${name} xmlns="${NAMESPACE}">${xml}</${name}>`;
}

export function invalidationXml({ id, createTime, paths, reference }: Invalidation, status: string): Element {
  const batch = [
    items(
      'Paths',
      paths.map((path) => node('Path', path)),
    ),
    node('CallerReference', reference),
  ];
  return {
    xml: printContent([
      node('Id', id),
      node('Status', status),
      node('CreateTime', createTime),
      node('InvalidationBatch', batch),
    ]),
  };
}

type Page = { readonly marker: string; readonly maxItems: number; readonly nextMarker: string | undefined };

function pageXml({ marker, maxItems, nextMarker }: Page): readonly Element[] {
  return [
    node('Marker', marker),
    ...(nextMarker === undefined ? [] : [node('NextMarker', nextMarker)]),
    node('MaxItems', maxItems),
    node('IsTruncated', nextMarker !== undefined),
  ];
}

export function invalidationListXml(listed: readonly Invalidation[], page: Page): Element {
  const summaries = listed.map(({ id, createTime }) =>
    node('InvalidationSummary', [
      node('Id', id),
      node('CreateTime', createTime),
      node('Status', 'Completed'),
    ]),
  );
  return { xml: printContent([...pageXml(page), ...listContent(summaries)]) };
}

export function distributionListXml(listed: readonly Distribution[], page: Page, loadedAt: string): Element {
  const summaries = listed.map((one) =>
    node('DistributionSummary', [
      ...identityXml(one, loadedAt),
      aliasesXml(one),
      ...bodyXml(one),
      node('Staging', false),
    ]),
  );
  return { xml: printContent([...pageXml(page), ...listContent(summaries)]) };
}

function listContent(made: readonly Element[]): readonly Element[] {
  return [node('Quantity', made.length), ...(made.length === 0 ? [] : [node('Items', made)])];
}

export function distributionXml(one: Distribution, loadedAt: string): Element {
  return {
    xml: printContent([
      ...identityXml(one, loadedAt),
      node('InProgressInvalidationBatches', 0),
      node('DistributionConfig', configXml(one)),
    ]),
  };
}

export function configXml(one: Distribution): Element {
  return {
    xml: printContent([
      node('CallerReference', one.id),
      aliasesXml(one),
      node('DefaultRootObject', one.defaultRootObject),
      ...bodyXml(one),
    ]),
  };
}

function identityXml({ id, arn, domainName }: Distribution, loadedAt: string): readonly Element[] {
  return [
    node('Id', id),
    node('ARN', arn),
    node('Status', 'Deployed'),
    node('LastModifiedTime', loadedAt),
    node('DomainName', domainName),
  ];
}

function aliasesXml({ aliases }: Distribution): Element {
  return items(
    'Aliases',
    aliases.map((alias) => node('CNAME', alias)),
  );
}

function bodyXml({ origins, behaviors, errors, comment, webAclArn }: Distribution): readonly Element[] {
  const defaultBehavior = behaviors.at(-1);
  const others = behaviors.slice(0, -1);
  return [
    items('Origins', origins.map(originXml)),
    ...(defaultBehavior === undefined ? [] : [node('DefaultCacheBehavior', behaviorXml(defaultBehavior))]),
    items(
      'CacheBehaviors',
      others.map((one) => node('CacheBehavior', [node('PathPattern', one.pattern), ...behaviorXml(one)])),
    ),
    items('CustomErrorResponses', [...errors].map(errorXml)),
    node('Comment', comment),
    node('PriceClass', 'PriceClass_All'),
    node('Enabled', true),
    node('ViewerCertificate', node('CloudFrontDefaultCertificate', true)),
    node('Restrictions', node('GeoRestriction', [node('RestrictionType', 'none'), node('Quantity', 0)])),
    node('WebACLId', webAclArn ?? ''),
    node('HttpVersion', 'http2'),
    node('IsIPV6Enabled', true),
  ];
}

function originXml(origin: Origin): Element {
  const { id, domainName, path, headers, protocol, httpPort, httpsPort, attempts, readTimeoutMs } = origin;
  const added = headers.flatMap((name, index) =>
    index % 2 === 1
      ? []
      : [
          node('OriginCustomHeader', [
            node('HeaderName', name),
            node('HeaderValue', headers[index + 1] ?? ''),
          ]),
        ],
  );
  return node('Origin', [
    node('Id', id),
    node('DomainName', domainName),
    node('OriginPath', path),
    items('CustomHeaders', added),
    node('CustomOriginConfig', [
      node('HTTPPort', httpPort),
      node('HTTPSPort', httpsPort),
      node('OriginProtocolPolicy', protocol),
      node('OriginReadTimeout', readTimeoutMs / 1000),
    ]),
    node('ConnectionAttempts', attempts),
  ]);
}

function behaviorXml({
  origin,
  viewerProtocol,
  allowedMethods,
  cachedMethods,
  compresses,
  cache,
  policyIds,
}: Behavior): readonly Element[] {
  const methods = (set: ReadonlySet<string>): readonly Element[] =>
    [...set].map((method) => node('Method', method));
  const policy = (name: string, id: string | undefined): readonly Element[] =>
    id === undefined ? [] : [node(name, id)];
  return [
    node('TargetOriginId', origin.id),
    node('ViewerProtocolPolicy', viewerProtocol),
    items('AllowedMethods', methods(allowedMethods), [items('CachedMethods', methods(cachedMethods))]),
    node('Compress', compresses),
    ...policy('CachePolicyId', policyIds.cache),
    ...policy('OriginRequestPolicyId', policyIds.request),
    ...policy('ResponseHeadersPolicyId', policyIds.response),
    ...(cache.isLegacy ? legacyXml(cache) : []),
  ];
}

function legacyXml({
  query,
  cookies,
  headers,
  minTtlSeconds,
  defaultTtlSeconds,
  maxTtlSeconds,
}: Behavior['cache']): readonly Element[] {
  const names = ({ kind, ...more }: Selection): readonly Element[] =>
    kind === 'all'
      ? [node('Name', '*')]
      : 'names' in more
        ? more.names.map((name) => node('Name', name))
        : [];
  const listed = cookies.kind === 'only' ? [items('WhitelistedNames', names(cookies))] : [];
  const forward = cookies.kind === 'only' ? 'whitelist' : cookies.kind;
  return [
    node('ForwardedValues', [
      node('QueryString', query.kind !== 'none'),
      node('Cookies', [node('Forward', forward), ...listed]),
      items('Headers', names(headers)),
      items('QueryStringCacheKeys', query.kind === 'only' ? names(query) : []),
    ]),
    node('MinTTL', minTtlSeconds),
    node('DefaultTTL', defaultTtlSeconds),
    node('MaxTTL', maxTtlSeconds),
  ];
}

function errorXml([code, { page, cachingMinTtlSeconds }]: [number, ErrorRule]): Element {
  return node('CustomErrorResponse', [
    node('ErrorCode', code),
    ...(page === undefined ? [] : [node('ResponsePagePath', page.path), node('ResponseCode', page.status)]),
    node('ErrorCachingMinTTL', cachingMinTtlSeconds ?? 10),
  ]);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|(amp|lt|gt|quot|apos));/gi,
    (_, code?: string, hex?: string, name = '') => {
      if (code !== undefined) return String.fromCodePoint(Math.min(Number(code), 0x10ffff));
      return hex === undefined ? (ENTITIES[String(name)] ?? '') : String.fromCodePoint(parseInt(hex, 16));
    },
  );
}
