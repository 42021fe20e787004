/**
 * Records of requests that a service in front of an API, such as CloudFront, answered without calling the API. They
 * contain codes and values, from which other code makes sentences.
 */

import type { ScreenRule } from '../core/defect.ts';
export type EdgeAnswer =
  | { readonly kind: 'method'; readonly allowed: readonly string[] }
  | { readonly kind: 'get-body' | 'https-only' | 'too-long' }
  | {
      readonly kind: 'web-acl';
      readonly webAclArn: string;
      readonly because: readonly string[];
      readonly changes: readonly string[];
      readonly screen?: ScreenRule | undefined;
    }
  /** The request needs a feature that the gateway does not support, so it is refused. */
  | { readonly kind: 'closed'; readonly reason: string }
  | { readonly kind: 'redirect'; readonly location: string }
  | {
      readonly kind: 'cached';
      readonly reason: string;
      readonly ageSeconds: number;
      readonly policy: string;
      /** Whether AWS manages the policy, so that nobody else can change it. */
      readonly isManaged: boolean;
      /** The query parameters of the request that are not in the cache key. */
      readonly ignoredQuery: readonly string[];
    }
  /** The origin did not answer, or it could not be reached. */
  | { readonly kind: 'origin-failed'; readonly message: string; readonly origin: string }
  /** The behavior forwards the viewer's Host header, for which API Gateway has no API. */
  | { readonly kind: 'host'; readonly policy: string; readonly isLegacy: boolean; readonly origin: string }
  /** A custom error page replaces an error that the origin or CloudFront itself returned. */
  | {
      readonly kind: 'error-page';
      readonly page: string;
      readonly own: number;
      /** The status with which the origin answered the request for the page, if the page is missing. */
      readonly pageStatus?: number;
      readonly before: EdgeAnswer | undefined;
    };

export type EdgeRecord = {
  readonly form: 'edge';
  readonly requestId: string;
  readonly atEpochMs: number;
  readonly tookMs: number;
  readonly distributionId: string;
  readonly domainName: string;
  /** The path pattern of the behavior that matched; undefined if none did. */
  readonly pattern: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly sourceIp: string;
  readonly requestHeaders: readonly string[];
  readonly requestBytes: number;
  readonly status: number;
  readonly replyHeaders: readonly string[];
  readonly replyBody: Buffer;
  readonly answer: EdgeAnswer;
};
