/** The composition root: the only place where ports, adapters, sockets and state are put together. */
import { join } from 'node:path';
import { createHttpClient } from './adapters/http-client.ts';
import { createKeySets } from './adapters/key-sets.ts';
import { createLogFiles } from './adapters/log-files.ts';
import { createSystemRandom } from './adapters/random.ts';
import { createSystemClock } from './adapters/system-clock.ts';
import { watchTemplates } from './adapters/template-watcher.ts';
import { Account } from './control/account.ts';
import { listApis } from './control/list-apis.ts';
import { ServedApis } from './control/served-apis.ts';
import { loadStacks } from './definition/load.ts';
import { DefinitionError, StartError } from './errors.ts';
import { trustLocalIssuer } from './lambda/local-issuer.ts';
import { createFunctionRuntime } from './lambda/runtime.ts';
import { serve } from './pipeline.ts';
import { adminIdentity, createIdentities } from './policy/identities.ts';
import { openApiPorts } from './server/api-ports.ts';
import { openControlPort } from './server/control-port.ts';
import { createDynamoDbCalls } from './server/dynamodb-calls.ts';
import { refuseForeignOrigin } from './server/guards.ts';
import { Issuer, LOCAL_ISSUER } from './server/issuer.ts';
import { createLambdaInvoke } from './server/lambda-invoke.ts';
import { letThrough } from './server/let-through.ts';
import { planOwnPorts, planSharedPorts } from './server/port-plan.ts';
import { receive } from './server/receive.ts';
import { createRestApiWire } from './server/rest-api-wire.ts';
import { startSweeping } from './server/websocket-frames.ts';
import { loadIdentities, makeControlSecret, publishCredentials } from './services/identity-file.ts';
import { loadIssuerKeys, saveIssuerKeys } from './services/issuer-key-file.ts';
import { Recorder } from './services/recorder.ts';
import { createServiceClient } from './services/service-client.ts';
import { openStore } from './services/store.ts';
import { readTableDefinition } from './services/table-definition.ts';
import { Connections } from './websocket/connections.ts';
import { handleManagement } from './websocket/management.ts';
import type { LogFiles } from './adapters/log-files.ts';
import type { ApiListing, ApiRoutes } from './control/list-apis.ts';
import type { UnsupportedItem } from './definition/model.ts';
import type { Gateway, GatewayOptions } from './gateway.ts';
import type { FunctionRuntime } from './lambda/runtime.ts';
import type { Identities } from './policy/identities.ts';
import type { Clock, Random, ShiftableClock } from './ports.ts';
import type { AwsService } from './server/aws-call.ts';
import type { DynamoDbBackend } from './server/dynamodb-calls.ts';
import type { PortPlan } from './server/port-plan.ts';
import type { Store } from './services/store.ts';
import type { ManagementPorts } from './websocket/management.ts';
import type { WebSocketPorts } from './websocket/pipeline.ts';

/** Per function; Lambda's default for an account is 1,000, a laptop's is less. */
const MAX_INSTANCES = 64;

