/** Reads the distributions of the loaded stacks, and reports everything that the gateway does not support. */
import { partitionOf } from '@gatewright/aws/arn';
import { asText, membersOf } from '@gatewright/aws/json-object';
import { makeId } from '@gatewright/aws/physical-ids';
import { InvalidMember, MemberReader } from '@gatewright/aws/member-reader';
import { closedBehavior, readBehavior, readPattern } from './read-behaviors.ts';
import { isSet, readCachePolicy, readRequestPolicy, readResponsePolicy } from './read-policies.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { ServiceSettings } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import type { Behavior, Distribution, ErrorRule, Origin } from './distribution.ts';
import type { Finding, Policies } from './read-behaviors.ts';

const MAX_LISTED = 1_000;
const ROOT = 'DistributionConfig';
const REFUSED = 'requests to the distribution return 500';

const DONE = new Set(
  `Aliases CacheBehaviors CustomErrorResponses DefaultCacheBehavior DefaultRootObject Enabled Origins WebACLId
   Restrictions Comment CallerReference HttpVersion IPV6Enabled PriceClass ViewerCertificate OriginGroups
   AnycastIpListId ConnectionMode`.split(/\s+/),
);
const OPEN_FINDINGS: Readonly<Record<string, string>> = {
  Logging: 'no log is written to the bucket; see the log group of the distribution',
  ContinuousDeploymentPolicyId: 'no requests are sent to a staging distribution',
  Staging: 'the staging distribution is served like any other distribution',
};
const ORIGIN_DONE = new Set(
  `Id DomainName OriginPath OriginCustomHeaders CustomOriginConfig ConnectionAttempts ConnectionTimeout
   OriginShield ResponseCompletionTimeout`.split(/\s+/),
);
const ORIGIN_CLOSING: Readonly<Record<string, string>> = {
  S3OriginConfig: 'the gateway does not support S3 origins',
  VpcOriginConfig: 'the gateway does not support VPC origins',
  OriginAccessControlId: 'the gateway does not sign requests to the origin',
};
const NEVER_ADDED =
  /^(?:cache-control|connection|content-length|cookie|host|if-.*|max-forwards|pragma|proxy-.*|range|request-range|te|trailer|transfer-encoding|upgrade|via|x-amz-.*|x-edge-.*|x-real-ip)$/;
const S3_HOST = /(?:^|\.)s3(?:-website)?[.-][a-z0-9-]*\.?amazonaws\.com(?:\.cn)?$|\.s3\.amazonaws\.com$/i;

/** Reads the enabled distributions and reports names that two of them share. */
export function readDistributions(stacks: StackReading, settings: ServiceSettings): readonly Distribution[] {
  const readers = stacks.everyOfType('AWS::CloudFront::Distribution');
  const policies: Policies = {
    cache: readAll(stacks, 'AWS::CloudFront::CachePolicy', readCachePolicy),
    request: readAll(stacks, 'AWS::CloudFront::OriginRequestPolicy', readRequestPolicy),
    response: readAll(stacks, 'AWS::CloudFront::ResponseHeadersPolicy', readResponsePolicy),
  };
  const taken = new Set<string>();
  return readers.flatMap((reader) => {
    const distribution = new DistributionReader(reader, policies, settings).read();
    const twice = distribution?.aliases.find((alias) => taken.has(alias));
    if (twice !== undefined)
      reader.note(
        `${ROOT}.Aliases`,
        `${twice} is an alias of two distributions`,
        'the first distribution keeps the alias',
      );
    for (const alias of distribution?.aliases ?? []) taken.add(alias);
    return distribution ?? [];
  });
}

function readAll<Policy>(
  stacks: StackReading,
  type: string,
  read: (at: MemberReader) => Policy,
): ReadonlyMap<string, Policy> {
  return new Map(
    stacks.ofType(type).flatMap((reader): readonly (readonly [string, Policy])[] => {
      try {
        return [[reader.resource.physicalId, read(reader.members)]];
      } catch (error) {
        if (!(error instanceof InvalidMember)) throw error;
        reader.note(error.path, error.message, 'behaviors with this policy return 500');
        return [];
      }
    }),
  );
}

class DistributionReader {
  readonly #reader: ResourceReader;
  readonly #policies: Policies;
  readonly #settings: ServiceSettings;

  constructor(reader: ResourceReader, policies: Policies, settings: ServiceSettings) {
    this.#reader = reader;
    this.#policies = policies;
    this.#settings = settings;
  }

