import { describeFault } from '../../../core/errors.ts';
import { serveConsole } from '../../../console/endpoints/console-files.ts';
import { findIssuerPlace } from '../../../core/issuers/issuer-paths.ts';
import { handleManagement } from '../../../core/websocket/management.ts';
import { publishCredentials } from '../../../kernel/files/identity-file.ts';
import { openControlPort } from '../../../server/control-port/control-port.ts';
import type { EventJournal } from '../../../kernel/event-journal.ts';
import type { ControlMounts, SignInMount } from '../../../server/control-port/control-port.ts';
import { openConsoleApi, openPageKeyApi } from './console.ts';
import { openEventsApi } from '../services/events.ts';
import { openFaultsApi } from '../injection.ts';
import { listRoutesOf, regionOf } from '../network/listing.ts';
import { announceStart, firstOf, openLoopApi } from '../loop.ts';
import { findClockObstacle } from '../parts.ts';
import type { Parts } from '../parts.ts';
import { notePresigned, noteS3Refusal, noteWithoutCors } from '../../../kernel/calls/s3-refusals.ts';
import { journaledServices, runJournaled } from '../services/journaled.ts';
import { openServices } from '../services/services.ts';
import { openReloadsApi } from '../loading/reloads.ts';
import { openStateApi } from '../state/state.ts';
import { openTestingApi } from './testing.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlRequest } from '../../../core/api-call.ts';
import type { OnBound } from '../../../server/listen.ts';
import type { MoreEndpoints } from '../../../server/control-port/local-endpoints.ts';
import type { SignIn } from './sign-in.ts';

/**
 * Opens the control port.
 * @returns a function that writes the port's credentials for the other commands
 */
