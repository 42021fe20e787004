/** The composition root: the only place where ports, adapters, sockets and state are put together. */
import { resolve, sep } from 'node:path';
import { createCompressor } from '../../server/adapters/compressor.ts';
import { createSystemRandom } from '../../server/adapters/random.ts';
import { createSystemClock } from '../../server/adapters/system-clock.ts';
import { load, watchStacks } from './load.ts';
import { openObservers } from './observers.ts';
import { LateValues } from './values.ts';
import {
  allOrNothing,
  Closing,
  controlUrlOf,
  clockFixedBecause,
  describeFault,
  localOriginOf,
  openAccount,
  openHttp,
  openPace,
  openRuntime,
  openStoreOf,
  shownHost,
} from './parts.ts';
import { openIdentities, openServiceClient } from './rights.ts';
import { findUnreachable, openSignIn } from './sign-in.ts';
import { mountSignIn, openTokensApi } from './sign-in-port.ts';
import { Account } from '../../control/account.ts';
import { executedVersion } from '../../control/function-aliases.ts';
import { inspectApis } from '../../control/inspect-apis.ts';
import { listApis, listUrls } from '../../control/list-apis.ts';
import { ServedApis } from '../../control/served-apis.ts';
import { settleHome } from '../../core/stack/home.ts';
import { RESOURCE_TYPES } from './catalogue.ts';
import { loadStacks } from '../../templates/load.ts';
import { Faults, REFUSING_WHAT_REQUESTS_MEET } from '../../core/errors.ts';
import { serve } from '../../core/pipeline.ts';
import { openApiPorts } from '../../server/api-ports.ts';
import { openControlPort } from '../../server/control-port/control-port.ts';
import { openEventsApi, openServiceHost } from './events.ts';
import { openServices } from './services.ts';
import { openTls } from './tls.ts';
import { openStateApi } from './state.ts';
import { environmentOf, openTestingApi } from './testing.ts';
import { KeptBaseline } from './reset.ts';
import { CallJournal } from '../../control/call-journal.ts';
import { openConsoleApi, openRecords, shortLinks, whileRecording } from './console.ts';
import { CONSOLE_PATH, serveConsole } from '../../console/endpoints/console-files.ts';
import { announceStart, inTurn, openLoop, openLoopApi } from './loop.ts';
import { gatherReply } from '../../core/gather-reply.ts';
import { refuseForeignOrigin } from '@gatewright/aws/guards';
import { LOCAL_ISSUER } from '../../core/issuers/issuer-names.ts';
import { listRoutesOf, listStages, planPorts } from './listing.ts';
import { OWN_ADDRESS, receive } from '../../core/receive.ts';
import { startSweeping } from '../../server/websocket-frames.ts';
import { makeControlSecret, publishCredentials } from '../../kernel/files/identity-file.ts';
import { makeOwnFolder } from '../../kernel/files/own-folder.ts';
import { Recorder } from '../../kernel/calls/recorder.ts';
import { Connections } from '../../core/websocket/connections.ts';
import { NEEDED_SETTINGS } from '../start-settings.ts';
import { handleManagement } from '../../core/websocket/management.ts';
import type { LoadOptions } from '../../templates/load-options.ts';
import type { Parts } from './parts.ts';
import type { Random } from '../../core/ports.ts';
import type { InspectedApi } from '../../control/inspect-apis.ts';
import type { ApiRoutes } from '../../control/list-apis.ts';
import type { Gateway, GatewayOptions, GivenOptions } from '../gateway.ts';
import type { Tolerance } from '../../core/errors.ts';

