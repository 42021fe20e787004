/** Runs one case: sets it up, sends its requests, and returns the first difference. */
import { playAlarm } from './alarm-case.ts';
import { startAwsBackend, startBackend, startRunnerServer } from './backends.ts';
import { clientCertificates } from './client-certificates.ts';
import { firstDifference, show } from './compare.ts';
import { deployCanary } from './deploy-canary.ts';
import { eventsDifference, logDifference, replyDifference, requestDifference } from './differences.ts';
import { fillPlaceholders } from '../template/placeholders.ts';
import { ROLE_NAME } from '../template/draft.ts';
import { stepsOf } from '../schema/parity-case.ts';
import { printIdentities } from './signing.ts';
import { buildTemplate, sourcesOf } from '../template/template.ts';
import { startTokenIssuer } from './token-issuer.ts';
import { framesDifference, playScript } from './websocket-script.ts';
import type { RunnerServer, Server } from './backends.ts';
import { answerOf } from '../report/recording.ts';
import { NotAsked } from './not-asked.ts';
import type { Answer } from '../report/recording.ts';
import type { Deploy } from '../targets/target.ts';
import type { Json, ParityCase, Step, CaseRequest } from '../schema/parity-case.ts';
import type { RunningApi } from './running-api.ts';
import type { Naming } from '../template/template.ts';
import type { TokenIssuer } from './token-issuer.ts';
import { sendRaw } from './raw-client.ts';
import type { RawReply, RawRequest } from './raw-client.ts';

/** The status of an accepted handshake. */
const ACCEPTED = 101;

type CaseTools = {
  readonly deploy: Deploy;
  readonly naming: Naming;
  /** Called with the response to the first request, in the form of `expect`. */
  readonly onReply?: (answer: Answer) => void;
};

/** The servers that a case uses in addition to the engine. */
type Surroundings = {
  readonly runner: RunnerServer;
  readonly backend: Server | undefined;
  readonly aws: Server | undefined;
  readonly issuer: TokenIssuer | undefined;
};

/** A case in progress. */
type Scene = Surroundings & {
  readonly parityCase: ParityCase;
  readonly api: RunningApi;
  readonly onReply: CaseTools['onReply'];
};

/**
 * Runs a case. Returns the first difference; undefined if the case passes. If an error prevents the case from running,
 * the case has failed.
 * @throws NotAsked if the target does not support the case
 */
