/** Chooses settings for an API's authorizer that comply with the access document. */
import type { CompiledDocument, CompiledSource } from '#shared/access/compiled-document.ts';
import type { WiredAuthorizer, WiredSource } from '@gatewright/authoring/check/check-wiring';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { LiveApi } from './live-api.ts';

type AuthorizerOptions = {
  readonly type: 'token' | 'request';
  readonly name: string;
  readonly functionArn: string;
  readonly ttlSeconds?: number | undefined;
  readonly headers?: readonly string[] | undefined;
};

export type AuthorizerSettings = {
  /** The settings in the form of `CreateAuthorizer`. */
  readonly body: UnknownMembers;
  readonly wired: WiredAuthorizer;
};

/**
 * Chooses the settings of the authorizer. Without a document, caching is off unless the options set a TTL, because it
 * is unknown what a result depends on.
 */
export function chooseSettings(
  { kind }: Pick<LiveApi, 'kind'>,
  document: CompiledDocument | undefined,
  { type, name, functionArn, ttlSeconds, headers }: AuthorizerOptions,
): AuthorizerSettings {
  const sources = document?.sources ?? [];
  const [only] = sources;
  const isOne = sources.length === 1 && only?.in === 'header';
  const named = headers ?? (isOne || type === 'token' ? [headerOf(only)] : []);
  const isToken = kind === 'rest' && type === 'token';
  const identitySources = kind === 'websocket' ? [] : isToken ? named.slice(0, 1) : named;
  const usualTtl = identitySources.length === 0 ? 0 : maxCacheSeconds(document);
  const ttl = kind === 'websocket' ? 0 : (ttlSeconds ?? usualTtl);
  const isSimple = kind === 'http' && document?.result.format === 'simple';
  const uri = invokeUri(functionArn);
  const wired = {
    name,
    ttlSeconds: ttl,
    simpleResponses: isSimple,
    calls: type === 'token' ? 'token-authorizer' : 'request-authorizer',
    payload:
      kind === 'websocket'
        ? 'websocket'
        : kind === 'http'
          ? isSimple
            ? 'http-2.0'
            : 'http-1.0'
          : isToken
            ? 'rest-token'
            : 'rest-request',
    identitySources: identitySources.map((header): WiredSource => ({ kind: 'header', name: header })),
  } as const;
  if (kind === 'rest')
    return {
      wired,
      body: {
        name,
        type: isToken ? 'TOKEN' : 'REQUEST',
        authorizerUri: uri,
        ...(identitySources.length === 0
          ? {}
          : {
              identitySource: identitySources.map((one) => `method.request.header.${spell(one)}`).join(','),
            }),
        authorizerResultTtlInSeconds: ttl,
      },
    };
  const common = { name, authorizerType: 'REQUEST', authorizerUri: uri };
  if (kind === 'websocket') return { wired, body: { ...common, identitySource: [] } };
  return {
    wired,
    body: {
      ...common,
      identitySource: identitySources.map((one) => `$request.header.${spell(one)}`),
      authorizerPayloadFormatVersion: isSimple ? '2.0' : '1.0',
      authorizerResultTtlInSeconds: ttl,
      enableSimpleResponses: isSimple,
    },
  };
}

function maxCacheSeconds(document: CompiledDocument | undefined): number {
  if (document === undefined) return 0;
  const { quota, result } = document;
  if ((quota !== undefined && quota.isTracked !== true) || result.onOversize === 'exact') return 0;
  return result.cacheTtlSeconds;
}

function headerOf(source: CompiledSource | undefined): string {
  return source?.in === 'header' ? source.name : 'authorization';
}

/** Spells a header as users write it, for example `X-Api-Key`, because documents contain headers in lower case. */
function spell(header: string): string {
  return header.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

function invokeUri(functionArn: string): string {
  const [, partition = 'aws', , region = ''] = functionArn.split(':');
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
}