/** Starts what every stack needs: store, issuer, function runtime, control port. @throws StartError, DefinitionError */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const closing = new Closing();
  try {
    return await compose(options, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

/** The routes of stacks without starting anything. @throws DefinitionError */
export async function listRoutes(
  sources: readonly string[],
  options: Parameters<typeof loadStacks>[1],
): Promise<readonly ApiRoutes[]> {
  const served = new ServedApis(new Account({ clock: createSystemClock(), isThrottled: false }));
  served.prepare(await loadStacks(sources, options)).serve();
  return listApis(served.all, () => 'not-listening');
}

/** What must end, in reverse order of its start. */
class Closing {
  readonly #ends: (() => unknown)[] = [];

  add(end: () => unknown): void {
    this.#ends.push(end);
  }

  async run(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

async function compose(options: GatewayOptions, closing: Closing): Promise<Gateway> {
  const clock = createSystemClock();
  const random = createSystemRandom();
  const { accountId, directory, log } = options;
  const identities = createIdentities([
    adminIdentity(options.adminKey, accountId),
    ...(await loadIdentities(directory, accountId)),
  ]);
  const [issuer, store] = await Promise.all([
    openIssuer(options, clock, random),
    openStoreOf(options, clock),
  ]);
  closing.add(() => store.close());
  const runtime = await openRuntime(options, clock, store, () => parts.controlUrl);
  closing.add(() => runtime.close());

  const connections = new Connections(clock);
  closing.add(startSweeping(connections));
  const served = new ServedApis(new Account({ clock, isThrottled: options.accountThrottle }));
  const http = createHttpClient(options.vpcLinks);
  closing.add(() => http.close());
  const recorder = new Recorder(clock, random);
  const services = createServiceClient({
    ...{ http, clock, recorder },
    endpoints: options.awsEndpoints,
    dynamodb: backendOf(options, store),
    ownUrl: () => parts.controlUrl,
  });
  const logGroups = openLogFiles(options);
  closing.add(() => logGroups.close());
  const at = {
    ...{ clock, random, invoker: runtime, http, services, log, logGroups, connections, identities },
    keySets: createKeySets({ issuer: LOCAL_ISSUER, keySet: () => issuer.keySet() }, clock),
    findApi: (id: string) => served.find(id),
  };
  const management = { clock, random, connections, identities };
  const parts: Parts = {
    ...{ options, clock, random, identities, issuer, store, runtime, served, at, management, recorder, closing },
    addresses: new Map(),
    controlUrl: undefined,
  };
  await openControl(parts);
  return assemble(parts);
}

type Parts = {
  readonly options: GatewayOptions;
  readonly clock: ShiftableClock;
  readonly random: Random;
  readonly identities: Identities;
  readonly issuer: Issuer;
  readonly store: Store;
  readonly runtime: FunctionRuntime;
  readonly served: ServedApis;
  readonly at: WebSocketPorts;
  readonly management: ManagementPorts;
  readonly recorder: Recorder;
  readonly closing: Closing;
  /** Host, port and base path by API id, once listening. */
  readonly addresses: Map<string, string>;
  /** Known before the first function runs. */
  controlUrl: string | undefined;
};

/** Opens the control port and leaves its credentials for the other commands. */
async function openControl(parts: Parts): Promise<void> {
  const { options, clock, random, identities, issuer, served, management, closing } = parts;
  const secret = makeControlSecret();
  const report = (fault: unknown): void => {
    options.log.write(describeFault(fault));
  };
  const control = await openControlPort({
    port: options.controlPort,
    allowHosts: options.allowHosts,
    clockFixedBecause: options.dynamodb.kind === 'url' ? CLOCK_FIXED : undefined,
    ...{ clock, random, issuer, identities, secret, report },
    mounts: {
      services: openServices(parts, report),
      connections(request, apiId, path) {
        const api = served.find(apiId);
        return api?.protocol === 'websocket' ? handleManagement(request, api, management, path) : undefined;
      },
      status: () => ({ apis: listRoutesOf(parts), unsupported: served.unsupported }),
      routes: () => listRoutesOf(parts),
      recorded: parts.recorder,
    },
  });
  closing.add(() => control.close());
  parts.controlUrl = control.url;
  const { adminKey, region, directory } = options;
  const published = await publishCredentials(directory, {
    ...adminKey,
    region,
    controlUrl: control.url,
    controlSecret: secret,
  });
  closing.add(() => published.remove());
}

/** AWS's own APIs on the control port, by signing name. */
function openServices(parts: Parts, report: (fault: unknown) => void): Map<string, AwsService> {
  const { options, runtime, random, served, store, at, closing } = parts;
  const services = new Map<string, AwsService>();
  for (const name of options.awsEndpoints?.live ?? []) services.set(name, letThrough(at.services));
  const backend = backendOf(options, store);
  if (backend !== undefined) {
    const calls = createDynamoDbCalls(backend, options.accountId);
    closing.add(() => calls.close());
    services.set('dynamodb', (call) => calls.serve(call));
  }
  const invoke = { invoker: runtime, random, accountId: options.accountId, report };
  services.set('lambda', createLambdaInvoke(invoke));
  services.set('apigateway', createRestApiWire({ apis: served, random, accountId: options.accountId, ports: at }));
  return services;
}

function listRoutesOf({ served, addresses, options }: Parts): ApiRoutes[] {
  const stageless = options.sharedPorts?.omitStage === true ? 'rest' : undefined;
  return listApis(served.all, (apiId) => addresses.get(apiId) ?? options.host, stageless);
}

function assemble(parts: Parts): Gateway {
  const { issuer, served, store, at, closing } = parts;
  return {
    async load(sources) {
      await load(sources, parts);
      if (parts.options.reload) watchStacks(sources, parts);
    },
    get stacks() {
      return served.stacks;
    },
    routes: () => listRoutesOf(parts),
    inject(request) {
      const api = served.find(request.apiId);
      if (api === undefined) throw new RangeError(`no API ${request.apiId}`);
      const { method, target, headers: rawHeaders = [], body } = request;
      const wire = { method, target, rawHeaders, body, remoteAddress: undefined, httpVersion: '1.1' };
      return serve(receive(wire, api, at), at);
    },
    mint: (wish) => issuer.mint(wish).token,
    async listen() {
      await listen(parts);
      const control = controlUrlOf(parts);
      return { apis: listStages(parts), control, dynamodb: store.url, unsupported: served.unsupported };
    },
    close: () => closing.run(),
  };
}

function controlUrlOf(parts: Parts): string {
  if (parts.controlUrl === undefined) throw new TypeError('the control port is not open');
  return parts.controlUrl;
}

/** The listing without its routes: what the ready line holds. */
function listStages(parts: Parts): ApiListing[] {
  return listRoutesOf(parts).map(({ stack, logicalId, id, name, kind, stage, url }) => ({
    ...{ stack, logicalId, id, name, kind, stage, url },
  }));
}

async function load(sources: readonly string[], parts: Parts): Promise<void> {
  const { options, runtime, served, store } = parts;
  const stacks = await loadStacks(sources, options);
  const functions = stacks.flatMap((stack) => stack.functions);
  const readings = stacks.flatMap((stack) =>
    [...stack.resources.values()]
      .filter((resource) => resource.type === 'AWS::DynamoDB::Table')
      .map((resource) => readTableDefinition(resource)),
  );
  const prepared = served.prepare(stacks);
  if (options.strict) refuseUnsupported(prepared.unsupported);
  await Promise.all([
    runtime.define(functions.map((definition) => trustLocalIssuer(definition, controlUrlOf(parts)))),
    store.createTables(readings.map(({ table }) => table)),
  ]);
  prepared.serve();
}

/** Loads the stacks again whenever one of their files changes; what does not load leaves the old ones in place. */
function watchStacks(sources: readonly string[], parts: Parts): void {
  const { options, served, addresses, closing } = parts;
  const reload = async (): Promise<void> => {
    const begunMs = performance.now();
    try {
      await load(sources, parts);
      options.onReload({ kind: 'reloaded', what: 'the stacks', tookMs: performance.now() - begunMs });
      const homeless = served.all.filter(({ identity }) => !addresses.has(identity.apiId));
      for (const { identity } of homeless)
        options.log.write(`${identity.name} is new and has no port yet; start the gateway again`);
    } catch (error) {
      const message = error instanceof DefinitionError ? error.describe() : describeFault(error);
      options.onReload({ kind: 'kept', what: 'the stacks', message });
    }
  };
  let running = Promise.resolve();
  const files = served.stacks.map((stack) => stack.file);
  closing.add(
    watchTemplates(files, () => {
      running = running.then(reload);
    }),
  );
}

/** `--strict`: what would only be named otherwise. */
function refuseUnsupported(items: readonly UnsupportedItem[]): void {
  if (items.length === 0) return;
  const lines = items.map(
    ({ stackName, logicalId, type, property, consequence }) =>
      `  ${stackName}: ${property === undefined ? logicalId : `${logicalId}.${property}`} (${type}): ${consequence}`,
  );
  throw new StartError(
    'UNSUPPORTED',
    `--strict: ${items.length} parts cannot be enforced\n${lines.join('\n')}`,
  );
}

async function listen(parts: Parts): Promise<void> {
  const { options, at, management, addresses, closing } = parts;
  const plans = planPorts(parts);
  const { ports, close } = await openApiPorts({
    host: options.host,
    plans,
    allowHosts: options.allowHosts,
    handleManagement: (request, api, path) =>
      refuseForeignOrigin(request) ?? handleManagement(request, api, management, path),
    at,
  });
  closing.add(close);
  const shown = options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : options.host;
  for (const { apiIds, basePath } of plans)
    for (const apiId of apiIds) addresses.set(apiId, `${shown}:${ports.get(apiId) ?? 0}${basePath}`);
}

function planPorts(parts: Parts): readonly PortPlan[] {
  const { options, served, at } = parts;
  const { sharedPorts } = options;
  if (sharedPorts !== undefined) return planSharedPorts(listRoutesOf(parts), sharedPorts, at.findApi);
  const apiIds = served.all.map(({ identity }) => identity.apiId);
  return planOwnPorts(apiIds, options.port, at.findApi);
}

const CLOCK_FIXED = 'the clock cannot move: it would not reach the DynamoDB of --dynamodb URL';

async function openIssuer(options: GatewayOptions, clock: Clock, random: Random): Promise<Issuer> {
  const { dynamodb } = options;
  const kept = dynamodb.kind === 'embedded' ? dynamodb.dataDirectory : undefined;
  if (kept === undefined) return Issuer.create({ clock, random });
  return Issuer.create({
    clock,
    random,
    kept: await loadIssuerKeys(kept),
    onChange: (keys) => {
      saveIssuerKeys(kept, keys).catch((fault: unknown) => options.log.write(describeFault(fault)));
    },
  });
}

function openStoreOf(options: GatewayOptions, clock: ShiftableClock): Promise<Store> {
  const { region, accountId, dynamodb, log } = options;
  return openStore(dynamodb, {
    region,
    accountId,
    clockOffset: clock.offset,
    onFault: (message) => log.write(message),
  });
}

/** What stages log, in files of their own; the request lines go where they always go. */
function openLogFiles({ directory, log }: GatewayOptions): LogFiles {
  return createLogFiles({
    directory: join(directory, '.gatewright', 'logs'),
    report: (message) => log.write(message),
  });
}

/** The embedded store takes any key pair; another one gets the user's. */
function backendOf({ dynamodb, region }: GatewayOptions, store: Store): DynamoDbBackend | undefined {
  if (store.url === undefined) return undefined;
  if (dynamodb.kind === 'url') return { ...dynamodb, region };
  return { url: store.url, region, accessKeyId: 'LOCALGATEWRIGHT', secretAccessKey: 'embedded' };
}

async function openRuntime(
  options: GatewayOptions,
  clock: ShiftableClock,
  store: Store,
  controlUrl: () => string | undefined,
): Promise<FunctionRuntime> {
  const { adminKey, directory, reload, functionLog } = options;
  const runtime = await createFunctionRuntime({
    clockOffset: clock.offset,
    controlUrl,
    accessKey: { id: adminKey.accessKeyId, secret: adminKey.secretAccessKey },
    extraEnvironment: { ...storeEnvironment(options, store), ...options.functionEnvironment },
    cacheDirectory: join(directory, '.gatewright', 'cache'),
    log: functionLog,
    maxInstances: MAX_INSTANCES,
    reload,
  });
  runtime.onReload((event) => options.onReload({ ...event, what: event.functionName }));
  return runtime;
}

/**
 * Functions reach the embedded store directly. Somebody else's endpoint they reach through the control port,
 * which signs again: their local key pair means nothing there.
 */
function storeEnvironment({ dynamodb }: GatewayOptions, { url }: Store): Readonly<Record<string, string>> {
  return dynamodb.kind === 'embedded' && url !== undefined ? { AWS_ENDPOINT_URL_DYNAMODB: url } : {};
}

function describeFault(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
