/** `/session…`: sign-in, invitations and sessions. */
import type { ProxyResult } from '../aws/proxy-result.ts';
import { DomainError, RequestInvalid } from '../errors.ts';
import { optional, readFields, text } from '../http/fields.ts';
import type { Fields, ReadFields } from '../http/fields.ts';
import { readJsonBody } from '../http/json-body.ts';
import { jsonReply } from '../http/reply.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import type { Customer } from '../quota/plan/customer.ts';
import { isInvitation } from './invitations.ts';
import type { Invitation } from './invitations.ts';
import { findMember, isMemberName, listOrganisations } from './members.ts';
import type { Member } from './members.ts';
import type { OidcClient, PendingSignIn } from './oidc.ts';
import { requireOrganisation, showOrganisation } from './organisation.ts';
import { answerPortal, assertOwnOrigin, cookieOf, printCookie, readPortalRequest } from './portal-http.ts';
import type { OnAnswer } from '../http/router.ts';
import type { PortalRequest } from './portal-http.ts';
import { portalProblemOf } from './portal-problem.ts';
import type { PortalPorts } from './portal-ports.ts';
import { findInvitation, redeemInvitation } from './redeem-invitation.ts';
import type { Redeemer } from './redeem-invitation.ts';
import {
  assertForgeryToken,
  endSession,
  findSession,
  forgeryTokenOf,
  nameOfSession,
  startSession,
} from './session.ts';
import type { Session } from './session.ts';
import type * as Answers from './answers.ts';

export type SessionSettings = {
  readonly ports: PortalPorts;
  /** The table of customers. Only customer records are read from it. */
  readonly customers: Pick<AdminPorts, 'store'>;
  readonly portalUrl: string | undefined;
  /** `oidc` is undefined if members sign in by invitation only. */
  readonly oidc: OidcClient | undefined;
};

const HOUR_SECONDS = 3600;
export const SIGNED_IN_SECONDS = 12 * HOUR_SECONDS;
/** A member without an issuer needs a new invitation to sign in again, so the session lasts longer. */
export const INVITED_SECONDS = 14 * 24 * HOUR_SECONDS;
export const PENDING_SECONDS = 600;
const MAX_BODY_BYTES = 4096;
const ID_DIGITS = 32;

const INVITATION = text('An invitation', { maxLength: 128 });

type Handle = (request: PortalRequest, settings: SessionSettings) => Promise<ProxyResult>;

const ROUTES: Readonly<Record<string, Handle>> = {
  'GET /session': show,
  'POST /session/sign-in': signIn,
  'GET /session/callback': finishSignIn,
  'POST /session/invitation': acceptInvitation,
  'POST /session/invitation/look': lookAtInvitation,
  'POST /session/switch': switchOrganisation,
  'POST /session/end': end,
};

export function serveSession(
  event: unknown,
  settings: SessionSettings,
  answered: OnAnswer,
): Promise<ProxyResult> {
  let route = 'unknown';
  return answerPortal(
    () => route,
    answered,
    async () => {
      const request = readPortalRequest(event, settings.portalUrl);
      const { method } = request.event;
      const handle = ROUTES[`${method} ${request.path}`];
      if (handle === undefined) throw new DomainError('ROUTE_UNKNOWN', 'there is no such route');
      route = `${method} ${request.path}`;
      if (method !== 'GET') assertOwnOrigin(request);
      return handle(request, settings);
    },
  );
}

async function show(request: PortalRequest, { ports, customers }: SessionSettings): Promise<ProxyResult> {
  const session = await findSession(ports, cookieOf(request, 'session'));
  return jsonReply(200, await describe(session, { ports, customers }));
}

async function describe(
  session: Session,
  { ports, customers }: Pick<SessionSettings, 'ports' | 'customers'>,
): Promise<Answers.SessionAnswer> {
  const { tenant, member } = session;
  const organisation = await requireOrganisation(customers, tenant);
  const tenants = await listOrganisations(ports, member.account);
  const others = await Promise.all(
    tenants.map((other) => requireOrganisation(customers, other).catch(() => undefined)),
  );
  return {
    csrf: forgeryTokenOf(session),
    member: {
      id: member.account,
      name: member.name,
      ...(member.email !== undefined && { email: member.email }),
      role: member.role,
    },
    organisation: showOrganisation(organisation),
    organisations: others.flatMap((other) =>
      other === undefined ? [] : [{ id: other.tenant, name: other.name ?? other.tenant }],
    ),
  };
}