  /** Reads the distribution; undefined if it is disabled. A distribution with an error refuses every request. */
  read(): Distribution | undefined {
    const { resource } = this.#reader;
    const at = this.#attempt(() => {
      if (resource.unresolved?.includes(ROOT) === true)
        throw new InvalidMember(ROOT, 'contains a value that is known only after the deployment');
      return new MemberReader(resource.properties[ROOT], ROOT);
    });
    if (at instanceof InvalidMember) return this.#closed(at);
    const distribution = this.#attempt(() => this.#readConfig(at));
    return distribution instanceof InvalidMember ? this.#closed(distribution) : distribution;
  }

  #attempt<Value>(read: () => Value, consequence = REFUSED): Value | InvalidMember {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InvalidMember)) throw error;
      this.#reader.note(error.path, error.message, consequence);
      return error;
    }
  }

  #closed(fault: InvalidMember): Distribution {
    return { ...this.#identity(), behaviors: [closedBehavior(undefined, '*', fault)] };
  }

  #identity(): Distribution {
    const { resource, stack } = this.#reader;
    const id = resource.physicalId;
    return {
      id,
      arn: `arn:${partitionOf(stack.region)}:cloudfront::${stack.accountId}:distribution/${id}`,
      accountId: stack.accountId,
      // The domain name has the same form as the result of `Fn::GetAtt`.
      domainName: `d${makeId(13, stack.stackName, resource.logicalId)}.cloudfront.net`,
      given: membersOf(resource.properties[ROOT]),
      aliases: [],
      comment: '',
      defaultRootObject: '',
      origins: [],
      behaviors: [],
      errors: new Map(),
      webAclArn: undefined,
      closed: resource.fault === undefined ? undefined : `${resource.logicalId}: ${resource.fault.message}`,
    };
  }

  #readConfig(at: MemberReader): Distribution | undefined {
    if (!at.flag('Enabled', false)) return undefined;
    const reasons = this.#findUndone(at);
    const groups = this.#groupsOf(at);
    const origins = new Map([...this.#readOrigins(at), ...groups]);
    const others = at.objects('CacheBehaviors', MAX_LISTED).map((one) => this.#readOther(one, origins));
    const defaultBehavior = at.object('DefaultCacheBehavior');
    const webAcl = at.value('WebACLId');
    const root = at.value('DefaultRootObject') ?? '';
    if (typeof root !== 'string' || /^\/|[^\w\-.*$/~"':@%&;?=,()+!]/.test(root))
      at.refuse('DefaultRootObject', `${JSON.stringify(root)} is not an object name such as index.html`);
    return {
      ...this.#identity(),
      aliases: at.texts('Aliases', MAX_LISTED).map((alias) => alias.toLowerCase()),
      comment: asText(at.value('Comment')) ?? '',
      defaultRootObject: root,
      origins: [...origins.values()],
      behaviors: [...others, this.#readOne(defaultBehavior, '*', origins)],
      errors: new Map(at.objects('CustomErrorResponses', 100).map(readErrorRule)),
      webAclArn: typeof webAcl === 'string' && webAcl !== '' ? webAcl : undefined,
      closed: this.#identity().closed ?? reasons[0],
    };
  }

  #readOther(at: MemberReader, origins: ReadonlyMap<string, Origin>): Behavior {
    const pattern = this.#attempt(() => readPattern(at));
    // The behavior's paths are unknown, so it may apply to any path.
    if (pattern instanceof InvalidMember) return closedBehavior(at, '*', pattern);
    return this.#readOne(at, pattern, origins);
  }

  #readOne(at: MemberReader, pattern: string, origins: ReadonlyMap<string, Origin>): Behavior {
    const find = (finding: Finding): void => this.#note(finding, `requests for ${pattern}`);
    const behavior = this.#attempt(() =>
      readBehavior(at, pattern, { origins, policies: this.#policies, find }),
    );
    if (behavior instanceof InvalidMember) return closedBehavior(at, pattern, behavior);
    return this.#settings.allowUnguarded === true
      ? { ...behavior, closed: behavior.origin.closed }
      : behavior;
  }

  #note({ path, what, closes }: Finding, requests: string): void {
    const open = this.#settings.allowUnguarded === true;
    const then = open
      ? `${requests} are served because --allow-unguarded is set`
      : `${requests} return 500, unless --allow-unguarded is set`;
    this.#reader.unsupported(path, closes ? `${what}: ${then}` : what);
  }

  /**
   * Reports the settings of the distribution that the gateway does not support.
   * @returns the reasons why all requests are refused
   */
  #findUndone(at: MemberReader): readonly string[] {
    const reasons: string[] = [];
    for (const name of at.names) {
      if (DONE.has(name) || !isSet(at.value(name))) continue;
      const open = Object.hasOwn(OPEN_FINDINGS, name) ? OPEN_FINDINGS[name] : undefined;
      const what = open ?? `the gateway does not support ${name}`;
      if (open === undefined) reasons.push(what);
      this.#note({ path: `${ROOT}.${name}`, what, closes: open === undefined }, 'all requests');
    }
    const geo = at.optional('Restrictions')?.optional('GeoRestriction');
    if (geo !== undefined && geo.value('RestrictionType') !== 'none') {
      const what = 'the gateway does not know the country of a viewer';
      reasons.push(what);
      this.#note({ path: `${ROOT}.Restrictions.GeoRestriction`, what, closes: true }, 'all requests');
    }
    return this.#settings.allowUnguarded === true ? [] : reasons;
  }

  #readOrigins(at: MemberReader): readonly (readonly [string, Origin])[] {
    return at.objects('Origins', MAX_LISTED).map((one) => {
      const id = one.text('Id');
      const origin = this.#attempt(() => this.#readOrigin(one, id), 'behaviors with this origin return 500');
      if (!(origin instanceof InvalidMember)) return [id, origin];
      return [id, { ...closedBehavior(undefined, '*', origin).origin, id }];
    });
  }

  #readOrigin(at: MemberReader, id: string): Origin {
    const domainName = at.text('DomainName');
    if (/[/:]/.test(domainName))
      at.refuse('DomainName', `${domainName} is not a domain name; omit the scheme, port and path`);
    const path = at.value('OriginPath') ?? '';
    if (typeof path !== 'string' || (path !== '' && !/^\/.*[^/]$/.test(path)))
      at.refuse('OriginPath', `${JSON.stringify(path)} must begin with a slash and must not end with one`);
    const custom = at.optional('CustomOriginConfig');
    const headers = at.objects('OriginCustomHeaders', 100).flatMap((one) => {
      const name = one.text('HeaderName');
      if (NEVER_ADDED.test(name.toLowerCase()))
        one.refuse('HeaderName', `${name} cannot be added to requests`);
      return [name, one.text('HeaderValue')];
    });
    return {
      id,
      domainName,
      path,
      headers,
      protocol:
        custom?.oneOf('OriginProtocolPolicy', ['http-only', 'https-only', 'match-viewer']) ?? 'https-only',
      httpPort: custom?.integer('HTTPPort', 1, 65_535, 80) ?? 80,
      httpsPort: custom?.integer('HTTPSPort', 1, 65_535, 443) ?? 443,
      attempts: at.integer('ConnectionAttempts', 1, 3, 3),
      readTimeoutMs: (custom?.integer('OriginReadTimeout', 1, 180, 30) ?? 30) * 1000,
      closed: this.#findOriginClosing(at, domainName),
    };
  }

  #findOriginClosing(at: MemberReader, domainName: string): string | undefined {
    const reasons: string[] = [];
    for (const name of at.names) {
      const isS3 = name === 'S3OriginConfig';
      if (ORIGIN_DONE.has(name) || (!isS3 && !isSet(at.value(name)))) continue;
      const known = Object.hasOwn(ORIGIN_CLOSING, name) ? ORIGIN_CLOSING[name] : undefined;
      const what = known ?? `the gateway does not support ${name}`;
      reasons.push(what);
      this.#reader.unsupported(`${at.path}.${name}`, `${what}: behaviors with this origin return 500`);
    }
    if (reasons.length === 0 && S3_HOST.test(domainName)) {
      const what = 'the gateway does not support S3 origins';
      reasons.push(what);
      this.#reader.unsupported(`${at.path}.DomainName`, `${what}: behaviors with this origin return 500`);
    }
    return reasons[0];
  }

  /** Reads the origin groups. A behavior may name a group instead of an origin. */
  #groupsOf(at: MemberReader): readonly (readonly [string, Origin])[] {
    const groups = at.optional('OriginGroups')?.objects('Items', MAX_LISTED) ?? [];
    return groups.map((one) => {
      const id = one.text('Id');
      const what = 'the gateway does not support failover of origin groups';
      this.#reader.unsupported(one.path, `${what}: behaviors with the group return 500`);
      const fault = new InvalidMember(one.path, what);
      return [id, { ...closedBehavior(undefined, '*', fault).origin, id, closed: what }];
    });
  }
}

const PAGE_STATUSES = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

function readErrorRule(at: MemberReader): [number, ErrorRule] {
  const code = at.integer('ErrorCode', 400, 599);
  if (!PAGE_STATUSES.includes(code))
    at.refuse('ErrorCode', `must be one of ${PAGE_STATUSES.join(', ')}, not ${code}`);
  const hasPage = isSet(at.value('ResponsePagePath'));
  if (hasPage !== isSet(at.value('ResponseCode')))
    at.refuse('ResponseCode', 'and ResponsePagePath must be set together');
  const path = hasPage ? at.text('ResponsePagePath') : '';
  if (hasPage && !path.startsWith('/')) at.refuse('ResponsePagePath', `${path} must begin with a slash`);
  const minTtlSeconds = at.has('ErrorCachingMinTTL')
    ? at.integer('ErrorCachingMinTTL', 0, 3_153_600_000)
    : undefined;
  const page = hasPage ? { path, status: at.integer('ResponseCode', 200, 599) } : undefined;
  return [code, { cachingMinTtlSeconds: minTtlSeconds, page }];
}
