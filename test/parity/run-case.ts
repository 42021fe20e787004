/** Runs one case: set it up, send the request, and name the first thing that is not as recorded. */
import { startAwsBackend, startBackend, startRunnerServer } from './backends.ts';
import { firstDifference, headersByName, lowerCaseKeys, parseJson, show } from './compare.ts';
import { deployCanary } from './deploy-canary.ts';
import { fillPlaceholders } from './placeholders.ts';
import { sendRaw } from './raw-client.ts';
import { ROLE_NAME } from './draft.ts';
import { buildTemplate } from './template.ts';
import { framesDifference, playScript } from './websocket-script.ts';
import type { RunnerServer, SeenRequest, Server } from './backends.ts';
import type { RunningApi, StartEngine } from './engine.ts';
import type { Expectation, Json, JsonObject, ParityCase } from './parity-case.ts';
import type { RawReply } from './raw-client.ts';
import type { Naming } from './template.ts';

/** Longer than API Gateway's longest integration timeout of 29 s. */
const REPLY_DEADLINE_MS = 32_000;

/** Of a handshake. */
const ACCEPTED = 101;

type CaseTools = { readonly startEngine: StartEngine; readonly naming: Naming };

/** A case in flight. */
type Scene = {
  readonly parityCase: ParityCase;
  readonly api: RunningApi;
  readonly backend: Server | undefined;
  readonly aws: Server | undefined;
  readonly runner: RunnerServer;
};

