/**
 * A portal on a port of this machine, for tests with browsers. It serves the page, and answers for two organisations as
 * docs/design/portal.md describes.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CompiledPortalPage } from '#shared/portal/compiled-portal-page.ts';
import { createPortalPage } from '#shared/portal/serve-page.ts';
import { PORTAL_ANSWERS } from '#shared/portal/portal-problem.ts';
import {
  changeEndpoint,
  changeKey,
  countEndpoints,
  makeEndpoint,
  Refused,
  SOURCES,
} from './portal-changes.ts';
import type { Json, Log } from './portal-changes.ts';
import { LATER, NOW, offerOf } from './portal-organisations.ts';
import type { PortalOrganisation, Role } from './portal-organisations.ts';

type Session = { readonly member: string; organisation: string; readonly csrf: string };

const MOST_KEYS = 3;
const ROLES: readonly (readonly [route: RegExp, roles: readonly Role[]])[] = [
  [/^\w+ \/api\/(keys|webhooks)/, ['owner', 'developer']],
  [/^POST \/api\/plan/, ['owner', 'billing']],
  [/^\w+ \/api\/invoices/, ['owner', 'billing']],
  [/^\w+ \/api\/(members|invitations)/, ['owner']],
];

export type Portal = AsyncDisposable & {
  readonly origin: string;
  readonly organisations: readonly PortalOrganisation[];
  /** The organisation of each invitation that was not redeemed, by the secret of the invitation. */
  readonly open: Map<string, { readonly organisation: string; readonly role: Role }>;
  /** Every request: method, path, and the body of a change. */
  readonly asked: {
    readonly line: string;
    readonly body: string;
    readonly headers: IncomingMessage['headers'];
  }[];
  /** Set to make every call below /api fail. */
  failsWith: number | undefined;
  /** The address of a sign-in, which the portal ends with a session. */
  signInPath: string;
  /** Ends all sessions. */
  endSessions(): void;
};

