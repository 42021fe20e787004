/** Implements StageCaches with signed requests to the API itself and to API Gateway's control plane. */
import { isLoopbackName, sendByNode } from '@gatewright/aws/node-transport';
import { failureOf } from '@gatewright/aws/retry';
import { awsDomainOf, regionalAddress } from '@gatewright/aws/service-address';
import { callSigned, errorCodeOf } from '@gatewright/aws/signed-call';
import type { CallReply, SignedCall } from '@gatewright/aws/signed-call';
import type { ControlPlaneConfig } from '../aws/control-plane-poster.ts';
import type { Flushed, StageCaches } from './invalidator.ts';
import { API_ID, STAGE } from './stage-record.ts';
import type { StageRecord } from './stage-record.ts';

type StageCachesConfig = ControlPlaneConfig & {
  /** The address that replaces AWS's own on a developer's machine. It contains the placeholder `{apiId}`. */
  readonly apiEndpoint?: string | undefined;
};

/** Limits for calls whose body is not read. The timeout is longer than API Gateway's own maximum. */
const UNREAD = { timeoutMs: 30_000, maxBytes: 0 };

export function createStageCaches(config: StageCachesConfig): StageCaches {
  return {
    async refresh(record) {
      const { status, headers } = await callSigned(refreshRequest(record, config));
      return { status: status === 0 ? 503 : status, warning: headers.get('warning') };
    },
    flush(apiId, stage) {
      assertNames(apiId, stage);
      return forget(`/restapis/${apiId}/stages/${encodeURIComponent(stage)}/cache/data`, config);
    },
  };
}

/** Calls FlushStageAuthorizersCache for REST APIs, and ResetAuthorizersCache for HTTP APIs. */
export function flushAuthorizers(
  config: ControlPlaneConfig,
  api: 'rest' | 'http',
  apiId: string,
  stage: string,
): Promise<Flushed> {
  assertNames(apiId, stage);
  const apis = api === 'rest' ? '/restapis' : '/v2/apis';
  return forget(`${apis}/${apiId}/stages/${encodeURIComponent(stage)}/cache/authorizers`, config);
}

async function forget(path: string, { region, credentials, endpoint }: ControlPlaneConfig): Promise<Flushed> {
  const url = new URL(path, endpoint ?? regionalAddress('apigateway', region));
  const service = 'apigateway';
  const reply = await callSigned({ ...UNREAD, method: 'DELETE', url, service, region, credentials });
  return flushedBy(reply);
}

/**
 * Turns a response into the outcome of a flush. A server error, or no response at all, also counts as throttled,
 * because the call may be repeated then too.
 */
export function flushedBy(reply: CallReply): Flushed {
  if (failureOf({ status: reply.status, code: errorCodeOf(reply) }) !== undefined) return 'throttled';
  return reply.status >= 200 && reply.status < 300 ? 'done' : 'refused';
}

export function refreshRequest(
  { apiId, stage, method, path, query, headers }: StageRecord,
  { region, credentials, apiEndpoint }: Pick<StageCachesConfig, 'region' | 'credentials' | 'apiEndpoint'>,
): SignedCall {
  assertNames(apiId, stage);
  const origin =
    apiEndpoint?.replace('{apiId}', apiId) ?? `https://${apiId}.execute-api.${region}.${awsDomainOf(region)}`;
  const url = new URL(`/${encodeURIComponent(stage)}${path}`, origin);
  for (const [name, value] of query) url.searchParams.append(name, value);
  const sent = { ...Object.fromEntries(headers), 'Cache-Control': 'max-age=0' };
  const transport = isLoopbackName(url) ? sendByNode : undefined;
  return { ...UNREAD, transport, method, url, service: 'execute-api', region, credentials, headers: sent };
}

function assertNames(apiId: string, stage: string): void {
  if (!API_ID.test(apiId) || !STAGE.test(stage))
    throw new TypeError(`${apiId}/${stage} is not an API id with a stage`);
}
