/** Formats CloudFront's XML, in the structure of its API reference. */
import type { Selection } from '../../kernel/edge-policies.ts';
import { asList, isJsonObject, isTrue, listOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { escapeXml } from '../../kernel/calls/aws-operation.ts';

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

/** Formats a list in the form that all of CloudFront's lists have. */
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

export function distributionListXml(listed: readonly Distribution[], page: Page, loadedAt: string): Element {
  const summaries = listed.map((one) =>
    node('DistributionSummary', [
      ...identityXml(one, loadedAt),
      aliasesXml(one),
      ...bodyXml(one),
      node('HttpVersion', httpVersionOf(one).toUpperCase().replace('.', '_')),
      node('Staging', one.given['Staging'] === true),
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
      node('ActiveTrustedSigners', signersXml([])),
      node('ActiveTrustedKeyGroups', signersXml([])),
      node('DistributionConfig', configXml(one)),
    ]),
  };
}

function configXml(one: Distribution): Element {
  return {
    xml: printContent([
      node('CallerReference', one.id),
      aliasesXml(one),
      node('DefaultRootObject', one.defaultRootObject),
      ...bodyXml(one),
      node('Logging', loggingXml(membersOf(one.given['Logging']))),
      node('HttpVersion', httpVersionOf(one)),
      node('ContinuousDeploymentPolicyId', textOf(one.given, 'ContinuousDeploymentPolicyId')),
      node('Staging', one.given['Staging'] === true),
    ]),
  };
}

/**
 * Returns the HTTP version as the description of a single distribution spells it. Lists of distributions spell it
 * `HTTP2` (AWS CLI reference, list-distributions).
 */
function httpVersionOf({ given }: Distribution): string {
  return textOf(given, 'HttpVersion') || 'http2';
}

function loggingXml(logging: UnknownMembers): readonly Element[] {
  const bucket = textOf(logging, 'Bucket');
  return [
    node('Enabled', bucket !== ''),
    node('IncludeCookies', logging['IncludeCookies'] === true),
    node('Bucket', bucket),
    node('Prefix', textOf(logging, 'Prefix')),
  ];
}

/**
 * Returns the element for the viewer certificate. A distribution that sets no certificate uses CloudFront's
 * certificate.
 */
function certificateXml(certificate: UnknownMembers): readonly Element[] {
  const acm = textOf(certificate, 'AcmCertificateArn');
  const iam = textOf(certificate, 'IamCertificateId');
  const own = acm || iam;
  return [
    node('CloudFrontDefaultCertificate', own === ''),
    ...(iam === '' ? [] : [node('IAMCertificateId', iam)]),
    ...(acm === '' ? [] : [node('ACMCertificateArn', acm)]),
    node('SSLSupportMethod', textOf(certificate, 'SslSupportMethod') || 'vip'),
    node('MinimumProtocolVersion', textOf(certificate, 'MinimumProtocolVersion') || 'TLSv1'),
    ...(own === '' ? [] : [node('Certificate', own)]),
    node('CertificateSource', own === '' ? 'cloudfront' : acm === '' ? 'iam' : 'acm'),
  ];
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

function bodyXml(distribution: Distribution): readonly Element[] {
  const { origins, behaviors, errors, comment, webAclArn, given } = distribution;
  const defaultBehavior = behaviors.at(-1);
  const others = behaviors.slice(0, -1);
  const givenOrigins = listOf(given, 'Origins').map(membersOf);
  const givenOthers = listOf(given, 'CacheBehaviors').map(membersOf);
  const defaultGiven = membersOf(given['DefaultCacheBehavior']);
  return [
    items(
      'Origins',
      origins.flatMap((one) => {
        const found = givenOrigins.find(({ Id }) => Id === one.id);
        return found === undefined ? [] : [originXml(one, found)];
      }),
    ),
    items('OriginGroups', listOf(membersOf(given['OriginGroups']), 'Items').map(groupXml)),
    ...(defaultBehavior === undefined
      ? []
      : [node('DefaultCacheBehavior', behaviorXml(defaultBehavior, defaultGiven))]),
    items(
      'CacheBehaviors',
      others.map((one, index) =>
        node('CacheBehavior', [
          node('PathPattern', one.pattern),
          ...behaviorXml(one, givenOthers[index] ?? {}),
        ]),
      ),
    ),
    items('CustomErrorResponses', [...errors].map(errorXml)),
    node('Comment', comment),
    node('PriceClass', textOf(given, 'PriceClass') || 'PriceClass_All'),
    node('Enabled', true),
    node('ViewerCertificate', certificateXml(membersOf(given['ViewerCertificate']))),
    node('Restrictions', node('GeoRestriction', [node('RestrictionType', 'none'), node('Quantity', 0)])),
    node('WebACLId', webAclArn ?? ''),
    node('IsIPV6Enabled', given['IPV6Enabled'] !== false),
  ];
}

function groupXml(group: unknown): Element {
  const { Id, FailoverCriteria, Members } = membersOf(group);
  const codes = listOf(membersOf(membersOf(FailoverCriteria)['StatusCodes']), 'Items');
  const members = listOf(membersOf(Members), 'Items').map((member) =>
    node('OriginGroupMember', node('OriginId', textOf(membersOf(member), 'OriginId'))),
  );
  const statusCodes = items(
    'StatusCodes',
    codes.map((code) => node('StatusCode', String(code))),
  );
  return node('OriginGroup', [
    node('Id', String(Id)),
    node('FailoverCriteria', statusCodes),
    items('Members', members),
  ]);
}

/** The protocols of an origin that names none (AWS CLI reference, update-distribution). */
const ORIGIN_PROTOCOLS = ['SSLv3', 'TLSv1'];

function originXml(origin: Origin, given: UnknownMembers): Element {
  const { id, domainName, path, headers, protocol, httpPort, httpsPort, attempts, readTimeoutMs } = origin;
  const s3 = given['S3OriginConfig'];
  const custom = membersOf(given['CustomOriginConfig']);
  const shield = membersOf(given['OriginShield']);
  const protocols = asList(custom['OriginSSLProtocols'] ?? ORIGIN_PROTOCOLS);
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
    isJsonObject(s3)
      ? node('S3OriginConfig', node('OriginAccessIdentity', textOf(s3, 'OriginAccessIdentity')))
      : node('CustomOriginConfig', [
          node('HTTPPort', httpPort),
          node('HTTPSPort', httpsPort),
          node('OriginProtocolPolicy', protocol),
          items(
            'OriginSslProtocols',
            protocols.map((name) => node('SslProtocol', String(name))),
          ),
          node('OriginReadTimeout', readTimeoutMs / 1000),
          node('OriginKeepaliveTimeout', Number(custom['OriginKeepaliveTimeout'] ?? 5)),
        ]),
    node('ConnectionAttempts', attempts),
    node('ConnectionTimeout', Number(given['ConnectionTimeout'] ?? 10)),
    node('OriginShield', [
      node('Enabled', isTrue(shield['Enabled'])),
      ...(isTrue(shield['Enabled'])
        ? [node('OriginShieldRegion', textOf(shield, 'OriginShieldRegion'))]
        : []),
    ]),
    node('OriginAccessControlId', textOf(given, 'OriginAccessControlId')),
  ]);
}

