/** A distribution, prepared for handling requests. It is immutable, and created when the stacks are loaded. */
import type { Selection, CachePolicy, OriginRequestPolicy } from '../../kernel/edge-policies.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/** One header that a response headers policy sets. */
export type SetHeader = { readonly name: string; readonly value: string; readonly overrides: boolean };

export type CorsPolicy = {
  readonly allowsCredentials: boolean;
  readonly allowHeaders: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowOrigins: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  readonly overrides: boolean;
};

export type ResponseHeadersPolicy = {
  readonly name: string;
  readonly cors: CorsPolicy | undefined;
  readonly headers: readonly SetHeader[];
  /** Names of headers to remove, in lower case. */
  readonly removes: readonly string[];
  /** The percentage of responses that get a `Server-Timing` header; undefined if the header is not enabled. */
  readonly timedPercent?: number | undefined;
};

export type Origin = {
  readonly id: string;
  readonly domainName: string;
  /** The path, which is empty or begins with a slash and does not end with one. */
  readonly path: string;
  /** A flat list of names and values. */
  readonly headers: readonly string[];
  readonly protocol: 'http-only' | 'https-only' | 'match-viewer';
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly attempts: number;
  readonly readTimeoutMs: number;
  /** The reason why behaviors with this origin respond with 500. */
  readonly closed?: string | undefined;
};

export type Behavior = {
  /** The path pattern; `*` for the default behavior. */
  readonly pattern: string;
  readonly origin: Origin;
  readonly viewerProtocol: 'allow-all' | 'https-only' | 'redirect-to-https';
  readonly allowedMethods: ReadonlySet<string>;
  readonly cachedMethods: ReadonlySet<string>;
  readonly compresses: boolean;
  readonly cache: CachePolicy;
  readonly request: OriginRequestPolicy | undefined;
  readonly response: ResponseHeadersPolicy | undefined;
  /**
   * The reason why the behavior responds with 500. It does so if the gateway does not support a feature that guards or
   * changes the behavior's requests.
   */
  readonly closed?: string | undefined;
  /** The behavior's policies as the template names them. Read calls return these names. */
  readonly policyIds: {
    readonly cache?: string | undefined;
    readonly request?: string | undefined;
    readonly response?: string | undefined;
  };
};

export type ErrorRule = {
  readonly cachingMinTtlSeconds: number | undefined;
  readonly page: { readonly path: string; readonly status: number } | undefined;
};

export type Distribution = {
  readonly id: string;
  readonly arn: string;
  readonly accountId: string;
  /** The domain name, for example `d111111abcdef8.cloudfront.net`. */
  readonly domainName: string;
  /** `DistributionConfig` as the template has it, for members that do not affect requests in the gateway. */
  readonly given: UnknownMembers;
  readonly aliases: readonly string[];
  readonly comment: string;
  readonly defaultRootObject: string;
  readonly origins: readonly Origin[];
  /** The behaviors in their order. The default behavior is last. */
  readonly behaviors: readonly Behavior[];
  readonly errors: ReadonlyMap<number, ErrorRule>;
  readonly webAclArn: string | undefined;
  /** The reason why every request is refused; absent if requests are served. */
  readonly closed?: string | undefined;
};

/** Returns a name and the wildcard aliases that match it, the most specific first (CNAMEs, "Using wildcards"). */
export function aliasesFor(name: string): readonly string[] {
  const parts = name.split('.');
  return [name, ...parts.slice(1).map((_, index) => `*.${parts.slice(index + 1).join('.')}`)];
}

/** Whether nothing is cached, because all TTLs are zero or legacy settings forward all headers. */
export function isCachingOff({
  isBypassed,
  minTtlSeconds,
  defaultTtlSeconds,
  maxTtlSeconds,
}: CachePolicy): boolean {
  return isBypassed === true || (minTtlSeconds === 0 && defaultTtlSeconds === 0 && maxTtlSeconds === 0);
}

/**
 * The methods that a behavior can allow. `ALL` in the CORS configuration of a response headers policy means the same
 * methods.
 */
export const ALL_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/**
 * Whether a selection contains a name.
 * @param name the name in the spelling of the policy, with headers in lower case
 * @param compile how patterns are matched. A star is a wildcard only in cookie names. If it were a wildcard in other
 * names, more would be sent to the origin than the key contains
 */
export function selects(selection: Selection, name: string, compile = isSame): boolean {
  const isIn = (names: readonly string[]): boolean => names.some((one) => compile(one)(name));
  switch (selection.kind) {
    case 'none':
      return false;
    case 'all':
      return true;
    case 'only':
      return isIn(selection.names);
    case 'except':
      return !isIn(selection.names) || (selection.kept !== undefined && isIn(selection.kept));
  }
}

function isSame(one: string): (name: string) => boolean {
  return (name) => one === name;
}
