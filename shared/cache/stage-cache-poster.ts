/** StageCaches by signed requests: to the API itself, and to API Gateway's control plane. */
import { request } from '@gatewright/aws/node-http';
import { awsDomainOf, regionalAddress } from '@gatewright/aws/service-address';
import { signRequest } from '@gatewright/aws/sign-request';
import type { ControlPlaneConfig } from '../aws/control-plane-poster.ts';
import type { Flushed, StageCaches } from './invalidator.ts';
import type { StageRecord } from './stage-record.ts';

type StageCachesConfig = ControlPlaneConfig & {
  /** In place of AWS's own address, with `{apiId}` in it; on a developer's machine. */
  readonly apiEndpoint?: string | undefined;
};

/** API Gateway's own maximum, and a little more. */
const TIMEOUT_MS = 30_000;
/** Ids come from a table and become part of the address. */
const API_ID = /^[a-z0-9]{1,32}$/;
const STAGE = /^[A-Za-z0-9_$-]{1,128}$/;

export function createStageCaches(config: StageCachesConfig): StageCaches {
  return {
    async refresh(record) {
      const { url, headers } = refreshRequest(record, config, Date.now());
      const response = await send(url, record.method, headers);
      return response ?? { status: 503, warning: undefined };
    },
    flush(apiId, stage) {
      assertNames(apiId, stage);
      return forget(`/restapis/${apiId}/stages/${encodeURIComponent(stage)}/cache/data`, config);
    },
  };
}

/** FlushStageAuthorizersCache of REST APIs, ResetAuthorizersCache of HTTP APIs. */
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
  const headers = signRequest({
    method: 'DELETE',
    url,
    service: 'apigateway',
    region,
    nowEpochMs: Date.now(),
    ...credentials,
  });
  const status = (await send(url, 'DELETE', headers))?.status ?? 503;
  if (status === 429 || status >= 500) return 'throttled';
  return status >= 200 && status < 300 ? 'done' : 'refused';
}

export function refreshRequest(
  { apiId, stage, method, path, query, headers }: StageRecord,
  { region, credentials, apiEndpoint }: Pick<StageCachesConfig, 'region' | 'credentials' | 'apiEndpoint'>,
  nowEpochMs: number,
): { readonly url: URL; readonly headers: Record<string, string> } {
  assertNames(apiId, stage);
  const origin =
    apiEndpoint?.replace('{apiId}', apiId) ?? `https://${apiId}.execute-api.${region}.${awsDomainOf(region)}`;
  const url = new URL(`/${encodeURIComponent(stage)}${path}`, origin);
  for (const [name, value] of query) url.searchParams.append(name, value);
  const signed = signRequest({
    method,
    url,
    service: 'execute-api',
    region,
    nowEpochMs,
    ...credentials,
    headers: { ...Object.fromEntries(headers), 'Cache-Control': 'max-age=0' },
  });
  return { url, headers: signed };
}

type Answer = { readonly status: number; readonly warning: string | undefined };

/** Undefined: no answer. */
async function send(url: URL, method: string, headers: Record<string, string>): Promise<Answer | undefined> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    if (url.protocol === 'http:' && url.hostname.endsWith('.localhost'))
      return await sendToLoopback(url, method, headers, signal);
    // Clients set `Host` themselves and reject it as an option.
    const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'Host'));
    const response = await fetch(url, { method, headers: rest, redirect: 'manual', signal });
    await response.body?.cancel();
    return { status: response.status, warning: response.headers.get('warning') ?? undefined };
  } catch {
    return undefined;
  }
}

/** Some systems do not resolve names below `localhost` (RFC 6761 §6.3), and an API is found by its Host. */
function sendToLoopback(
  { port, host, pathname, search }: URL,
  method: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      method,
      signal,
      host: '127.0.0.1',
      port: port === '' ? 80 : port,
      path: pathname + search,
      headers: { ...headers, Host: host },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      incoming.resume();
      incoming.on('error', reject);
      const { statusCode = 0, headers: answered } = incoming;
      incoming.on('end', () => resolve({ status: statusCode, warning: answered['warning'] }));
    });
    outgoing.end();
  });
}

function assertNames(apiId: string, stage: string): void {
  if (!API_ID.test(apiId) || !STAGE.test(stage)) throw new TypeError('not the names of an API and its stage');
}