/** Starts what every stack needs: store, issuer, function runtime, control port. @throws StartError, DefinitionError */
export async function createGateway(options: GivenOptions): Promise<Gateway> {
  const closing = new Closing();
  try {
    return await compose({ ...NEEDED_SETTINGS, ...options, ...settleHome(options, {}) }, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

/** The routes of stacks without starting anything; what cannot be served is left out or closed. @throws DefinitionError */
export async function listRoutes(
  sources: readonly string[],
  options: LoadOptions,
): Promise<readonly ApiRoutes[]> {
  const served = await readApis(sources, options, new Faults(false));
  const nowhere = (): string => 'not-listening';
  return [...listApis(served.all, nowhere), ...listUrls(served.urls, nowhere)];
}

/** How the routes of stacks are guarded, without starting anything. @throws DefinitionError for what `tolerance` refuses, which is all that requests meet unless it is given */
export async function inspectStacks(
  sources: readonly string[],
  options: LoadOptions,
): Promise<readonly InspectedApi[]> {
  const served = await readApis(sources, options, options.tolerance ?? REFUSING_WHAT_REQUESTS_MEET);
  return inspectApis(served.all, served.stacks, {
    own: LOCAL_ISSUER,
    includes: (issuer) => issuer === LOCAL_ISSUER,
  });
}

async function readApis(
  sources: readonly string[],
  options: LoadOptions,
  tolerance: Tolerance,
): Promise<ServedApis> {
  const served = new ServedApis(new Account({ clock: createSystemClock(), isThrottled: false }));
  served
    .prepare(await loadStacks(sources, { ...options, types: RESOURCE_TYPES, tolerance }), tolerance)
    .serve();
  return served;
}

async function compose(given: GatewayOptions, closing: Closing): Promise<Gateway> {
  const clock = createSystemClock();
  const { options, history, name } = await openLoop(given, clock);
  const random = createSystemRandom();
  const { directory, log } = options;
  // First of all: nothing may be made in a folder that others can write to.
  await makeOwnFolder(directory);
  const { identities, functionIdentities } = await openIdentities(options, clock);
  const [signIn, store] = await allOrNothing(
    openSignIn(options, { clock, random, identities, invoker: () => parts.at.invoker }),
    openStoreOf(options, clock, functionIdentities, closing, (changes) =>
      parts.events.items.publish(changes),
    ),
  );
  const records = openRecords(options, clock);
  const pace = openPace(options, closing);
  const asked = { functions: functionIdentities, standIns: () => signIn.addresses };
  const later = { ...asked, ...laterOf(() => parts, random) };
  const runtime = await openRuntime(options, clock, store, later, records, pace);
  closing.add(() => runtime.close());

  const connections = new Connections(clock, options.assumptions);
  closing.add(startSweeping(connections));
  const journal = new CallJournal(clock, random);
  const served = new ServedApis(openAccount(options, journal.clock));
  const http = openHttp(options, pace, (host) => localOriginOf(parts, host), closing, served.vpcLinks);
  const values = new LateValues(options, clock);
  const find = (service: string) => parts.events.find(service);
  const recorder = new Recorder({ clock, random, find, report: (message) => log.write(message) });
  const ownUrl = (): string | undefined => parts.controlUrl;
  const calls = { http, clock, recorder, options, store, served, functionIdentities, ownUrl };
  const services = openServiceClient(calls);
  const events = openServiceHost({ ...calls, random, runtime, closing, services, values });
  events.items.connect((tables) => store.follow(tables));
  const observers = await openObservers(options, { invoker: runtime, clock, random });
  closing.add(() => observers.close());
  const { logGroups, metrics, traces } = observers;
  const at = whileRecording(options, {
    clock,
    random,
    invoker: runtime,
    http,
    services,
    log,
    connections,
    identities,
    logGroups,
    metrics,
    traces,
    records,
    compressor: createCompressor(),
    keySets: signIn.keySets,
    ...lookUpsIn(served),
    linkOf: shortLinks(options, ownUrl),
  });
  const management = { clock, random, connections, identities, records };
  const parts: Parts = {
    options,
    name,
    history,
    clock,
    random,
    identities,
    signIn,
    store,
    runtime,
    journal,
    served,
    at,
    management,
    recorder,
    values,
    records,
    functionIdentities,
    events,
    closing,
    subscriptions: logGroups,
    resets: options.resets === true ? new KeptBaseline() : undefined,
    addresses: new Map(),
    anyPort: undefined,
    tls: undefined,
    firstSource: '',
    controlSecret: makeControlSecret(),
    controlUrl: undefined,
  };
  return assemble(parts, await openControl(parts));
}

/** What the function runtime asks of parts that are made after it. */
function laterOf(
  parts: () => Parts,
  random: Random,
): Pick<Parameters<typeof openRuntime>[3], 'controlUrl' | 'findVersion'> {
  return {
    controlUrl: () => parts().controlUrl,
    findVersion: (name, qualifier) =>
      executedVersion(parts().served.stacks, name, qualifier, () => random.fraction()),
  };
}

function lookUpsIn(served: ServedApis) {
  return {
    findApi: (apiId: string) => served.find(apiId),
    labelOf: (apiId: string) => served.labelOf(apiId),
  };
}

/** Opens the control port. What it returns leaves its credentials for the other commands. */
async function openControl(parts: Parts): Promise<() => Promise<void>> {
  const { options, clock, random, identities, signIn, served, management, closing } = parts;
  const { controlSecret: secret } = parts;
  const report = (fault: unknown): void => {
    options.log.write(describeFault(fault));
  };
  const control = await openControlPort({
    port: options.controlPort,
    allowHosts: options.allowHosts,
    clockFixedBecause: clockFixedBecause(options),
    onClockMoved: () => {
      parts.at.connections.sweep();
      parts.events.moved();
    },
    clock,
    random,
    identities,
    secret,
    report,
    mounts: {
      services: openServices(parts),
      connections(request, apiId, path) {
        const domain = apiId === undefined ? served.atDomain(request.host, path) : undefined;
        // Nobody has shown a certificate here.
        if (domain?.mutual !== undefined) return undefined;
        const api = apiId === undefined ? domain?.api : served.find(apiId);
        return api?.protocol === 'websocket' ? handleManagement(request, api, management, path) : undefined;
      },
      isDomain: (host) => served.domains.ofHost(host) !== undefined,
      status: () => ({
        name: parts.name,
        region: regionOf(parts),
        apis: listRoutesOf(parts),
        unsupported: served.unsupported,
      }),
      routes: () => listRoutesOf(parts),
      recorded: parts.recorder,
      more: inTurn(
        openTokensApi(signIn),
        openLoopApi(parts),
        openEventsApi(parts),
        openStateApi(parts),
        openTestingApi(parts),
        openConsoleApi(parts),
      ),
      consoleFiles: (request) => serveConsole(request, options.consoleFiles),
      signIn: mountSignIn(signIn),
    },
  });
  closing.add(() => control.close());
  parts.controlUrl = control.url;
  const { adminKey, directory } = options;
  return async () => {
    const credentials = { ...adminKey, controlUrl: control.url, controlSecret: secret };
    if (options.leavesCredentials === false) return;
    const published = await publishCredentials(directory, credentials);
    closing.add(() => published.remove());
    await announceStart(parts, credentials);
  };
}

function assemble(parts: Parts, publish: () => Promise<void>): Gateway {
  const { signIn, served, store, at, closing } = parts;
  return {
    async load(sources) {
      parts.firstSource = resolve(sources[0] ?? '.');
      const faults = await load(sources, parts);
      await parts.resets?.begin(parts);
      if (parts.options.reload) await watchStacks(sources, parts, faults);
    },
    get stacks() {
      return served.stacks;
    },
    routes: () => listRoutesOf(parts),
    inspect: () => inspectApis(served.all, served.stacks, signIn),
    inject(request) {
      const api = served.find(request.apiId);
      if (api === undefined) throw new RangeError(`no API ${request.apiId}`);
      const { method, target, headers: rawHeaders = [], body } = request;
      const wire = { method, target, rawHeaders, body, remoteAddress: OWN_ADDRESS, httpVersion: '1.1' };
      return serve(receive(wire, api, at), at).then((reply) => gatherReply(reply, INJECTED));
    },
    environment: () => environmentOf(parts),
    mint: async (wish) => (await signIn.mint(wish)).token,
    async listen() {
      const [unreachableIssuers] = await allOrNothing(findUnreachable(served, signIn), listen(parts));
      // Not before: a start that fails must not take the place of one that runs in the same directory.
      await publish();
      const control = controlUrlOf(parts);
      const { controlSecret: key } = parts;
      const shown = parts.options.consoleFiles && { console: `${control}${CONSOLE_PATH}#${key}` };
      return {
        name: parts.name,
        apis: listStages(parts),
        control,
        ...shown,
        dynamodb: store.url,
        ...(parts.tls !== undefined && { certificateAuthority: parts.tls.certificateAuthority }),
        unsupported: served.unsupported,
        unreachableIssuers,
      };
    },
    close: () => closing.run(),
  };
}

/** Of the stack that was named first; `gatewright env` exports it. */
function regionOf({ served, firstSource, options }: Parts): string {
  const { stacks } = served;
  const first = stacks.find(({ file }) => file === firstSource || file.startsWith(`${firstSource}${sep}`));
  return (first ?? stacks[0])?.region ?? options.region;
}

async function listen(parts: Parts): Promise<void> {
  const { options, at, management, addresses, closing } = parts;
  const plans = planPorts(parts);
  parts.tls = options.tls === true ? await openTls(options, parts.served) : undefined;
  const { ports, any, close } = await openApiPorts({
    host: options.host,
    plans,
    allowHosts: options.allowHosts,
    findDomain: (...asked) => parts.served.atDomain(...asked),
    handleManagement: (request, api, path) =>
      refuseForeignOrigin(request) ?? handleManagement(request, api, management, path),
    ...(parts.tls !== undefined && { tls: parts.tls }),
    at,
  });
  closing.add(close);
  parts.anyPort = any;
  const shown = shownHost(options);
  for (const { apiIds, basePath } of plans)
    for (const apiId of apiIds) addresses.set(apiId, `${shown}:${ports.get(apiId) ?? 0}${basePath}`);
}

/** AWS's bounds of a stream. */
const INJECTED = { maxBytes: 200 * 1024 * 1024, timeoutMs: 900_000 };