/** The order in which CloudFront lists methods, regardless of their order in the distribution. */
const METHODS = ['HEAD', 'DELETE', 'POST', 'GET', 'OPTIONS', 'PUT', 'PATCH'];

function behaviorXml(
  { origin, viewerProtocol, allowedMethods, cachedMethods, compresses, cache, policyIds }: Behavior,
  given: UnknownMembers,
): readonly Element[] {
  const methods = (set: ReadonlySet<string>): readonly Element[] =>
    METHODS.filter((method) => set.has(method)).map((method) => node('Method', method));
  const policy = (name: string, id: string | undefined): readonly Element[] =>
    id === undefined ? [] : [node(name, id)];
  return [
    node('TargetOriginId', textOf(given, 'TargetOriginId') || origin.id),
    node('TrustedSigners', signersXml(listOf(given, 'TrustedSigners'), 'AwsAccountNumber')),
    node('TrustedKeyGroups', signersXml(listOf(given, 'TrustedKeyGroups'), 'KeyGroup')),
    node('ViewerProtocolPolicy', viewerProtocol),
    items('AllowedMethods', methods(allowedMethods), [items('CachedMethods', methods(cachedMethods))]),
    node('SmoothStreaming', isTrue(given['SmoothStreaming'])),
    node('Compress', compresses),
    items('LambdaFunctionAssociations', listOf(given, 'LambdaFunctionAssociations').map(edgeFunctionXml)),
    items('FunctionAssociations', listOf(given, 'FunctionAssociations').map(functionXml)),
    node('FieldLevelEncryptionId', textOf(given, 'FieldLevelEncryptionId')),
    ...policy('CachePolicyId', policyIds.cache),
    ...policy('OriginRequestPolicyId', policyIds.request),
    ...policy('ResponseHeadersPolicyId', policyIds.response),
    ...(cache.isLegacy ? legacyXml(cache) : []),
    node('GrpcConfig', node('Enabled', isTrue(membersOf(given['GrpcConfig'])['Enabled']))),
  ];
}

function signersXml(signers: readonly unknown[], name = ''): readonly Element[] {
  const made = signers.map((signer) => node(name, String(signer)));
  return [
    node('Enabled', made.length > 0),
    node('Quantity', made.length),
    ...(made.length === 0 ? [] : [node('Items', made)]),
  ];
}

function functionXml(association: unknown): Element {
  const of = membersOf(association);
  const arn = node('FunctionARN', textOf(of, 'FunctionARN'));
  return node('FunctionAssociation', [arn, node('EventType', textOf(of, 'EventType'))]);
}

function edgeFunctionXml(association: unknown): Element {
  const of = membersOf(association);
  return node('LambdaFunctionAssociation', [
    node('LambdaFunctionARN', textOf(of, 'LambdaFunctionARN')),
    node('EventType', textOf(of, 'EventType')),
    node('IncludeBody', isTrue(of['IncludeBody'])),
  ]);
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