export async function runCase(parityCase: ParityCase, tools: CaseTools): Promise<string | undefined> {
  const closing: (() => Promise<void>)[] = [];
  try {
    return await stage(parityCase, tools, closing);
  } catch (error) {
    if (error instanceof NotAsked) throw error;
    return `could not run: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function stage(
  parityCase: ParityCase,
  { deploy, naming, onReply }: CaseTools,
  closing: (() => Promise<void>)[],
): Promise<string | undefined> {
  const { setup, request, expect } = parityCase;
  /** Contains the API as soon as the engine runs, because functions may use a connection from then on. */
  const running: { api?: RunningApi } = {};
  const around = await surround(parityCase, running, closing);
  const inputs = {
    naming,
    backendUrl: around.backend?.url,
    runnerUrl: around.runner.url,
    issuerUrl: around.issuer?.url,
  };
  const tls = setup.domains?.some(({ mutualTls }) => mutualTls === true) ?? false;
  const started = await deploy({
    parityCase,
    template: buildTemplate(parityCase, inputs),
    sources: sourcesOf(parityCase, inputs),
    awsEndpoint: around.aws?.url,
    tls,
    roles: setup.withoutPermission !== undefined,
    files: {
      ...(setup.identities === undefined
        ? {}
        : { 'gatewright.identities.yml': printIdentities(setup.identities) }),
      ...(tls ? clientCertificates().files : {}),
    },
  });
  if (started.kind === 'refused') return refusalDifference(expect.deployError, started.message);
  const { api } = started;
  closing.push(() => api.close());
  running.api = api;
  await deployCanary(setup, api.call);
  if (request.mode === 'deploy')
    return `deploy: expected ${show(expect.deployError)}, but the template was accepted`;
  const scene: Scene = { ...around, parityCase: fillCase(parityCase, api, around), api, onReply };
  if (request.mode === 'describe-gateway-responses')
    return firstDifference(
      scene.parityCase.expect.gatewayResponses ?? {},
      await api.describeGatewayResponses(),
      'subset',
      'gatewayResponses',
    );
  return request.mode === 'alarm' ? playAlarm(scene.parityCase, api) : playSteps(scene);
}

async function surround(
  { setup }: ParityCase,
  running: { readonly api?: RunningApi },
  closing: (() => Promise<void>)[],
): Promise<Surroundings> {
  const opened = <Thing extends { close(): Promise<void> }>(thing: Thing): Thing => {
    closing.push(() => thing.close());
    return thing;
  };
  const runner = opened(
    await startRunnerServer(async (connectionId, data) => {
      if (running.api === undefined)
        throw new Error('a message cannot be posted to a connection before the API is running');
      const { status } = await running.api.manage('POST', connectionId, data);
      return status;
    }),
  );
  const wantsIssuer = setup.tokens !== undefined;
  return {
    runner,
    backend: setup.backend === undefined ? undefined : opened(await startBackend(setup.backend)),
    aws: setup.awsBackend === undefined ? undefined : opened(await startAwsBackend(setup.awsBackend)),
    issuer: wantsIssuer ? opened(await startTokenIssuer()) : undefined,
  };
}

async function playSteps(scene: Scene): Promise<string | undefined> {
  const steps = stepsOf(scene.parityCase);
  for (const [index, step] of steps.entries()) {
    if (step.advanceMs !== undefined) await scene.api.advance(step.advanceMs);
    const difference =
      step.request.method === 'WS' ? await playFrames(scene, step) : await exchange(scene, step);
    if (difference !== undefined) return steps.length === 1 ? difference : `${index + 1}. ${difference}`;
  }
  return undefined;
}

function refusalDifference(expected: string | undefined, message: string): string | undefined {
  if (expected === undefined) return `the template was refused: ${message}`;
  return message.includes(expected) ? undefined : `deploy: expected ${show(expected)}, got ${show(message)}`;
}

/** Fills expectations and requests with the values that are known once the API runs. */
function fillCase(parityCase: ParityCase, api: RunningApi, { backend, issuer }: Surroundings): ParityCase {
  const values = new Map([
    ['apiId', api.apiId],
    ['region', api.region],
    ['accountId', api.accountId],
    ['role', `arn:aws:iam::${api.accountId}:role/${ROLE_NAME}`],
    ['host', api.url.host],
    ...(backend === undefined
      ? []
      : ([
          ['backend', backend.url],
          ['backendHost', new URL(backend.url).host],
        ] as const)),
    ...(issuer === undefined
      ? []
      : [
          ['issuer', issuer.url] as const,
          ...Object.entries(parityCase.setup.tokens ?? {}).map(
            ([name, setup]) => [`token:${name}`, issuer.token(setup)] as const,
          ),
        ]),
  ]);
  const valueOf = (name: string): string | undefined =>
    name.startsWith('fill:') ? 'x'.repeat(Number(name.slice('fill:'.length))) : values.get(name);
  const fill = <Part>(part: Part): Part =>
    fillPlaceholders(part as unknown as Json, valueOf) as unknown as Part;
  const { request, expect, then = [] } = parityCase;
  return { ...parityCase, request: fill(request), expect: fill(expect), then: then.map(fill) };
}

async function playFrames(
  { parityCase, api, runner, backend, aws }: Scene,
  { request, expect }: Step,
): Promise<string | undefined> {
  const result = await playScript({ api, request, expectedFrames: expect.frames?.length ?? 0 });
  if (result.kind === 'differs') return result.difference;
  if (result.kind === 'refused')
    return expect.status === undefined
      ? `expected the handshake to be accepted, but it was answered with ${result.reply.status}`
      : (replyDifference(expect, result.reply) ??
          (await eventsDifference({ ...parityCase, expect }, runner)));
  // A missing refusal is reported before any other difference, because it means that a caller who should have been
  // refused was accepted.
  if (expect.status !== undefined && expect.status !== ACCEPTED)
    return `expected the handshake to be refused with ${expect.status}, but it was accepted`;
  const events = await eventsDifference({ ...parityCase, expect }, runner);
  const ids = new Set(runner.events.map(({ event }) => connectionIdOf(event)));
  const { distinctConnectionIds = null } = expect;
  const wantedIds = distinctConnectionIds === true ? result.connections : distinctConnectionIds;
  return (
    framesDifference(expect.frames ?? [], result.frames) ??
    (wantedIds === null
      ? undefined
      : firstDifference(wantedIds, ids.size, 'exact', 'distinctConnectionIds')) ??
    events ??
    requestDifference(expect.backend, backend?.seen.at(-1), 'backend') ??
    requestDifference(expect.awsRequest, aws?.seen.at(-1), 'awsRequest') ??
    (await logDifference(expect, api))
  );
}

function connectionIdOf(event: unknown): unknown {
  return (event as { requestContext?: { connectionId?: unknown } } | null)?.requestContext?.connectionId;
}

/** Maps values that are specific to this run to their placeholders. */
function namesOf({ apiId, accountId, region, url }: RunningApi): ReadonlyMap<string, string> {
  return new Map([
    [url.host, '${host}'],
    [apiId, '${apiId}'],
    [accountId, '${accountId}'],
    [region, '${region}'],
  ]);
}

async function exchange(
  { parityCase, api, backend, aws, runner, onReply }: Scene,
  step: Step,
): Promise<string | undefined> {
  const { expect } = step;
  const reply = await sendStep(step.request, api).catch((error: unknown) => {
    if (expect.unanswered === true) return undefined;
    throw error;
  });
  if (reply !== undefined && (parityCase.then ?? []).length === 0) onReply?.(answerOf(reply, namesOf(api)));
  if (reply !== undefined && expect.unanswered === true) return `expected no response, got ${reply.status}`;
  return (
    (reply === undefined ? undefined : replyDifference(expect, reply)) ??
    (await eventsDifference({ ...parityCase, expect }, runner)) ??
    requestDifference(expect.backend, backend?.seen.at(-1), 'backend') ??
    requestDifference(expect.awsRequest, aws?.seen.at(-1), 'awsRequest') ??
    (await logDifference(expect, api))
  );
}

// Sends one request of a case, signed and over TLS if the case specifies it.

/** Time limit for a response. It is longer than API Gateway's longest integration timeout of 30 s. */
const REPLY_DEADLINE_MS = 33_000;

async function sendStep(request: CaseRequest, api: RunningApi): Promise<RawReply> {
  const body = bodyOf(request);
  if (request.mode === 'test-invoke') return api.testInvoke({ ...request, body });
  const method = request.method ?? 'GET';
  const target = targetOf(request, api.url);
  return sendRaw({
    host: api.url.hostname,
    port: portOf(api.url),
    method,
    target,
    headers: [...headersOf(request), ...signatureOf(request, { method, target, body }, api)],
    body,
    timeoutMs: REPLY_DEADLINE_MS,
    ...tlsOf(request, api),
  });
}

/** Returns the port in the URL, or the default port of its protocol. */
function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

function bodyOf({ body, bodyBase64 }: CaseRequest): Buffer | undefined {
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64');
  return body === undefined ? undefined : Buffer.from(body);
}

/** Returns the path and query to send: `rawUrlPath` unchanged, or `path` below the stage. */
function targetOf({ rawUrlPath, path, query }: CaseRequest, url: URL): string {
  const onTheWire = rawUrlPath ?? `${url.pathname.replace(/\/$/, '')}${path ?? '/'}`;
  return query === undefined ? onTheWire : `${onTheWire}?${query}`;
}

function headersOf({ headers = {} }: CaseRequest): readonly (readonly [string, string])[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): readonly [string, string] => [name, value]),
  );
}

function signatureOf(
  request: CaseRequest,
  { method, target, body }: Pick<RawRequest, 'method' | 'target' | 'body'>,
  api: RunningApi,
): readonly (readonly [string, string])[] {
  if (request.sign === undefined) return [];
  const url = new URL(target, api.url.href.replace(/^ws/, 'http'));
  return Object.entries(api.sign({ method, url, headers: {}, body }, request.sign));
}

function tlsOf(request: CaseRequest, api: RunningApi): Pick<RawRequest, 'tls'> {
  if (api.authority === undefined)
    return api.url.protocol === 'https:' ? { tls: { servername: api.url.hostname } } : {};
  const host = headersOf(request).find(([name]) => name.toLowerCase() === 'host')?.[1] ?? 'localhost';
  const { certificate = 'none' } = request;
  const own = certificate === 'none' ? {} : clientCertificates().of(certificate);
  return { tls: { servername: host, ca: api.authority, ...own } };
}