/** @param organisations whoever signs in is the first member of the first one */
export async function startPortal(
  compiled: CompiledPortalPage,
  organisations: readonly PortalOrganisation[],
  stage = 'dev',
): Promise<Portal> {
  const world = new PortalWorld(compiled, organisations, stage);
  const server = createServer((request, response) => {
    void world.answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  world.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(world, {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

class PortalWorld {
  origin = '';
  failsWith: number | undefined;
  signInPath = '/session/callback?code=c&state=s';
  readonly open = new Map<string, { readonly organisation: string; readonly role: Role }>();
  readonly asked: { line: string; body: string; headers: IncomingMessage['headers'] }[] = [];
  readonly organisations: readonly PortalOrganisation[];
  readonly #page: ReturnType<typeof createPortalPage>;
  readonly #sessions = new Map<string, Session>();
  readonly #done = new Map<string, string>();

  constructor(compiled: CompiledPortalPage, organisations: readonly PortalOrganisation[], stage: string) {
    this.#page = createPortalPage(compiled, stage);
    this.organisations = organisations;
  }

  endSessions(): void {
    this.#sessions.clear();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const { method = 'GET', url = '/' } = request;
    const { pathname, search } = new URL(url, this.origin);
    this.asked.push({ line: `${method} ${pathname}${search}`, body, headers: request.headers });
    if (method === 'GET' && !/^\/(api|session)(\/|$)/.test(pathname)) {
      this.#serve(request, response, pathname);
      return;
    }
    response.setHeader('cache-control', 'no-store');
    try {
      if (pathname === '/session/callback') {
        this.#begin(response, this.organisations[0]!, this.organisations[0]!.members[0]!.id);
        response.writeHead(303, { location: '../#/' }).end();
        return;
      }
      if (/\/pdf$/.test(pathname)) {
        this.#check(request, pathname);
        response.setHeader('content-type', 'application/pdf').end('%PDF-1.4');
        return;
      }
      const said = this.#change(request, response, pathname, body);
      response.setHeader('content-type', 'application/json').end(said);
    } catch (error) {
      const { status, code } = error instanceof Refused ? error : new Refused(500, 'STORE_UNAVAILABLE');
      const known: Readonly<Record<string, readonly [number, string]>> = PORTAL_ANSWERS;
      if (!(error instanceof Refused)) console.error(error);
      response.writeHead(status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ type: 'about:blank', title: known[code]?.[1], status, code }));
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse, pathname: string): void {
    const [, folder, file] = /^\/(assets|apis)\/([^/]+)$/.exec(pathname) ?? [];
    const {
      statusCode,
      headers = {},
      body = '',
      isBase64Encoded,
    } = this.#page({
      routeKey: folder === undefined ? `GET ${pathname}` : `GET /${folder}/{file}`,
      method: 'GET',
      path: pathname,
      pathParameters: file === undefined ? {} : { file },
      query: {},
      headers: { 'if-none-match': request.headers['if-none-match'] ?? '' },
      body: undefined,
      signer: undefined,
      requestId: 'r',
      receivedEpochMs: 0,
    });
    response
      .writeHead(statusCode, headers)
      .end(Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'));
  }

  /** A change that repeats the id of an earlier change gets the answer of that change, without secrets. */
  #change(request: IncomingMessage, response: ServerResponse, pathname: string, body: string): string {
    if (request.method !== 'POST') return JSON.stringify(this.#route(request, response, pathname, {}));
    const id = request.headers['idempotency-key'];
    if (typeof id !== 'string' || id.length < 16) throw new Refused(400, 'REQUEST_INVALID');
    if (request.headers.origin !== this.origin) throw new Refused(403, 'ORIGIN_REFUSED');
    const done = this.#done.get(id);
    if (done !== undefined) return done;
    const said = this.#route(request, response, pathname, JSON.parse(body) as Json);
    const { key: _, secret: __, invitation: ___, ...kept } = said as Json;
    this.#done.set(id, JSON.stringify(kept));
    return JSON.stringify(said);
  }

  #route(request: IncomingMessage, response: ServerResponse, pathname: string, body: Json): object {
    if (pathname === '/session/sign-in') return { location: new URL(this.signInPath, this.origin).href };
    if (pathname === '/session/invitation') return this.#redeem(response, body);
    if (pathname === '/session/invitation/look') return this.#lookAt(body);
    const { session, organisation } = this.#check(request, pathname);
    if (pathname === '/session') return this.#show(session);
    if (pathname === '/session/end') {
      this.#sessions.delete(cookieOf(request));
      return {};
    }
    if (pathname === '/session/switch') {
      const other = this.organisations.find(({ id }) => id === body['organisation']);
      if (other?.members.some(({ id }) => id === session.member) !== true)
        throw new Refused(404, 'ORGANISATION_MISSING');
      session.organisation = other.id;
      return this.#show(session);
    }
    if (this.failsWith !== undefined) throw new Refused(this.failsWith, 'STORE_UNAVAILABLE');
    return this.#api(`${request.method} ${pathname}`, body, { session, organisation });
  }

  #check(request: IncomingMessage, pathname: string) {
    const session = this.#sessions.get(cookieOf(request));
    if (session === undefined) throw new Refused(401, 'SESSION_ENDED');
    const organisation = this.#organisationOf(session);
    const member = organisation.members.find(({ id }) => id === session.member);
    if (member === undefined) throw new Refused(401, 'SESSION_ENDED');
    if (request.method === 'POST' && request.headers['x-csrf-token'] !== session.csrf)
      throw new Refused(403, 'ORIGIN_REFUSED');
    const [, roles] = ROLES.find(([route]) => route.test(`${request.method} ${pathname}`)) ?? [];
    if (roles?.includes(member.role) === false) throw new Refused(403, 'ROLE_INSUFFICIENT');
    return { session, organisation, member };
  }

  #organisationOf({ organisation }: Session): PortalOrganisation {
    return this.organisations.find(({ id }) => id === organisation)!;
  }

  #begin(response: ServerResponse, organisation: PortalOrganisation, member: string): Session {
    const id = randomUUID();
    const session = { member, organisation: organisation.id, csrf: randomUUID() };
    this.#sessions.set(id, session);
    response.setHeader('set-cookie', `session=${id}; HttpOnly; SameSite=Lax; Path=/`);
    return session;
  }

  #redeem(response: ServerResponse, { invitation, name }: Json): object {
    const found = this.open.get(String(invitation));
    if (found === undefined || typeof name !== 'string') throw new Refused(404, 'INVITATION_INVALID');
    this.open.delete(String(invitation));
    const organisation = this.organisations.find(({ id }) => id === found.organisation)!;
    const member = { id: `m-${randomUUID()}`, name, role: found.role, since: NOW, version: 1 };
    organisation.members.push(member);
    return this.#show(this.#begin(response, organisation, member.id));
  }

  #lookAt({ invitation }: Json): object {
    const found = this.open.get(String(invitation));
    if (found === undefined) throw new Refused(404, 'INVITATION_INVALID');
    return offerOf(
      this.organisations.find(({ id }) => id === found.organisation)!,
      found.role,
    );
  }

  #show(session: Session): object {
    const { id, name, state, members } = this.#organisationOf(session);
    const { version: _, since: __, ...member } = members.find((each) => each.id === session.member)!;
    const own = this.organisations.filter((each) => each.members.some((one) => one.id === session.member));
    return {
      csrf: session.csrf,
      member,
      organisation: { id, name, state },
      organisations: own.map((each) => ({ id: each.id, name: each.name })),
    };
  }

  #api(line: string, body: Json, at: { session: Session; organisation: PortalOrganisation }): object {
    const { session, organisation: own } = at;
    const log = (what: string, on = '–'): void => {
      own.log.unshift({
        at: NOW,
        byName: own.members.find(({ id }) => id === session.member)?.name ?? session.member,
        what,
        on,
      });
    };
    switch (line) {
      case 'GET /api/keys':
        return { keys: own.keys, most: MOST_KEYS, left: Math.max(0, MOST_KEYS - liveKeys(own).length) };
      case 'POST /api/keys':
        return this.#makeKey(own, body, log);
      case 'GET /api/webhooks':
        return { sources: SOURCES.map((each) => countEndpoints(own, each)), endpoints: own.endpoints };
      case 'POST /api/webhooks':
        return makeEndpoint(own, body, log);
      case 'GET /api/usage':
        return own.usage;
      case 'GET /api/plan':
        return own.plan;
      case 'POST /api/plan/preview':
      case 'POST /api/plan':
        return changePlan(own, body, line.endsWith('preview'), log);
      case 'GET /api/invoices':
        return { months: Object.keys(own.invoices) };
      case 'GET /api/alerts':
        return own.alerts;
      case 'POST /api/alerts':
        if (body['version'] !== own.alerts.version + 1) throw new Refused(409, 'EDIT_CONFLICT');
        own.alerts = {
          ...own.alerts,
          version: own.alerts.version + 1,
          alerts: body['alerts'] as PortalOrganisation['alerts']['alerts'],
        };
        return own.alerts;
      case 'GET /api/members':
        return {
          members: own.members.map((each) => ({ ...each, isYou: each.id === session.member })),
          invitations: own.invitations,
        };
      case 'POST /api/invitations': {
        const invitation = `gwinv_${randomUUID().replaceAll('-', '')}`;
        const made = {
          id: `i-${randomUUID().slice(0, 8)}`,
          role: body['role'] as Role,
          by: 'you',
          expiresAt: LATER,
        };
        own.invitations.push(made);
        this.open.set(invitation, { organisation: own.id, role: body['role'] as Role });
        log('invited', made.role);
        return { ...made, invitation };
      }
      case 'GET /api/log':
        return { entries: own.log };
      default:
        return this.#below(line, body, own, log);
    }
  }

  #makeKey(own: PortalOrganisation, { name }: Json, log: Log): object {
    if (liveKeys(own).length >= MOST_KEYS) throw new Refused(409, 'KEYS_TOO_MANY');
    const keyId = randomUUID().slice(0, 8);
    const made = {
      keyId,
      name: String(name),
      state: 'active',
      createdAt: NOW,
      secrets: [{ createdAt: NOW }],
      isManaged: false,
    };
    own.keys.push(made);
    log('made-key', String(name));
    return { ...made, key: `hv_live_${keyId}_${randomUUID().replaceAll('-', '')}` };
  }

  #below(line: string, body: Json, own: PortalOrganisation, log: Log): object {
    const [, kind = '', id = '', what = ''] = /^\w+ \/api\/(\w+)\/([^/]+)(?:\/(\w+))?$/.exec(line) ?? [];
    const name = decodeURIComponent(id);
    if (kind === 'invoices' && Object.hasOwn(own.invoices, name))
      return { month: name, invoices: own.invoices[name] };
    if (kind === 'keys') return changeKey(own, name, what, body, log);
    if (kind === 'webhooks') return changeEndpoint(own, name, what, body, log);
    if (kind === 'invitations') {
      own.invitations = own.invitations.filter((each) => each.id !== name);
      return {};
    }
    const member = own.members.find((each) => each.id === name);
    if (kind !== 'members' || member === undefined) throw new Refused(404, 'ROUTE_UNKNOWN');
    if (what === 'remove') own.members = own.members.filter((each) => each !== member);
    else {
      if (body['version'] !== member.version + 1) throw new Refused(409, 'EDIT_CONFLICT');
      member.role = body['role'] as Role;
      member.version += 1;
    }
    log(what === 'remove' ? 'removed-member' : 'changed-role', member.name);
    return { ...member };
  }
}