async function signIn(request: PortalRequest, { oidc }: SessionSettings): Promise<ProxyResult> {
  if (oidc === undefined)
    throw new DomainError('SIGN_IN_UNKNOWN', 'this stage has no issuer: accept an invitation instead');
  const { invitation } = readBody(request, { invitation: optional(INVITATION) });
  if (invitation !== undefined && !isInvitation(invitation))
    throw new DomainError('INVITATION_INVALID', 'the text is not an invitation');
  const { location, pending } = await oidc.start(redirectUriOf(request), invitation);
  const former = nameOfSession(cookieOf(request, 'session')) ?? '';
  const cookie = printCookie(request, 'sign-in', printPending({ ...pending, former }), PENDING_SECONDS);
  return { ...jsonReply(200, { location }), ...settingCookies([cookie]) };
}

/** The issuer sends the browser to this route, so each response except a 500 redirects the browser to the page. */
async function finishSignIn(request: PortalRequest, settings: SessionSettings): Promise<ProxyResult> {
  const forget = printCookie(request, 'sign-in', undefined, 0);
  try {
    const session = await finish(request, settings);
    return redirect(request, '#/', [forget, sessionCookie(request, session, SIGNED_IN_SECONDS)]);
  } catch (error) {
    const problem = portalProblemOf(error);
    if (problem === undefined) throw error;
    return redirect(request, `#/sign-in/${problem.code}`, [forget]);
  }
}

async function finish(request: PortalRequest, { ports, customers, oidc }: SessionSettings): Promise<Session> {
  if (oidc === undefined)
    throw new DomainError('SIGN_IN_UNKNOWN', 'this stage has no issuer: accept an invitation instead');
  const pending = parsePending(cookieOf(request, 'sign-in'));
  const account = await oidc.finish(request.event.query, pending, redirectUriOf(request));
  const { tenant, member } =
    pending === undefined || pending.invitation === ''
      ? await findFirst(account, { ports, customers })
      : await redeem(pending.invitation, account, { ports, customers });
  return startSession(ports, {
    tenant,
    member,
    lifetimeSeconds: SIGNED_IN_SECONDS,
    former: pending?.former,
  });
}

type Place = { readonly tenant: string; readonly member: Member };

/**
 * Finds an organisation of the account.
 * @throws DomainError ORGANISATION_MISSING
 */
async function findFirst(
  { account }: Redeemer,
  { ports, customers }: Pick<SessionSettings, 'ports' | 'customers'>,
): Promise<Place> {
  for (const tenant of await listOrganisations(ports, account)) {
    const isOpen = await requireOrganisation(customers, tenant).then(
      () => true,
      (error: unknown) => {
        if (error instanceof DomainError && error.code === 'SESSION_ENDED') return false;
        throw error;
      },
    );
    const member = isOpen ? await findMember(ports, tenant, account) : undefined;
    if (member !== undefined) return { tenant, member };
  }
  throw new DomainError('ORGANISATION_MISSING', 'the account is not a member of an organisation');
}

/**
 * Finds an invitation that can be redeemed, with its organisation.
 * @throws DomainError INVITATION_INVALID; an invitation of a closed customer is as invalid as one that was used
 */
async function findOpen(
  secret: string,
  { ports, customers }: Pick<SessionSettings, 'ports' | 'customers'>,
): Promise<{ readonly invitation: Invitation; readonly organisation: Customer }> {
  const invitation = await findInvitation(ports, secret);
  try {
    return { invitation, organisation: await requireOrganisation(customers, invitation.tenant) };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'SESSION_ENDED')
      throw new DomainError('INVITATION_INVALID', 'the organisation is closed');
    throw error;
  }
}

/**
 * Describes an invitation without redeeming it: who invites whom in what role. This reveals nothing new, because anyone
 * who has the secret could also redeem it.
 */
async function lookAtInvitation(request: PortalRequest, settings: SessionSettings): Promise<ProxyResult> {
  const { invitation: secret } = readBody(request, { invitation: INVITATION });
  const { invitation, organisation } = await findOpen(secret, settings);
  const { role, by, member, endsAtEpochMs } = invitation;
  const { id, name } = showOrganisation(organisation);
  return jsonReply<Answers.SeenInvitation>(200, {
    organisation: { id, name },
    role,
    by,
    renews: member !== undefined,
    expiresAt: new Date(endsAtEpochMs).toISOString(),
  });
}

async function redeem(
  secret: string,
  account: Redeemer,
  { ports, customers }: Pick<SessionSettings, 'ports' | 'customers'>,
): Promise<Place> {
  const { invitation } = await findOpen(secret, { ports, customers });
  return { tenant: invitation.tenant, member: await redeemInvitation(ports, invitation, account) };
}

