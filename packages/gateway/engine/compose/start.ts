/** The composition root, which creates the parts of one run in the order of their dependencies. */
import { resolveHome } from '../../core/stack/home.ts';
import type { Gateway, ProgramOptions, GatewayOptions } from '../gateway.ts';
import { Feed } from '../../kernel/feed.ts';
import { ItemFeed } from '../../kernel/item-feed.ts';
import { NEEDED_SETTINGS } from '../start-settings.ts';
import { openBase } from './base.ts';
import { openCalls } from './calls.ts';
import { openBoth, Closing } from './closing.ts';
import { openControl } from './control-port/control.ts';
import { noteRefusedByStore, recordEvents } from './feeds.ts';
import { openFunctions, openPace } from './functions.ts';
import { openInjection } from './injection.ts';
import { gatewayOf } from './gateway-of.ts';
import { openOwnApis } from './network/own-apis.ts';
import type { Parts } from './parts.ts';
import type { RefusedCall } from '@gatewright/dynamodb';
import { openRequestPorts } from './request-ports.ts';
import { ResetBaseline } from './state/reset.ts';
import { openSignIn } from './control-port/sign-in.ts';
import { isServedResource } from './control-port/served-resource.ts';
import { openEventStore, openStoreOf } from './state/store.ts';

/**
 * Starts the parts that every stack needs: store, issuer, function runtime, control port.
 * @throws StartError if a part cannot start; DefinitionError if a file that is read at startup is invalid
 */
export async function createGateway(options: ProgramOptions): Promise<Gateway> {
  const closing = new Closing();
  try {
    return await compose({ ...NEEDED_SETTINGS, ...options, ...resolveHome(options, {}) }, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function compose(given: GatewayOptions, closing: Closing): Promise<Gateway> {
  const base = await openBase(given, closing);
  const { options, clock, random, identities } = base;
  // Returns all parts. It must not be called before the first request, event or edit, because some parts do not exist
  // until then.
  const later = (): Parts => parts;
  const injection = await openInjection(base, later);
  // The feed is created first, because stored tables report their streams while the other parts are still being
  // created.
  const items = new ItemFeed();
  // A program whose key was kept may call the store before all parts exist. No function runs until then, so that a call
  // that is refused earlier is not recorded.
  const refusals = new Feed<RefusedCall>((message) => options.log.write(message));
  const [signIn, store] = await openBoth(
    openSignIn(options, {
      clock,
      random,
      identities,
      invoker: () => parts.runtime,
      journal: () => parts.events.journal,
      knowsResource: (resource) => isServedResource(resource, parts),
    }),
    openStoreOf(options, clock, identities, closing, {
      onChanges: (changes) => items.publish(changes),
      onStreams: (streams) => items.publishStreams(streams),
      onRefused: (call) => refusals.publish(call),
      faultOf: (question) => injection?.ofCall(question),
    }),
  );
  if (base.records !== undefined) base.records.issuers = signIn;
  const kept = openEventStore(options, closing);
  const pace = openPace(options, closing);
  const runtime = await openFunctions(base, { signIn, store }, pace, later);
  const { http, services, ...calls } = openCalls(base, { store, kept, runtime, pace, items }, later);
  const reached = { signIn, runtime, events: calls.events, http, services, injection };
  const at = await openRequestPorts(base, reached, later);
  const parts: Parts = {
    ...base,
    ...calls,
    at,
    signIn,
    store,
    kept,
    runtime,
    injection,
    resets: options.resets === true ? new ResetBaseline() : undefined,
    addresses: new Map(),
    fronts: new Map(),
    anyPort: undefined,
    tls: undefined,
    firstSource: '',
    services: undefined,
    ownApis: undefined,
    controlUrl: undefined,
    triedPorts: new Map(),
  };
  const [publish, ownApis] = await openBoth(openControl(parts), openOwnApis(parts));
  parts.ownApis = ownApis;
  recordEvents(parts);
  refusals.follow((call) => noteRefusedByStore(call, parts));
  return gatewayOf(parts, publish);
}
