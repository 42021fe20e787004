/** Starts candidates in turns, each in its own process, and returns medians. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { parseCompiledAccess } from '#shared/access/find-document.ts';
import { defaultJwksUri, LOCAL_ISSUER } from '#shared/access/tokens/issuers.ts';
import compiled from '../../access/compiled.json' with { type: 'json' };
import type { Form } from './authorizer-bundles.ts';
import { AUDIENCE } from './authorizer-candidates.ts';
import type { Candidate, CandidateName, Keys } from './authorizer-candidates.ts';
import type { Start } from './authorizer-process.ts';
import { makeLoopbackCertificate } from './certificate.ts';
import { median } from './report.ts';
import { openWorld } from './stack/world.ts';
import type { World } from './stack/world.ts';
import { BUILD } from './targets.ts';

export type Starter = {
  readonly name: CandidateName;
  readonly event: Candidate['event'];
  readonly form: Form;
  readonly keys: Keys;
  readonly file: string;
  readonly environment?: Readonly<Record<string, string>> | undefined;
};

/** Medians over the starts of one candidate in one form. */
export type StartRow = {
  readonly name: CandidateName;
  readonly form: Form;
  readonly keys: Keys;
  readonly starts: number;
  readonly importMs: number;
  readonly firstMs: number;
  readonly startMs: number;
  readonly leastStartMs: number;
  readonly cpuMs: number;
  readonly rssMb: number;
};

const START_DEADLINE_MS = 30_000;