/** The first difference, or undefined when the case holds. Never rejects: a case that cannot run has failed. */
export async function runCase(parityCase: ParityCase, tools: CaseTools): Promise<string | undefined> {
  const closing: (() => Promise<void>)[] = [];
  try {
    return await stage(parityCase, tools, closing);
  } catch (error) {
    return `could not run: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function stage(
  parityCase: ParityCase,
  { startEngine, naming }: CaseTools,
  closing: (() => Promise<void>)[],
): Promise<string | undefined> {
  const { setup, request, expect } = parityCase;
  const opened = <Thing extends { close(): Promise<void> }>(thing: Thing): Thing => {
    closing.push(() => thing.close());
    return thing;
  };
  /** Filled once the engine runs; functions may ask for a connection then. */
  const running: { api?: RunningApi } = {};
  const runner = opened(
    await startRunnerServer(async (connectionId, data) => {
      if (running.api === undefined) throw new Error('no connection before the API runs');
      await running.api.postToConnection(connectionId, data);
    }),
  );
  const backend = setup.backend === undefined ? undefined : opened(await startBackend(setup.backend));
  const aws = setup.awsBackend === undefined ? undefined : opened(await startAwsBackend(setup.awsBackend));
  const template = buildTemplate(parityCase, { naming, backendUrl: backend?.url, runnerUrl: runner.url });
  const started = await startEngine(template, { awsEndpoint: aws?.url });
  if (started.kind === 'refused') return refusalDifference(expect.deployError, started.message);
  const api = opened(started.api);
  running.api = api;
  await deployCanary(setup, api.call);
  if (request.mode === 'deploy')
    return `deploy: expected ${show(expect.deployError)}, the template was accepted`;
  const scene: Scene = { parityCase: fillCase(parityCase, api, backend), api, backend, aws, runner };
  if (request.mode === 'describe-gateway-responses')
    return firstDifference(
      scene.parityCase.expect.gatewayResponses ?? {},
      await api.describeGatewayResponses(),
      'subset',
      'gatewayResponses',
    );
  return request.method === 'WS' ? await playFrames(scene) : await exchangeDifference(scene);
}

function refusalDifference(expected: string | undefined, message: string): string | undefined {
  if (expected === undefined) return `the template was refused: ${message}`;
  return message.includes(expected) ? undefined : `deploy: expected ${show(expected)}, got ${show(message)}`;
}

/** Expectation and request with the placeholders that are known once the API runs. */
function fillCase(parityCase: ParityCase, api: RunningApi, backend: Server | undefined): ParityCase {
  const values = new Map([
    ['apiId', api.apiId],
    ['region', api.region],
    ['accountId', api.accountId],
    ['role', `arn:aws:iam::${api.accountId}:role/${ROLE_NAME}`],
    ...(backend === undefined
      ? []
      : ([
          ['backend', backend.url],
          ['backendHost', new URL(backend.url).host],
        ] as const)),
  ]);
  const fill = <Part>(part: Part): Part =>
    fillPlaceholders(part as unknown as Json, (name) => values.get(name)) as unknown as Part;
  return { ...parityCase, request: fill(parityCase.request), expect: fill(parityCase.expect) };
}

async function playFrames({ parityCase, api, runner }: Scene): Promise<string | undefined> {
  const { request, expect } = parityCase;
  const result = await playScript({
    url: `${api.url.href.replace(/^http/, 'ws').replace(/\/$/, '')}${request.query === undefined ? '' : `?${request.query}`}`,
    headers: request.headers ?? {},
    steps: request.frames ?? [],
    expectedFrames: expect.frames?.length ?? 0,
  });
  if (result.kind === 'refused') {
    const reply = { status: result.status, headers: [], body: Buffer.from(result.body) };
    return expect.status === undefined
      ? `the handshake was answered ${result.status}`
      : replyDifference(expect, reply);
  }
  // Whatever else holds: who should have been kept out is in.
  if (expect.status !== undefined && expect.status !== ACCEPTED)
    return `the handshake was accepted; ${expect.status} is expected`;
  const ids = new Set(runner.events.map(({ event }) => connectionIdOf(event)));
  const { distinctConnectionIds = null } = expect;
  const wantedIds = distinctConnectionIds === true ? result.connections : distinctConnectionIds;
  return (
    framesDifference(expect.frames ?? [], result.frames) ??
    (wantedIds === null
      ? undefined
      : firstDifference(wantedIds, ids.size, 'exact', 'distinctConnectionIds')) ??
    eventDifference(parityCase, runner)
  );
}

function connectionIdOf(event: unknown): unknown {
  return (event as { requestContext?: { connectionId?: unknown } } | null)?.requestContext?.connectionId;
}

async function exchangeDifference({
  parityCase,
  api,
  backend,
  aws,
  runner,
}: Scene): Promise<string | undefined> {
  const { request, expect } = parityCase;
  const body = bodyOf(request);
  const reply =
    request.mode === 'test-invoke'
      ? await api.testInvoke({ ...request, body })
      : await sendRaw({
          host: api.url.hostname,
          port: Number(api.url.port),
          method: request.method ?? 'GET',
          target: targetOf(request, api.url),
          headers: Object.entries(request.headers ?? {}),
          body,
          timeoutMs: REPLY_DEADLINE_MS,
        });
  return (
    replyDifference(expect, reply) ??
    eventDifference(parityCase, runner) ??
    requestDifference(expect.backend, backend?.seen.at(-1), 'backend') ??
    requestDifference(expect.awsRequest, aws?.seen.at(-1), 'awsRequest')
  );
}

function bodyOf({ body, bodyBase64 }: ParityCase['request']): Buffer | undefined {
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64');
  return body === undefined ? undefined : Buffer.from(body);
}

/** Path and query on the wire: `rawUrlPath` as it is, else `path` below the stage. */
function targetOf({ rawUrlPath, path, query }: ParityCase['request'], url: URL): string {
  const onTheWire = rawUrlPath ?? `${url.pathname.replace(/\/$/, '')}${path ?? '/'}`;
  return query === undefined ? onTheWire : `${onTheWire}?${query}`;
}

function replyDifference(expect: Expectation, { status, headers, body }: RawReply): string | undefined {
  const byName = headersByName(headers);
  const text = body.toString();
  return (
    (expect.status === undefined || expect.status === status
      ? undefined
      : `status: expected ${expect.status}, got ${status} ${show(text)}`) ??
    (expect.headers === undefined
      ? undefined
      : firstDifference(lowerCaseKeys(expect.headers), byName, 'subset', 'headers')) ??
    (expect.headersExact === undefined
      ? undefined
      : firstDifference(lowerCaseKeys(expect.headersExact), byName, 'exact', 'headers')) ??
    bodyDifference(expect, text) ??
    (expect.bodyContains === undefined || text.includes(expect.bodyContains)
      ? undefined
      : `body: expected to contain ${show(expect.bodyContains)}, got ${show(text)}`) ??
    (expect.bodyBase64 === undefined
      ? undefined
      : firstDifference(expect.bodyBase64, body.toString('base64'), 'exact', 'bodyBase64'))
  );
}

function bodyDifference({ body, bodySubset }: Expectation, text: string): string | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return firstDifference(body, text, 'exact', 'body');
  const parsed = parseJson(text);
  if (parsed === undefined) return `body: expected ${show(body)}, got text that is not JSON: ${show(text)}`;
  return firstDifference(body, parsed, bodySubset === true ? 'subset' : 'exact', 'body');
}

/** The event that the integration's function got last; events of authorizers are not meant. */
function eventDifference({ setup, expect }: ParityCase, runner: RunnerServer): string | undefined {
  if (expect.event === undefined) return undefined;
  const integrations = JSON.stringify([
    (setup.methods ?? []).map(({ Integration }) => Integration ?? null),
    (setup.routes ?? []).map(({ Integration }) => Integration ?? null),
    setup.restApi ?? null,
  ]);
  const last = runner.events.findLast(({ functionName }) => integrations.includes(`:${functionName}}`));
  if (last === undefined) return 'event: the function was not invoked';
  return firstDifference(expect.event, last.event, 'subset', 'event');
}

/** `bodyJson` is what the body parses to; an object as `body` means the same. An empty object means none at all. */
function requestDifference(
  expected: JsonObject | undefined,
  seen: SeenRequest | undefined,
  path: string,
): string | undefined {
  if (expected === undefined) return undefined;
  if (seen === undefined) return `${path}: no request arrived`;
  const text = seen.body.toString();
  const { body, bodyJson, bodyBase64, headers, ...rest } = expected;
  const json = bodyJson ?? (typeof body === 'string' ? undefined : body);
  for (const [name, value] of Object.entries(rest)) {
    const actual = (seen as unknown as Record<string, unknown>)[name];
    const empty = value !== null && typeof value === 'object' && Object.keys(value).length === 0;
    const difference = firstDifference(value, actual, empty ? 'exact' : 'subset', `${path}.${name}`);
    if (difference !== undefined) return difference;
  }
  return (
    (headers === undefined
      ? undefined
      : firstDifference(lowerCaseKeys(headers as JsonObject), seen.headers, 'subset', `${path}.headers`)) ??
    (typeof body === 'string' ? firstDifference(body, text, 'exact', `${path}.body`) : undefined) ??
    (json === undefined ? undefined : firstDifference(json, parseJson(text), 'exact', `${path}.body`)) ??
    (bodyBase64 === undefined
      ? undefined
      : firstDifference(bodyBase64, seen.body.toString('base64'), 'exact', `${path}.bodyBase64`))
  );
}
