/** The composition root: the only place where ports, adapters, sockets and state are put together. */
import { resolve, sep } from 'node:path';
import { createCompressor } from './adapters/compressor.ts';
import { createSystemRandom } from './adapters/random.ts';
import { createSystemClock } from './adapters/system-clock.ts';
import { load, openValues, watchStacks } from './compose-load.ts';
import {
  allOrNothing,
  Closing,
  controlUrlOf,
  clockFixedBecause,
  describeFault,
  localOriginOf,
  openAccount,
  openHttp,
  openObservers,
  openPace,
  openRuntime,
  openStoreOf,
  shownHost,
} from './compose-parts.ts';
import { openIdentities, openServiceClient } from './compose-rights.ts';
import { findUnreachable, openSignIn } from './compose-sign-in.ts';
import { Account } from './control/account.ts';
import { executedVersion } from './control/function-aliases.ts';
import { inspectApis } from './control/inspect-apis.ts';
import { listApis, listUrls } from './control/list-apis.ts';
import { ServedApis } from './control/served-apis.ts';
import { settleHome } from './definition/home.ts';
import { loadStacks } from './definition/load.ts';
import { Faults, REFUSING_WHAT_REQUESTS_MEET } from './errors.ts';
import { serve } from './pipeline.ts';
import { openApiPorts } from './server/api-ports.ts';
import { openControlPort } from './control-port/control-port.ts';
import { openEvents, openEventsApi } from './compose-events.ts';
import { openServices } from './compose-services.ts';
import { openTls } from './compose-tls.ts';
import { openStateApi } from './compose-state.ts';
import { environmentOf, openTestingApi } from './compose-testing.ts';
import { KeptBaseline } from './compose-reset.ts';
import { CallJournal } from './aws-api/rest-apis/call-journal.ts';
import { openConsoleApi, openRecords, shortLinks, whileRecording } from './compose-console.ts';
import { CONSOLE_PATH, serveConsole } from './console-api/console-files.ts';
import { announceStart, inTurn, openLoop, openLoopApi } from './compose-loop.ts';
import { gatherReply } from './server/gather-reply.ts';
import { refuseForeignOrigin } from '@gatewright/aws/guards';
import { LOCAL_ISSUER } from './issuer/issuer.ts';
import { listRoutesOf, listStages, planPorts } from './compose-listing.ts';
import { OWN_ADDRESS, receive } from './server/receive.ts';
import { startSweeping } from './server/websocket-frames.ts';
import { makeControlSecret, publishCredentials } from './services/identity-file.ts';
import { makeOwnFolder } from './services/own-folder.ts';
import { Recorder } from './services/recorder.ts';
import { Connections } from './websocket/connections.ts';
import { NEEDED_SETTINGS } from './start-settings.ts';
import { handleManagement } from './websocket/management.ts';
import type { Parts } from './compose-parts.ts';
import type { Random } from './ports.ts';
import type { InspectedApi } from './control/inspect-apis.ts';
import type { ApiRoutes } from './control/list-apis.ts';
import type { Gateway, GatewayOptions, GivenOptions } from './gateway.ts';
import type { Tolerance } from './errors.ts';

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
  options: Parameters<typeof loadStacks>[1],
): Promise<readonly ApiRoutes[]> {
  const served = await readApis(sources, options, new Faults(false));
  const nowhere = (): string => 'not-listening';
  return [...listApis(served.all, nowhere), ...listUrls(served.urls, nowhere)];
}

/** How the routes of stacks are guarded, without starting anything. @throws DefinitionError for what `tolerance` refuses, which is all that requests meet unless it is given */
export async function inspectStacks(
  sources: readonly string[],
  options: Parameters<typeof loadStacks>[1],
): Promise<readonly InspectedApi[]> {
  const served = await readApis(sources, options, options.tolerance ?? REFUSING_WHAT_REQUESTS_MEET);
  return inspectApis(served.all, served.stacks, {
    own: LOCAL_ISSUER,
    includes: (issuer) => issuer === LOCAL_ISSUER,
  });
}

