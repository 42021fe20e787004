/** `/api…`: what a member may do. This file finds the session, and with it the tenant, once for each request. */
import type { KeyAdmin } from '../access/keys/key-admin.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { DomainError } from '../errors.ts';
import type { ItemListing, ItemStore } from '../ports.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import type { EndpointAdmin } from '../endpoints/endpoint-admin.ts';
import { bindAccessPorts, bindOrganisation, bindUsagePorts } from './bound-ports.ts';
import { actorIdOf } from './change-log.ts';
import { webhooksInStage } from './compiled-portal.ts';
import type { CompiledPortal, WebhooksInStage } from './compiled-portal.ts';
import type { MemberContext, MemberRoute } from './member-route.ts';
import { requireOrganisation } from './organisation.ts';
import { answerPortal, assertOwnOrigin, cookieOf, readPortalRequest } from './portal-http.ts';
import type { OnAnswer } from '../http/router.ts';
import type { PortalPorts } from './portal-ports.ts';
import { assertForgeryToken, findSession } from './session.ts';

export type AccessPorts = { readonly store: ItemStore; readonly listing: ItemListing };

export type MemberSettings = {
  readonly portal: CompiledPortal;
  /** Stage of the stack. */
  readonly stage: string;
  readonly portalUrl: string | undefined;
  /** The address of `webhook-receiver`, without a trailing slash. */
  readonly webhooksUrl: string | undefined;
  readonly ports: PortalPorts;
  readonly usage: AdminPorts;
  readonly access: AccessPorts;
  /** Creates the administration of keys with ports that are bound to a tenant. */
  readonly makeKeys: (ports: AccessPorts) => Promise<KeyAdmin>;
  /** Creates the administration of endpoints with ports that are bound to the tenant. */
  readonly makeEndpoints: (
    ports: AccessPorts,
    tenant: string,
    offered: readonly WebhooksInStage[],
  ) => Promise<EndpointAdmin>;
};

type MakeRoutes = (context: MemberContext) => readonly MemberRoute[];

const loadMembers = async (): Promise<MakeRoutes> => (await import('./routes/member-routes.ts')).memberRoutes;

/** The routes by the first segment below `/api`. They are loaded on demand, because an instance serves few of them. */
export const MEMBER_ROUTES: ReadonlyMap<string, () => Promise<MakeRoutes>> = new Map([
  ['keys', async () => (await import('./routes/key-routes.ts')).keyRoutes],
  ['webhooks', async () => (await import('./routes/webhook-routes.ts')).webhookRoutes],
  ['usage', async () => (await import('./routes/usage-routes.ts')).usageRoutes],
  ['plan', async () => (await import('./routes/plan-routes.ts')).planRoutes],
  ['invoices', async () => (await import('./routes/invoice-routes.ts')).invoiceRoutes],
  ['alerts', async () => (await import('./routes/alert-routes.ts')).alertRoutes],
  ['members', loadMembers],
  ['invitations', loadMembers],
  ['log', loadMembers],
]);

async function routesAt(path: string, context: MemberContext): Promise<readonly MemberRoute[]> {
  const [, , group = ''] = path.split('/');
  // The code for webhooks is loaded only if webhooks are offered.
  if (group === 'webhooks' && context.webhooks.length === 0) return [];
  const make = await MEMBER_ROUTES.get(group)?.();
  return make?.(context) ?? [];
}

export function serveMember(
  event: unknown,
  settings: MemberSettings,
  answered: OnAnswer,
): Promise<ProxyResult> {
  let route = 'unknown';
  return answerPortal(
    () => route,
    answered,
    async () => {
      const request = readPortalRequest(event, settings.portalUrl);
      const { method, headers } = request.event;
      const isChange = method !== 'GET';
      if (isChange) assertOwnOrigin(request);
      const session = await findSession(settings.ports, cookieOf(request, 'session'));
      if (isChange) assertForgeryToken(session, headers['x-csrf-token']);
      const context = await contextOf(session, settings);
      const found = findRoute(await routesAt(request.path, context), method, request.path);
      route = found.member.route.description.id;
      assertAllowed(found.member, context, isChange);
      const { actor } = context;
      return found.member.route.answer({
        ...request.event,
        pathParameters: found.parameters,
        signer: actor.id,
      });
    },
  );
}

async function contextOf(
  { tenant, member }: Awaited<ReturnType<typeof findSession>>,
  settings: MemberSettings,
): Promise<MemberContext> {
  const { portal, stage, webhooksUrl, ports, usage, access, makeKeys, makeEndpoints } = settings;
  const bound = bindUsagePorts(usage, tenant);
  const webhooks = webhooksInStage(portal, stage);
  let keys: Promise<KeyAdmin> | undefined;
  return {
    tenant,
    member,
    actor: {
      id: actorIdOf(tenant, member.account),
      name: member.name,
      account: member.account,
    },
    customer: await requireOrganisation(bound, tenant),
    portal,
    webhooks,
    webhooksUrl,
    ports: bindOrganisation(ports, tenant),
    usage: bound,
    keys: () => (keys ??= makeKeys(bindAccessPorts(access, tenant))),
    endpoints: () => makeEndpoints(bindAccessPorts(access, tenant), tenant, webhooks),
  };
}

type FoundRoute = {
  readonly member: MemberRoute;
  readonly parameters: Readonly<Record<string, string>>;
};

/** @throws DomainError ROUTE_UNKNOWN, METHOD_NOT_ALLOWED */
function findRoute(routes: readonly MemberRoute[], method: string, path: string): FoundRoute {
  const atPath = routes.flatMap((member) => {
    const parameters = matchPath(member.route.path, path);
    return parameters === undefined ? [] : [{ member, parameters }];
  });
  const found = atPath.find(({ member }) => member.route.method === method);
  if (found !== undefined) return found;
  if (atPath.length > 0) throw new DomainError('METHOD_NOT_ALLOWED', 'the path does not support this method');
  throw new DomainError('ROUTE_UNKNOWN', 'there is no such route');
}

function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const parts = pattern.split('/');
  const segments = path.split('/');
  if (parts.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) parameters[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return parameters;
}

function assertAllowed(
  { roles, worksSuspended }: MemberRoute,
  { member, customer }: MemberContext,
  isChange: boolean,
): void {
  if (!roles.includes(member.role))
    throw new DomainError('ROLE_INSUFFICIENT', `the role ${member.role} does not permit this request`);
  if (isChange && customer.state !== 'active' && worksSuspended !== true)
    throw new DomainError('ORGANISATION_SUSPENDED', 'the organisation is suspended');
}
