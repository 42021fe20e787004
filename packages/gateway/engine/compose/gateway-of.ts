import { resolve } from 'node:path';
import { refuseForeignOrigin } from '@gatewright/aws/guards';
import { inspectApis } from '../../control/loading/inspect-apis.ts';
import { gatherReply } from '../../core/gather-reply.ts';
import { serve } from '../../core/pipeline.ts';
import { OWN_ADDRESS, receive } from '../../core/receive.ts';
import { handleManagement } from '../../core/websocket/management.ts';
import { type ApiPortsOptions, openApiPorts } from '../../server/api-ports.ts';
import type { Gateway, Listening } from '../gateway.ts';
import { findingsOf } from './checking/served-findings.ts';
import { controlUrlOf, shownHost } from './network/addresses.ts';
import { openBoth } from './closing.ts';
import { openConsoleLink } from './control-port/console.ts';
import { notePort, reportMoved } from './control-port/control.ts';
import { openFronts } from './network/fronts.ts';
import { environmentOf } from './network/environment.ts';
import { listRoutesOf, listStages, planPorts } from './network/listing.ts';
import { load } from './loading/load.ts';
import type { Parts } from './parts.ts';
import { watchStacks } from './loading/reload.ts';
import { findUnreachable } from './control-port/sign-in.ts';
import { openTls } from './network/tls.ts';

/**
 * Returns the gateway's interface for programs.
 * @param publish writes the control port's credentials, which other commands use
 */
export function gatewayOf(parts: Parts, publish: () => Promise<void>): Gateway {
  const { signIn, served, store, at, closing } = parts;
  let loadAgain = (): Promise<void> => Promise.resolve();
  return {
    async load(sources) {
      parts.firstSource = resolve(sources[0] ?? '.');
      const faults = await load(sources, parts);
      await parts.resets?.begin(parts);
      loadAgain = await watchStacks(sources, parts, faults);
    },
    async reload() {
      await loadAgain();
      const functions = served.stacks.flatMap((stack) => stack.functions);
      const used = functions.filter(({ name }) => parts.runtime.countInstances(name).started > 0);
      await Promise.all(used.map(({ name }) => parts.runtime.rebuild(name)));
    },
    get stacks() {
      return served.stacks;
    },
    async examine() {
      const { reported, added } = await findingsOf(served);
      return [...reported, ...added];
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
    mint: async (options) => (await signIn.mint(options)).token,
    async listen() {
      const [unreachableIssuers] = await openBoth(findUnreachable(served, signIn), listen(parts));
      const fronts = await openFronts(parts);
      // The credentials are published only now, because a gateway that fails to start must not replace the credentials
      // of a running gateway in the same directory.
      await publish();
      const control = controlUrlOf(parts);
      const link = openConsoleLink(parts);
      return {
        name: parts.name,
        apis: listStages(parts),
        fronts,
        control,
        ...(link !== undefined && { console: link }),
        ...describeFaults(parts),
        dynamodb: store.url,
        ...(parts.tls !== undefined && { certificateAuthority: parts.tls.certificateAuthority }),
        unsupported: served.unsupported,
        unreachableIssuers,
      };
    },
    close: () => closing.run(),
  };
}

function describeFaults({ injection }: Parts): Pick<Listening, 'faults'> {
  if (injection === undefined) return {};
  const { file, rules, seed } = injection.rules.file;
  return { faults: { file, rules: rules.length, seed } };
}

async function listen(parts: Parts): Promise<void> {
  const { options, at, addresses, closing } = parts;
  const plans = planPorts(parts);
  parts.tls = options.tls === true ? await openTls(options, parts.served) : undefined;
  const { ports, any, close } = await openApiPorts({
    host: options.host,
    plans,
    onBound: options.movablePorts?.api === true ? notePort(parts) : undefined,
    allowHosts: options.allowHosts,
    findDomain: (...asked) => parts.served.atDomain(...asked),
    handleManagement: handleOwnManagement(parts),
    ...(parts.tls !== undefined && { tls: parts.tls }),
    maxBodyMemoryBytes: options.maxBodyMemoryBytes,
    at,
  });
  closing.add(close);
  reportMoved(parts);
  parts.anyPort = any;
  const shown = shownHost(options);
  for (const { apiIds, basePath } of plans)
    for (const apiId of apiIds) addresses.set(apiId, `${shown}:${ports.get(apiId) ?? 0}${basePath}`);
}

/** Returns the handler of `@connections` calls that arrive at the address of a WebSocket API. */
export function handleOwnManagement({ management }: Parts): ApiPortsOptions['handleManagement'] {
  return (request, api, path) =>
    refuseForeignOrigin(request) ?? handleManagement(request, api, management, path);
}

/**
 * The limits for collecting the streamed response to an injected request. They are AWS's limits for streamed responses.
 */
const INJECTED = { maxBytes: 200 * 1024 * 1024, timeoutMs: 900_000 };