async function readApis(
  sources: readonly string[],
  options: Parameters<typeof loadStacks>[1],
  tolerance: Tolerance,
): Promise<ServedApis> {
  const served = new ServedApis(new Account({ clock: createSystemClock(), isThrottled: false }));
  served.prepare(await loadStacks(sources, { ...options, tolerance }), tolerance).serve();
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
    openSignIn(options, { clock, random, invoker: () => parts.at.invoker }),
    openStoreOf(options, clock, functionIdentities, closing, (changes) =>
      parts.events.streams.changed(changes),
    ),
  );
  const records = openRecords(options, clock);
  const pace = openPace(options, closing);
  const runtime = await openRuntime(
    options,
    clock,
    store,
    { functions: functionIdentities, standIns: signIn.addresses, ...laterOf(() => parts, random) },
    records,
    pace,
  );
  closing.add(() => runtime.close());

  const connections = new Connections(clock, options.assumptions);
  closing.add(startSweeping(connections));
  const journal = new CallJournal(clock, random);
  const served = new ServedApis(openAccount(options, journal.clock));
  const http = openHttp(options, pace, (host) => localOriginOf(parts, host), closing, served.vpcLinks);
  const values = openValues(options, clock);
  const recorder = new Recorder(clock, random, options.accountId, (id) => values.object(id));
  const ownUrl = (): string | undefined => parts.controlUrl;
  const calls = { http, clock, recorder, options, store, served, functionIdentities, ownUrl };
  const services = openServiceClient(calls);
  const events = openEvents({ ...calls, random, runtime, closing, services });
  const observers = openObservers(options, { invoker: runtime, clock, random });
  closing.add(() => observers.close());
  const { logGroups, metrics, traces } = observers;
  const at = whileRecording(options, {
    ...{ clock, random, invoker: runtime, http, services, log, connections, identities },
    ...{ logGroups, metrics, traces, records, compressor: createCompressor() },
    keySets: signIn.keySets,
    ...lookUpsIn(served),
    linkOf: shortLinks(options, ownUrl),
  });
  const management = { clock, random, connections, identities, records };
  const parts: Parts = {
    ...{ options, name, history, clock, random, identities, signIn, store, runtime },
    ...{ journal, served, at, management, recorder, values, records, functionIdentities, events, closing },
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
    ...{ clock, random, identities, secret, report },
    issuer: signIn.issuer,
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
        ...[openLoopApi(parts), openEventsApi(parts), openStateApi(parts), openTestingApi(parts)],
        openConsoleApi(parts),
      ),
      consoleFiles: (request) => serveConsole(request, options.consoleFiles),
      signIn: signIn.port,
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
      if (parts.options.reload) watchStacks(sources, parts, faults);
    },
    get stacks() {
      return served.stacks;
    },
    routes: () => listRoutesOf(parts),
    inspect: () => inspectApis(served.all, served.stacks, signIn.issuer),
    inject(request) {
      const api = served.find(request.apiId);
      if (api === undefined) throw new RangeError(`no API ${request.apiId}`);
      const { method, target, headers: rawHeaders = [], body } = request;
      const wire = { method, target, rawHeaders, body, remoteAddress: OWN_ADDRESS, httpVersion: '1.1' };
      return serve(receive(wire, api, at), at).then((reply) => gatherReply(reply, INJECTED));
    },
    environment: () => environmentOf(parts),
    mint: (wish) => signIn.issuer.mint(wish).token,
    async listen() {
      const [unreachableIssuers] = await allOrNothing(findUnreachable(served, signIn), listen(parts));
      // Not before: a start that fails must not take the place of one that runs in the same directory.
      await publish();
      const control = controlUrlOf(parts);
      const { controlSecret: key } = parts;
      const shown = parts.options.consoleFiles && { console: `${control}${CONSOLE_PATH}#${key}` };
      return {
        ...{ name: parts.name, apis: listStages(parts), control, ...shown, dynamodb: store.url },
        ...(parts.tls !== undefined && { certificateAuthority: parts.tls.certificateAuthority }),
        ...{ unsupported: served.unsupported, unreachableIssuers },
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
