/**
 * The data that is deployed with the authorizers: access documents, compiled to plain JSON at build time. The JSON is
 * not checked again at run time, because only the build writes `access/compiled.json`, from the output of
 * `compileDocument`.
 */
import type { ChannelAction } from '../aws/channel-grants.ts';
import type { McpPatterns } from '../mcp/grants.ts';
import type { ClaimForm } from '@gatewright/aws/text/claim-text';
import type { SignatureAlgorithm } from './tokens/issuers.ts';

export type CompiledAccess = { readonly documents: readonly CompiledDocument[] };

export type ApiKind = 'rest' | 'http' | 'websocket';

export type CompiledDocument = {
  readonly name: string;
  /** Checksum of the other members. Absent in documents that an older version of the toolkit compiled. */
  readonly version?: string;
  readonly kind: ApiKind;
  /** The protected APIs, each with the stage of the stack that contains its authorizers. */
  readonly apis: readonly ProtectedApi[];
  readonly issuers: readonly CompiledIssuer[];
  readonly certificates: readonly CertificateIssuer[];
  readonly apiKeys: readonly CompiledKeyIssuer[];
  readonly tickets: readonly CompiledTicketIssuer[];
  readonly sources: readonly CompiledSource[];
  /** Every role, with all roles and scopes that it includes. Each role includes itself. */
  readonly roles: Readonly<Record<string, CompiledRole>>;
  /** Contains one entry per HTTP method of a route, never `ANY`. Rules refer to routes by index. */
  readonly routes: readonly CompiledRoute[];
  readonly rules: readonly CompiledRule[];
  /** Lists of address blocks. Conditions refer to a list by index. */
  readonly networks: readonly (readonly string[])[];
  readonly context: readonly { readonly name: string; readonly claim: ClaimPath }[];
  readonly result: CompiledResult;
  /** Channels and their rules. Only documents of WebSocket APIs have this member. */
  readonly channels?: CompiledChannels;
  /** The rules for the tools, prompts and resources of an MCP server behind the API. */
  readonly mcp?: CompiledMcp;
  readonly quota?: CompiledQuota;
  /**
   * Set if callers of this API can get tickets for a WebSocket API. The backend then gets the caller's identity for
   * `ws-ticket`.
   */
  readonly givesTickets?: true;
};

export type ProtectedApi = {
  /** Stage of the authorizers' own stack whose authorizers serve this API. */
  readonly for: string;
  readonly apiId: string;
  readonly stage: string;
};

/** Path from the token's claims to a value. */
export type ClaimPath = readonly string[];

export type CompiledIssuer = {
  readonly id: string;
  /**
   * Stages of the authorizers' own stack in which the issuer is trusted. Without this list, the issuer is trusted in
   * all stages.
   */
  readonly only?: readonly string[];
  readonly trust: TokenTrust;
  readonly revocation?: { readonly cacheSeconds: number };
};

export type CertificateIssuer = {
  readonly id: string;
  readonly only?: readonly string[];
  readonly match: readonly { readonly issuerDN: string; readonly serialNumbers?: readonly string[] }[];
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
};

/** An issuer whose credentials are API keys of the `access` table that begin with this prefix. */
export type CompiledKeyIssuer = {
  readonly id: string;
  readonly only?: readonly string[];
  /** Prefix, such as `shop_live`. */
  readonly prefix: string;
  /** If set, the result contains the API Gateway key of a native usage plan. Only REST APIs support this. */
  readonly nativeUsagePlan?: true;
};

/** An issuer whose credentials are one-time tickets in the `access` table. Only WebSocket APIs have such an issuer. */
export type CompiledTicketIssuer = {
  readonly id: string;
  readonly only?: readonly string[];
  /** Names of the documents whose callers can get tickets. */
  readonly from: readonly string[];
  readonly ttlSeconds: number;
};

export type TokenTrust = {
  /** Exactly equal to the `iss` of the issuer's tokens. */
  readonly issuer: string;
  /** Whether this is the gateway's own issuer, whose address comes from GATEWRIGHT_ISSUER_URL. */
  readonly isLocal: boolean;
  readonly jwksUri: string;
  /**
   * A token must have one of these values in `aud`. Without this list, `aud` is not checked (Cognito access tokens have
   * none).
   */
  readonly audience?: readonly string[];
  /** A token must be issued to one of these clients. Without this list, any client is accepted. */
  readonly clients?: readonly string[];
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Token types in lower case. */
  readonly types: readonly string[];
  /** Required value of Cognito's claim `token_use`. */
  readonly tokenUse?: 'access' | 'id';
  readonly clockSkewSeconds: number;
  readonly maxTokenAgeSeconds?: number;
  readonly principal: ClaimPath;
  readonly scopes: readonly ClaimPath[];
  readonly roles: readonly ClaimPath[];
  readonly keys: KeySetLimits;
};

export type KeySetLimits = {
  readonly maxAgeSeconds: number;
  readonly staleSeconds: number;
  readonly cooldownSeconds: number;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** The issuer's keys as of build time. An instance uses them if it has never reached the issuer. */
  readonly snapshot?: { readonly keySet: string; readonly expiresAtEpochSeconds: number };
};

