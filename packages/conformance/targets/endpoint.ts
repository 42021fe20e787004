/** What all places share that speak AWS's APIs at an address: fragments are made by calls, answers come from a stage's address. */
import { openSdkTarget } from '../play/control-target.ts';
import { removeMade } from '../play/control-removal.ts';
import { sign } from '../play/signing.ts';
import { signRequest } from '@gatewright/aws/sign-request';
import { deployByCalls } from './deploy-by-calls.ts';
import { NotAsked } from './target.ts';
import type { SdkCredentials, SdkTarget } from '../play/control-target.ts';
import type { RunningApi } from '../play/running-api.ts';
import type { RawReply } from '../play/raw-client.ts';
import type { AnyCase } from '../schema/control-case.ts';
import type { JsonObject } from '../schema/parity-case.ts';
import type { Account } from './deploy-by-calls.ts';
import type { Deployed, Fragment, Target } from './target.ts';

export const ACCOUNT_ID = '123456789012';
/** Emulators take any. */
const ANY_CREDENTIALS: SdkCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export type Place = {
  readonly name: string;
  readonly version: string | undefined;
  readonly concurrency: number;
  cannotAsk(parityCase: AnyCase): string | undefined;
  readonly account: Account;
  /** Address of a stage; `{api}` and `{stage}` are filled in. Undefined = it answers no requests. */
  readonly invokeUrl: string | undefined;
  readonly credentials: () => Promise<SdkCredentials>;
  /** Waits until a deployment is served. */
  settle?(): Promise<void>;
  close(): Promise<readonly string[]>;
};

export function openPlace(place: Place): Target {
  const { name, version, concurrency, account } = place;
  return {
    name,
    version,
    concurrency,
    cannotAsk: (parityCase) => place.cannotAsk(parityCase),
    deploy: (fragment) => deploy(fragment, place),
    openControl: () => Promise.resolve(account.target),
    close: () => place.close(),
  };
}

/** An emulator's account. */
export function openAccount(endpoint: string, region: string, stageUrl?: string): SdkTarget {
  return openSdkTarget({
    endpoint,
    stageEndpoint: (stage) => (stageUrl === undefined ? `${endpoint}/${stage}` : fillUrl(stageUrl, stage)),
    region,
    accountId: ACCOUNT_ID,
    credentials: ANY_CREDENTIALS,
  });
}

export const anyCredentials = (): Promise<SdkCredentials> => Promise.resolve(ANY_CREDENTIALS);

/** @param apiAndStage `abc123/dev` */
export function fillUrl(invokeUrl: string, apiAndStage: string): string {
  const [api = '', stage = ''] = apiAndStage.split('/');
  return invokeUrl.replaceAll('{api}', api).replaceAll('{stage}', stage);
}

async function deploy({ parityCase, template }: Fragment, place: Place): Promise<Deployed> {
  const { account, invokeUrl } = place;
  if (invokeUrl === undefined) throw new NotAsked(`${place.name} answers no requests to a deployed API`);
  const outcome = await deployByCalls(template, account);
  const remove = async (): Promise<void> => {
    const left = await removeMade(account.target, outcome.made.toReversed());
    if (left !== undefined) throw new Error(left);
  };
  if (outcome.kind === 'refused') {
    await remove();
    return outcome;
  }
  await place.settle?.();
  const { stage } = parityCase.setup;
  const isDefault = parityCase.api === 'http' && stage === '$default';
  const filled = fillUrl(invokeUrl, `${outcome.apiId}/${stage}`);
  const url = new URL(isDefault ? filled.replace(/\/\$default$/, '') : filled);
  return { kind: 'running', api: describe(place, outcome.apiId, url, remove) };
}

function describe(
  { account: { target }, credentials, name }: Place,
  apiId: string,
  url: URL,
  close: () => Promise<void>,
): RunningApi {
  const { region, accountId } = target;
  return {
    apiId,
    region,
    accountId,
    url,
    close,
    sign: (request, as) => sign({ ...request, nowEpochMs: Date.now() }, as),
    readLog: () => [],
    async manage(method, connectionId, data, signing) {
      const there = new URL(
        `${url.href.replace(/\/$/, '')}/@connections/${encodeURIComponent(connectionId)}`,
      );
      const signed = signRequest({
        ...(await credentials()),
        method,
        url: there,
        body: data,
        service: 'execute-api',
        region,
        nowEpochMs: Date.now(),
      });
      const { Host: _host, ...headers } = signed;
      const body = data === undefined ? {} : { body: new Uint8Array(data) };
      return toRaw(await fetch(there, { method, ...body, ...(signing === null ? {} : { headers }) }));
    },
    async testInvoke({ resource, method, path, query, headers, body }) {
      const { body: list } = await target.send('apigateway', {
        call: 'GetResources',
        input: { restApiId: apiId, limit: 500 },
      });
      const found = ((list['items'] ?? []) as readonly JsonObject[]).find(
        (item) => item['path'] === resource,
      );
      const reply = await target.send('apigateway', {
        call: 'TestInvokeMethod',
        input: {
          restApiId: apiId,
          resourceId: found?.['id'] ?? '',
          httpMethod: method ?? 'GET',
          ...(path === null ? {} : { pathWithQueryString: query === undefined ? path : `${path}?${query}` }),
          ...(body === undefined ? {} : { body: body.toString() }),
          headers: (headers ?? {}) as JsonObject,
        },
      });
      const { status = 0, body: text = '', multiValueHeaders = {} } = reply.body;
      return {
        status: Number(status),
        headers: Object.entries(multiValueHeaders as Readonly<Record<string, readonly string[]>>).flatMap(
          ([header, values]) => values.map((value) => [header, value] as const),
        ),
        body: Buffer.from(typeof text === 'string' ? text : ''),
      };
    },
    async describeGatewayResponses() {
      const { body } = await target.send('apigateway', {
        call: 'GetGatewayResponses',
        input: { restApiId: apiId, limit: 500 },
      });
      const items = (body['items'] ?? []) as readonly JsonObject[];
      return Object.fromEntries(
        items.map((item) => [
          String(item['responseType']),
          Object.fromEntries(
            Object.entries(item).map(([key, value]) => [key.charAt(0).toUpperCase() + key.slice(1), value]),
          ),
        ]),
      );
    },
    call: () => Promise.reject(new NotAsked(`${name} takes no calls by path`)),
    advance: () => Promise.reject(new NotAsked(`${name} has no clock that can be moved`)),
  };
}

async function toRaw(reply: Response): Promise<RawReply> {
  return { status: reply.status, headers: [...reply.headers], body: Buffer.from(await reply.arrayBuffer()) };
}