function cookieOf({ headers: { cookie = '' } }: IncomingMessage): string {
  return /(?:^|; )session=([^;]+)/.exec(cookie)?.[1] ?? '';
}

function liveKeys({ keys }: PortalOrganisation): PortalOrganisation['keys'] {
  return keys.filter((key) => key.state === 'active');
}

function changePlan(own: PortalOrganisation, body: Json, isPreview: boolean, log: Log): object {
  const offer = own.plan.offers.find((each) => each.plan === body['plan']);
  if (offer === undefined) throw new Refused(404, 'OFFER_UNKNOWN');
  const change = { plan: offer.plan, from: NOW, everywhereBy: '2026-11-26T17:41:00.000Z' };
  if (isPreview)
    return {
      ...change,
      title: offer.title,
      costs: ['49.00 EUR each month, from this month on', 'then 0.20 EUR for each 1,000 further requests'],
    };
  if (body['version'] !== own.plan.version + 1) throw new Refused(409, 'EDIT_CONFLICT');
  const { current } = own.plan;
  own.plan = {
    ...own.plan,
    version: own.plan.version + 1,
    current: offer,
    offers: [
      ...own.plan.offers.filter((each) => each !== offer),
      ...(current === undefined ? [] : [current]),
    ],
  };
  log('changed-plan', offer.plan);
  return { ...change, version: own.plan.version };
}
