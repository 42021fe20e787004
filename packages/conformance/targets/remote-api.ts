/** The operations of a case on an API that was created with API calls. */
import { callSigned, sendWithin } from '@gatewright/aws/signed-call';
import { sign } from '../play/signing.ts';
import { asText } from '../schema/parity-case.ts';
import { NotAsked } from '../play/not-asked.ts';
import type { SdkCredentials } from '../play/client.ts';
import type { SdkTarget } from '../play/control-target.ts';
import type { RawReply } from '../play/raw-client.ts';
import type { RunningApi } from '../play/running-api.ts';
import type { Json, JsonObject } from '../schema/parity-case.ts';

const MANAGE_LIMITS = { timeoutMs: 30_000, maxBytes: 1024 * 1024 };

type Remote = {
  readonly name: string;
  readonly account: { readonly target: SdkTarget };
  readonly credentials: () => Promise<SdkCredentials>;
};

export function describeRemoteApi(
  remote: Remote,
  apiId: string,
  url: URL,
  close: () => Promise<void>,
): RunningApi {
  const { name, account } = remote;
  const { region, accountId } = account.target;
  return {
    apiId,
    region,
    accountId,
    url,
    close,
    sign: (request, as) => sign({ ...request, nowEpochMs: Date.now() }, as),
    readLog: () => [],
    manage: (method, connectionId, data, signing) =>
      manage(remote, `${url.href.replace(/\/$/, '')}/@connections/${encodeURIComponent(connectionId)}`, {
        method,
        data,
        isSigned: signing !== null,
      }),
    testInvoke: (request) => testInvoke(account.target, apiId, request),
    describeGatewayResponses: () => describeGatewayResponses(account.target, apiId),
    call: () => Promise.reject(new NotAsked(`the runner cannot call the control plane of ${name} by path`)),
    advance: () => Promise.reject(new NotAsked(`${name} has no clock that can be moved`)),
  };
}

type Management = {
  readonly method: string;
  readonly data: Buffer | undefined;
  readonly isSigned: boolean;
};

async function manage(
  { account, credentials }: Remote,
  address: string,
  { method, data, isSigned }: Management,
): Promise<RawReply> {
  const call = { ...MANAGE_LIMITS, method, url: new URL(address), body: data && new Uint8Array(data) };
  const { region } = account.target;
  const reply = isSigned
    ? await callSigned({ ...call, service: 'execute-api', region, credentials: await credentials() })
    : await sendWithin(call);
  if (reply.status === 0) throw reply.cause;
  return { status: reply.status, headers: [...reply.headers], body: Buffer.from(reply.text) };
}

async function itemsOf(target: SdkTarget, call: string, apiId: string): Promise<readonly JsonObject[]> {
  const { body } = await target.send('apigateway', { call, input: { restApiId: apiId, limit: 500 } });
  return (body['items'] ?? []) as readonly JsonObject[];
}

async function testInvoke(
  target: SdkTarget,
  apiId: string,
  { resource, method, path, query, headers = {}, body }: Parameters<RunningApi['testInvoke']>[0],
): Promise<RawReply> {
  const found = (await itemsOf(target, 'GetResources', apiId)).find((item) => item['path'] === resource);
  const input: JsonObject = {
    restApiId: apiId,
    resourceId: found?.['id'] ?? '',
    httpMethod: method ?? 'GET',
    ...(path === null ? {} : { pathWithQueryString: query === undefined ? path : `${path}?${query}` }),
    ...(body === undefined ? {} : { body: body.toString() }),
    headers,
  };
  const reply = await target.send('apigateway', { call: 'TestInvokeMethod', input });
  const many = (reply.body['multiValueHeaders'] ?? {}) as Readonly<Record<string, readonly string[]>>;
  return {
    status: Number(reply.body['status']),
    headers: Object.entries(many).flatMap(([header, values]) =>
      values.map((value): readonly [string, string] => [header, value]),
    ),
    body: Buffer.from(asText(reply.body['body'])),
  };
}

async function describeGatewayResponses(
  target: SdkTarget,
  apiId: string,
): Promise<Record<string, JsonObject>> {
  const asProperty = ([name, value]: readonly [string, Json]): readonly [string, Json] => [
    name.charAt(0).toUpperCase() + name.slice(1),
    value,
  ];
  const items = await itemsOf(target, 'GetGatewayResponses', apiId);
  return Object.fromEntries(
    items.map((item) => [
      asText(item['responseType']),
      Object.fromEntries(Object.entries(item).map(asProperty)),
    ]),
  );
}