async function acceptInvitation(request: PortalRequest, settings: SessionSettings): Promise<ProxyResult> {
  const { ports, oidc } = settings;
  if (oidc !== undefined)
    throw new DomainError(
      'SIGN_IN_UNKNOWN',
      'this stage has an issuer: sign in with it to accept the invitation',
    );
  const { invitation, name } = readBody(request, {
    invitation: INVITATION,
    name: text('Your name', { maxLength: 128 }),
  });
  if (!isMemberName(name))
    throw new RequestInvalid(
      'name',
      'must contain visible characters, and must not be the name of the provider',
    );
  const account = ports.random.hex(ID_DIGITS);
  const { tenant, member } = await redeem(invitation, { account, name, isNew: true }, settings);
  const former = nameOfSession(cookieOf(request, 'session'));
  const session = await startSession(ports, { tenant, member, lifetimeSeconds: INVITED_SECONDS, former });
  return answerWith(request, session, INVITED_SECONDS, settings);
}

async function switchOrganisation(request: PortalRequest, settings: SessionSettings): Promise<ProxyResult> {
  const { ports, customers, oidc } = settings;
  const session = await findOwnSession(request, ports);
  const { organisation } = readBody(request, { organisation: text('Id of the organisation') });
  const { account } = session.member;
  const member = await findMember(ports, organisation, account);
  if (member === undefined)
    throw new DomainError('ORGANISATION_MISSING', 'the account is not a member of this organisation');
  await requireOrganisation(customers, organisation);
  const lifetimeSeconds = oidc === undefined ? INVITED_SECONDS : SIGNED_IN_SECONDS;
  const next = await startSession(ports, {
    tenant: organisation,
    member,
    lifetimeSeconds,
    former: nameOfSession(session.secret),
  });
  return answerWith(request, next, lifetimeSeconds, settings);
}

async function end(request: PortalRequest, { ports }: SessionSettings): Promise<ProxyResult> {
  const session = await findOwnSession(request, ports);
  await endSession(ports, session.secret);
  return { ...jsonReply(200, {}), ...settingCookies([printCookie(request, 'session', undefined, 0)]) };
}

async function findOwnSession(request: PortalRequest, ports: PortalPorts): Promise<Session> {
  const session = await findSession(ports, cookieOf(request, 'session'));
  assertForgeryToken(session, request.event.headers['x-csrf-token']);
  return session;
}

async function answerWith(
  request: PortalRequest,
  session: Session,
  lifetimeSeconds: number,
  settings: SessionSettings,
): Promise<ProxyResult> {
  const reply = await describe(session, settings).then(
    (described) => jsonReply(200, described),
    // The former session has ended, and an invitation was redeemed, so the browser gets the new session in any case.
    (error: unknown) => {
      const problem = portalProblemOf(error);
      if (problem === undefined) throw error;
      return problem.reply;
    },
  );
  return { ...reply, ...settingCookies([sessionCookie(request, session, lifetimeSeconds)]) };
}

function sessionCookie(request: PortalRequest, { secret }: Session, lifetimeSeconds: number): string {
  return printCookie(request, 'session', secret, lifetimeSeconds);
}

/** This function redirects a browser only to the portal's own page. */
function redirect({ address }: PortalRequest, fragment: string, cookies: readonly string[]): ProxyResult {
  return { statusCode: 303, headers: { location: `${address}/${fragment}` }, ...settingCookies(cookies) };
}

/** The member `cookies` of results belongs to payload 2.0, and the portal's integrations use payload 1.0. */
function settingCookies(cookies: readonly string[]): Pick<ProxyResult, 'multiValueHeaders'> {
  return { multiValueHeaders: { 'set-cookie': cookies } };
}

function redirectUriOf({ address }: PortalRequest): string {
  return `${address}/session/callback`;
}

function readBody<F extends Fields>(
  { event: { body = '{}', headers } }: PortalRequest,
  fields: F,
): ReadFields<F> {
  if (!/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? ''))
    throw new RequestInvalid('Content-Type', 'must be application/json');
  return readFields(fields, readJsonBody(body, MAX_BODY_BYTES), 'body');
}

/** The content of the cookie that is set while a sign-in is pending. */
type Pending = PendingSignIn & {
  /**
   * The name of the browser's earlier session; empty if it had none. When the issuer sends the browser back, the
   * browser does not send the session's cookie, because that cookie is Strict.
   */
  readonly former: string;
};

const PENDING = ['state', 'nonce', 'verifier', 'clientId', 'invitation', 'former'] as const;
/** `encodeURIComponent` escapes this character, so no part contains it. It is allowed in a cookie. */
const SEPARATOR = ':';

function printPending(pending: Pending): string {
  return PENDING.map((name) => encodeURIComponent(pending[name])).join(SEPARATOR);
}

function parsePending(cookie: string | undefined): Pending | undefined {
  const parts = cookie?.split(SEPARATOR) ?? [];
  if (parts.length !== PENDING.length) return undefined;
  try {
    const [state = '', nonce = '', verifier = '', clientId = '', invitation = '', former = ''] =
      parts.map(decodeURIComponent);
    return { state, nonce, verifier, clientId, invitation, former };
  } catch {
    return undefined;
  }
}