export async function measureStarts(
  starters: readonly Starter[],
  rounds: number,
): Promise<readonly StartRow[]> {
  await using issuer = await openIssuer();
  await using world = await openWorld();
  const measured = new Map(starters.map((starter) => [starter, [] as Start[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const [starter, starts] of measured) starts.push(await startOnce(inWorld(starter, world), issuer));
  return [...measured].map(([starter, starts]) => summarise(starter, starts));
}

/** Results per second once everything is loaded: the median of three processes. */
export async function measureWarm(starter: Starter, warmMs: number): Promise<number> {
  await using issuer = await openIssuer();
  await using world = await openWorld();
  const asked = inWorld(starter, world);
  const rates: number[] = [];
  for (let run = 0; run < 3; run += 1) rates.push((await startOnce(asked, issuer, warmMs)).perSecond ?? 0);
  return Math.round(median(rates));
}

/**
 * Adds the environment of the tables to a function that has its own settings. All other functions start as if there
 * were no tables.
 */
function inWorld(starter: Starter, world: World): Starter {
  if (starter.environment === undefined) return starter;
  return { ...starter, environment: { ...world.environment, ...starter.environment } };
}

function summarise({ name, form, keys }: Starter, starts: readonly Start[]): StartRow {
  const of = (read: (start: Start) => number): number => round(median(starts.map(read)));
  const whole = ({ importMs, firstMs }: Start): number => importMs + firstMs;
  return {
    name,
    form,
    keys,
    starts: starts.length,
    importMs: of(({ importMs }) => importMs),
    firstMs: of(({ firstMs }) => firstMs),
    startMs: of(whole),
    leastStartMs: round(Math.min(...starts.map(whole))),
    cpuMs: of(({ cpuMs }) => cpuMs),
    rssMb: of(({ rssMb }) => rssMb),
  };
}

const round = (value: number): number => Number(value.toFixed(1));

export type Issuer = AsyncDisposable & {
  readonly url: string;
  readonly keySet: string;
  /** Events that contain a token of this issuer. */
  readonly events: Readonly<Record<Candidate['event'], object>>;
  /** The script of the process to start. `authority` is the file with the certificate that this process must trust. */
  readonly script: string;
  readonly authority: string;
};

/** @throws Error if the process fails or the authorizer denies access */
export async function startOnce(
  { name, event, file, environment }: Starter,
  issuer: Issuer,
  warmMs = 0,
): Promise<Start> {
  const answered = { expected: '"Effect":"Allow"', event: issuer.events[event] };
  return await runStart({ name, file, ...answered, environment }, issuer, warmMs);
}

/** Describes the process to start: it imports one file, calls its handler, and may continue to call it. */
type StartOrder = {
  readonly name: string;
  readonly file: string;
  /** `{{n}}` in the texts of the event is replaced by a number that differs in each call. */
  readonly event: object;
  /** A pattern that the text of each result must match. */
  readonly expected: string;
  readonly environment?: Readonly<Record<string, string>> | undefined;
};

/** @throws Error if the process fails, or returns something else */
export async function runStart(
  { name, file, event, expected, environment }: StartOrder,
  issuer: Issuer,
  warmMs = 0,
): Promise<Start> {
  const child = spawn(process.execPath, [issuer.script, file], {
    env: {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: issuer.authority,
      BENCH_EVENT: JSON.stringify(event),
      BENCH_EXPECTED: expected,
      BENCH_KEY_SET: issuer.keySet,
      BENCH_KEYS_URL: defaultJwksUri(issuer.url),
      BENCH_WARM_MS: String(warmMs),
      // The environment variables below have the values that the stack and Lambda set.
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      POWERTOOLS_METRICS_NAMESPACE: 'bench',
      GATEWRIGHT_STAGE: 'dev',
      GATEWRIGHT_ACCESS_TABLE: 'access',
      GATEWRIGHT_ISSUER_URL: issuer.url,
      GATEWRIGHT_LOG_PRINCIPAL: 'hash',
      GATEWRIGHT_LOG_SALT: 'a-salt-of-this-deployment',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: START_DEADLINE_MS,
  });
  let text = '';
  let printedBytes = 0;
  child.stdout.on('data', (chunk: Buffer) => (printedBytes += chunk.length));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  const line = text.split('\n').find((one) => one.startsWith('{"importMs"'));
  const start = line === undefined ? undefined : (JSON.parse(line) as Start);
  if (start?.isExpected !== true)
    throw new Error(`${name} returned an unexpected result: ${text.slice(0, 2_000)}`);
  return { ...start, bytesPerAnswer: printedBytes / start.answers };
}

/** Starts the gateway's own issuer on a local port. The deployed documents trust this issuer in stage dev. */
export async function openIssuer(): Promise<Issuer> {
  const folder = join(BUILD, 'authorizer');
  mkdirSync(folder, { recursive: true });
  const script = join(folder, 'process.mjs');
  // The script is compiled to JavaScript, because stripping types is not part of what is measured.
  const entryPoints = [join(import.meta.dirname, 'authorizer-process.ts')];
  await build({ entryPoints, outfile: script, format: 'esm', platform: 'node', target: 'node24' });
  const certificate = makeLoopbackCertificate(Date.now());
  const authority = join(folder, 'issuer.pem');
  writeFileSync(authority, certificate.cert);
  const { keySet, token } = signBenchToken();
  const server = createServer(certificate, (_request, response) => response.end(keySet));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    keySet,
    events: eventsWith(`Bearer ${token}`),
    script,
    authority,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function signBenchToken(): { readonly keySet: string; readonly token: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench-1', alg: 'RS256', use: 'sig' };
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: LOCAL_ISSUER, aud: AUDIENCE, sub: 'bench', roles: ['admin'], iat, exp: iat + 86_400 };
  const signed = [{ alg: 'RS256', typ: 'JWT', kid: jwk.kid }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64url');
  return { keySet: JSON.stringify({ keys: [jwk] }), token: `${signed}.${signature}` };
}

function eventsWith(credential: string): Issuer['events'] {
  const methodArn = `arn:aws:execute-api:us-east-1:123456789012:${protectedApi('food-delivery-rest')}/GET/users`;
  return {
    token: { type: 'TOKEN', authorizationToken: credential, methodArn },
    request: {
      type: 'REQUEST',
      methodArn,
      headers: { Authorization: credential },
      requestContext: { identity: { sourceIp: '203.0.113.1' }, requestTimeEpoch: Date.now() },
    },
  };
}

/** Returns `{id}/{stage}` of the API that a document protects in stage dev. */
export function protectedApi(name: string): string {
  const document = parseCompiledAccess(compiled).documents.find((one) => one.name === name);
  const api = document?.apis.find((one) => one.for === 'dev');
  if (api === undefined) throw new Error(`access/${name}.yml protects no API in stage dev`);
  return `${api.apiId}/${api.stage}`;
}
