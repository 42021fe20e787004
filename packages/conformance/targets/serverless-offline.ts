/**
 * Runs cases with serverless-offline, as its README describes. Each case is one service, in a folder in which the
 * user's `node_modules` are found. Cases that the events `http`, `httpApi` and `websocket` cannot express are not run.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, isListening, makeFolder, startProcess } from './child-process.ts';
import { findLack } from './case-needs.ts';
import { NotAsked } from '../play/not-asked.ts';
import { fileOf, toService } from './serverless-service.ts';
import { LACKS_OF_ENDPOINTS } from './url.ts';
import type { Need } from './case-needs.ts';
import type { Deployed, Fragment, Target, TargetOptions } from './target.ts';

const REGION = 'us-east-1';
/** Constants that serverless-offline puts into events. */
const API_ID = 'offlineContext_apiId';
const ACCOUNT_ID = 'offlineContext_accountId';
const CONCURRENCY = 2;

const LACKS = new Map<Need, string | undefined>([
  ['controlPlane', 'serverless-offline has no control plane'],
  ...LACKS_OF_ENDPOINTS,
  ['backend', undefined],
  ['testInvoke', undefined],
  ['gatewayResponses', undefined],
  ['refusal', undefined],
  // According to its README, only AWS checks signatures.
  ['issuer', 'serverless-offline does not verify tokens'],
]);

/** Programs that can run serverless-offline, in order of preference. */
const FRAMEWORKS = ['osls', 'serverless', 'sls'];

export function openServerlessOffline({ workingFolder, command }: TargetOptions): Target {
  const manifest = join(workingFolder, 'node_modules/serverless-offline/package.json');
  if (!existsSync(manifest))
    throw new Error(
      `serverless-offline is not installed in ${workingFolder}: run npm install --save-dev serverless-offline serverless`,
    );
  const found = FRAMEWORKS.map((name) => join(workingFolder, 'node_modules/.bin', name)).find(existsSync);
  const framework = command ?? (found === undefined ? undefined : [found]);
  if (framework === undefined)
    throw new Error(
      `neither osls nor serverless is installed in ${workingFolder}: run npm install --save-dev serverless`,
    );
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  return {
    name: 'serverless-offline',
    version,
    concurrency: CONCURRENCY,
    cannotAsk: (parityCase) => findLack(parityCase, LACKS),
    deploy: (fragment) => deploy(fragment, { framework, workingFolder }),
    openControl: () => Promise.reject(new NotAsked('serverless-offline has no control plane')),
    close: () => Promise.resolve([]),
  };
}

type Installed = { readonly framework: readonly string[]; readonly workingFolder: string };

async function deploy(fragment: Fragment, { framework, workingFolder }: Installed): Promise<Deployed> {
  const { parityCase, sources } = fragment;
  const service = toService(parityCase, REGION);
  const handlers = Object.entries(sources).map(([name, source]) => [`${fileOf(name)}.js`, source] as const);
  const folder = makeFolder(
    // JSON is valid YAML.
    { 'serverless.yml': JSON.stringify(service), 'package.json': '{}', ...Object.fromEntries(handlers) },
    workingFolder,
  );
  const [httpPort, lambdaPort, websocketPort] = [await freePort(), await freePort(), await freePort()];
  const [program = '', ...before] = framework;
  const started = startProcess({
    program,
    args: [
      ...before,
      'offline',
      '--noSponsor',
      '--host=127.0.0.1',
      `--httpPort=${httpPort}`,
      `--lambdaPort=${lambdaPort}`,
      `--websocketPort=${websocketPort}`,
    ],
    cwd: folder.path,
    env: { SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off', CI: '1' },
  });
  const close = async (): Promise<void> => {
    await started.stop();
    folder.remove();
  };
  const isWebSocket = parityCase.api === 'websocket';
  const port = isWebSocket ? websocketPort : httpPort;
  try {
    await started.until(() => isListening(port));
  } catch (error) {
    await close();
    throw error;
  }
  const stage = parityCase.api === 'rest' ? `/${parityCase.setup.stage}` : '';
  const notThere = (what: string) => (): never => {
    throw new NotAsked(`serverless-offline has no ${what}`);
  };
  return {
    kind: 'running',
    api: {
      apiId: API_ID,
      region: REGION,
      accountId: ACCOUNT_ID,
      url: new URL(`http://127.0.0.1:${port}${stage}`),
      manage: (method, connectionId, data) => manage(port, method, connectionId, data),
      testInvoke: notThere('TestInvokeMethod'),
      call: notThere('control plane'),
      describeGatewayResponses: notThere('control plane'),
      advance: notThere('clock'),
      sign: notThere('signatures'),
      readLog: () => [],
      close,
    },
  };
}

/** Calls `@connections`, which is on the WebSocket port according to the README. */
async function manage(
  port: number,
  method: string,
  connectionId: string,
  data: Buffer | undefined,
): Promise<{ status: number; headers: readonly (readonly [string, string])[]; body: Buffer }> {
  const url = `http://127.0.0.1:${port}/@connections/${encodeURIComponent(connectionId)}`;
  const reply = await fetch(url, { method, ...(data === undefined ? {} : { body: new Uint8Array(data) }) });
  return { status: reply.status, headers: [...reply.headers], body: Buffer.from(await reply.arrayBuffer()) };
}