export async function openControl(parts: Parts): Promise<() => Promise<void>> {
  const { options, clock, random, identities, closing } = parts;
  const { controlSecret: secret } = parts;
  const report = (fault: unknown): void => {
    options.log.write(describeFault(fault));
  };
  const control = await openControlPort({
    port: options.controlPort,
    onBound: options.movablePorts?.control === true ? notePort(parts) : undefined,
    allowHosts: options.allowHosts,
    maxBodyMemoryBytes: options.maxBodyMemoryBytes,
    clockFixedBecause: findClockObstacle(options),
    onClockMoved: () => {
      parts.at.connections.sweep();
      parts.events.moved();
    },
    clock,
    random,
    identities,
    secret,
    page: parts.pageKey,
    report,
    mounts: mountsOf(parts, report),
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

/** Returns a function that stores a bound port, together with the ports that were in use when they were tried. */
export function notePort({ triedPorts }: Pick<Parts, 'triedPorts'>): OnBound {
  return (port, taken) => void triedPorts.set(port, taken);
}

/** Logs which ports are used instead of the default ports, because a client may expect the default ports. */
export function reportMoved({ triedPorts, options }: Pick<Parts, 'triedPorts' | 'options'>): void {
  const used = [...triedPorts].filter(([, tried]) => tried.length > 0).map(([port]) => port);
  // The gateway itself already uses some of the tried ports for other APIs. These ports are left out of the message.
  const taken = [...new Set([...triedPorts.values()].flat())].filter((port) => !triedPorts.has(port));
  if (used.length === 0) return;
  options.onProgress(
    `${namePorts(taken)} ${taken.length === 1 ? 'is' : 'are'} in use, so ${namePorts(used)} ${used.length === 1 ? 'is' : 'are'} used instead`,
  );
}

/** Returns `port 4000`, or `ports 3000, 3001 and 4000`. */
function namePorts(ports: readonly number[]): string {
  const listed = [ports.slice(0, -1).join(', '), ports.at(-1)].filter((text) => text !== '').join(' and ');
  return `${ports.length === 1 ? 'port' : 'ports'} ${listed}`;
}

function mountsOf(parts: Parts, report: (fault: unknown) => void): ControlMounts {
  const { options, served, management, signIn } = parts;
  const services = journaledServices(openServices(parts), parts.events.journal, report);
  parts.services = services;
  return {
    services,
    connections(request, apiId, path) {
      const domain = apiId === undefined ? served.atDomain(request.host, path) : undefined;
      // The control port does not serve a domain with mutual TLS, because it does not accept client certificates.
      if (domain?.mutual !== undefined) return undefined;
      const api = apiId === undefined ? domain?.api : served.find(apiId);
      return api?.protocol === 'websocket' ? handleManagement(request, api, management, path) : undefined;
    },
    async s3CrossOrigin(request) {
      const answer = (await parts.events.find('s3'))?.crossOrigin?.(request);
      if (answer?.kind === 'preflight' && answer.reply.status >= 400)
        noteS3Refusal(request, answer.reply, {
          journal: parts.events.journal,
          random: parts.random,
          operation: 'OPTIONS of a page',
        });
      const origin = headerOf(request, 'origin');
      if (answer?.kind === 'request' && answer.headers.length === 0 && origin !== undefined)
        noteWithoutCors({ ...request, origin }, { journal: parts.events.journal, random: parts.random });
      return answer;
    },
    onRefused: (request, reply) => notePresigned(request, reply, parts.events.journal, parts.random),
    region: () => regionOf(parts),
    webSocketUrls: () => listRoutesOf(parts).flatMap(({ kind, url }) => (kind === 'websocket' ? [url] : [])),
    isDomain: (host) => served.domains.ofHost(host) !== undefined,
    status: () => ({
      name: parts.name,
      region: regionOf(parts),
      apis: listRoutesOf(parts),
      unsupported: served.unsupported,
      // Only callers with the control secret receive this value.
      ownCalls: options.consoleCalls,
    }),
    routes: () => listRoutesOf(parts),
    recorded: parts.recorder,
    more: firstOf(
      openTokensApi(signIn),
      openLoopApi(parts),
      openEventsApi(parts),
      openStateApi(parts),
      openTestingApi(parts),
      openFaultsApi(parts),
      openPageKeyApi(parts),
      openReloadsApi(parts),
      openConsoleApi(parts),
    ),
    consoleFiles: (request) => serveConsole(request, options.consoleFiles, parts.pageKey),
    signIn: mountSignIn(signIn, parts.events.journal),
  };
}

/**
 * The part of a request to the control port that shows whether the request is for the local issuer or its user pools.
 * The issuer and the user pools are opened on demand.
 */
type Head = Pick<ControlRequest, 'method' | 'path' | 'rawHeaders'>;

/** Endpoints below `/_gatewright/` that `token-endpoints.ts` serves. */
const OF_TOKENS = new Set(['POST token', 'POST issuer/rotate']);
const COGNITO = 'AWSCognitoIdentityProviderService.';

function mountSignIn(signIn: SignIn, journal: EventJournal): SignInMount {
  return {
    open: (head) => (signIn.opened === undefined && mayServe(head, signIn) ? signIn.open() : undefined),
    get hosts() {
      return signIn.opened?.port.hosts ?? signIn.standIns.hosts;
    },
    admits: (head) => signIn.opened?.port.admits(head) ?? false,
    serve: (request) =>
      runJournaled(
        journal,
        request,
        false,
        () => signIn.opened?.port.serve(request) ?? Promise.resolve(undefined),
      ),
  };
}

/**
 * Whether the request may be for the local sign-in. If there is a user pool or an emulated issuer, any request may be
 * for the local sign-in, because a Host header or the first part of a path can name the pool or issuer.
 */
function mayServe(head: Head, { standIns }: SignIn): boolean {
  return standIns.all.length > 0 || findIssuerPlace(head.path) !== undefined || isOfCognito(head);
}

/**
 * Whether the request is a call to Cognito or may be the CORS preflight of such a call. A preflight does not name the
 * service.
 */
function isOfCognito(head: Head): boolean {
  if (head.path !== '/') return false;
  if (head.method === 'POST') return headerOf(head, 'x-amz-target')?.startsWith(COGNITO) === true;
  const asked = headerOf(head, 'access-control-request-headers') ?? '';
  return head.method === 'OPTIONS' && asked.toLowerCase().includes('x-amz-target');
}

/** Returns the endpoints that `gatewright token` uses. */
function openTokensApi(signIn: SignIn): MoreEndpoints {
  return async (request, path) => {
    if (!OF_TOKENS.has(`${request.method} ${path}`)) return undefined;
    const { serveTokens } = await signIn.open();
    return serveTokens(request, path);
  };
}