export type CompiledSource =
  | {
      readonly in: 'header';
      /** Name of the header in lower case. */
      readonly name: string;
      readonly scheme?: 'Bearer';
      readonly issuers: readonly string[];
    }
  | { readonly in: 'query'; readonly name: string; readonly issuers: readonly string[] }
  | { readonly in: 'subprotocol'; readonly marker: string; readonly issuers: readonly string[] }
  | { readonly in: 'clientCert'; readonly issuers: readonly string[] };

export type CompiledRole = { readonly roles: readonly string[]; readonly scopes: readonly string[] };

export type CompiledRoute = {
  /** HTTP method such as `GET`, but never `ANY`. */
  readonly method: string;
  /** The path of the route, such as `/orders/{id}`, `/files/{proxy+}` or `$default`. */
  readonly path: string;
  /** The route does not use the toolkit's authorizers, so the rules do not protect it; `guard` may. */
  readonly isOpen?: true;
  /**
   * The authorization type of a route that does not use the toolkit's authorizers: `JWT`, `COGNITO_USER_POOLS`,
   * `AWS_IAM` or `CUSTOM`.
   */
  readonly guard?: string;
};

export type CompiledRule = {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  /** Indexes into the document's `routes`. Empty for a WebSocket API, because its only route is `$connect`. */
  readonly routes: readonly number[];
  readonly when?: CompiledCondition;
  readonly bind?: readonly CompiledBinding[];
};

export type CompiledChannels = { readonly space: string; readonly rules: readonly CompiledChannelRule[] };

export type CompiledChannelRule = {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  readonly actions: readonly ChannelAction[];
  readonly patterns: readonly (readonly ChannelSegment[])[];
  readonly when?: CompiledCondition;
};

/** A literal, which may be `*` or `**`, or a claim of the caller. */
export type ChannelSegment = string | { readonly claim: ClaimPath };

export type CompiledMcp = {
  /** Path of the route at which the API serves the MCP server, such as `/mcp`. */
  readonly path: string;
  /** Whether the authorizer also refuses requests whose headers name a tool that the rules deny. */
  readonly refuseByHeaders?: true;
  /** The wrapper around the server charges the document's quota, and the authorizer does not charge the route. */
  readonly charge?: true;
  readonly rules: readonly CompiledMcpRule[];
};

export type CompiledMcpRule = {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  readonly when?: CompiledCondition;
} & McpPatterns;

export type CompiledBinding = {
  /** Indexes of the path segments, counted from 0, one for each of the rule's routes in the same order. */
  readonly segments: readonly number[];
  readonly claim: ClaimPath;
  /** Maximum number of values in the claim. It is undefined if the claim has a single value. */
  readonly max?: number;
};

export type CompiledCondition =
  | { readonly is: 'all' | 'any'; readonly of: readonly CompiledCondition[] }
  | { readonly is: 'not'; readonly of: CompiledCondition }
  | { readonly is: 'issuer' | 'client' | 'scope' | 'role'; readonly name: string }
  | { readonly is: 'network'; readonly index: number }
  | {
      readonly is: 'claim';
      readonly claim: ClaimPath;
      readonly op: 'equals' | 'in' | 'contains' | 'exists' | 'gte' | 'lte';
      readonly values: readonly (string | number | boolean)[];
    }
  | { readonly is: 'mfa' }
  | { readonly is: 'auth-age'; readonly maxSeconds: number };

export type ForwardedClaims = {
  readonly as: ClaimForm;
  readonly names: readonly string[];
  /**
   * Claims that every caller must have. Absent in documents that an older version of the toolkit compiled; no claims
   * are then required.
   */
  readonly required?: readonly string[];
};

type CompiledResult = {
  readonly claims?: ForwardedClaims;
  readonly format: 'policy' | 'simple';
  readonly cacheTtlSeconds: number;
  readonly expiryCondition: boolean;
  /** Credentials that expire within this time are refused. */
  readonly rejectIfExpiresWithinSeconds?: number;
  readonly maxBytes: number;
  readonly onOversize: 'fail' | 'exact';
};

export type CompiledQuota = {
  readonly plan: NameOrClaim;
  readonly tenant: NameOrClaim;
  /** `usage-tracker` charges callers from access logs. The authorizer only checks that units are left. */
  readonly isTracked?: true;
  /** Path of the claim that names the key to charge. Without this path, the principal's id is charged. */
  readonly key?: ClaimPath;
  /** Indexes of the charged routes in the document. Without this list, every request is charged. */
  readonly routes?: readonly number[];
  /** Ids of the issuers whose callers are charged. Without this list, all callers are charged. */
  readonly issuers?: readonly string[];
  /** Customer plans to publish, in the quota library's form. */
  readonly plans: readonly { readonly id: string }[];
  /**
   * Value of the API key that the API requires. The authorizer returns it unless the quota refuses the request. It may
   * contain `${stage}`.
   */
  readonly admissionKey?: string;
};

export type NameOrClaim = { readonly name: string } | { readonly claim: ClaimPath };
