/**
 * The routes for endpoints, to which customers send webhooks: create with a secret (shown once), name, rotate with an
 * overlap, and revoke.
 */
import { DomainError } from '../../errors.ts';
import { text, wholeNumber } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import type { EndpointAdmin, ChangedEndpoint } from '../../endpoints/endpoint-admin.ts';
import { ENDPOINT_ID, liveSecrets } from '../../endpoints/endpoint-record.ts';
import type { EndpointRecord } from '../../endpoints/endpoint-record.ts';
import {
  DEVELOPERS,
  logChange,
  logNewSecret,
  logRename,
  MAX_OVERLAP_SECONDS,
  operationOf,
} from '../member-route.ts';
import type { MemberContext, MemberRoute } from '../member-route.ts';
import type * as Answers from '../answers.ts';

const NAME = text('Name of the endpoint', { maxLength: 128 });
const ENDPOINT = { description: 'The endpoint' };

export function webhookRoutes(context: MemberContext): readonly MemberRoute[] {
  return [
    {
      roles: DEVELOPERS,
      route: readRoute(
        { path: '/api/webhooks', id: 'listEndpoints', summary: 'Sources and endpoints', answer: ENDPOINT },
        async ({ receivedEpochMs }) => {
          const endpoints = await (await context.endpoints()).list();
          return jsonReply<Answers.Webhooks>(200, {
            sources: context.webhooks.map(({ source, title, scheme, most }) => {
              const active = endpoints.filter(
                (each) => each.source === source && each.revokedAtEpochSeconds === undefined,
              );
              return { source, title, scheme, most, left: Math.max(0, most - active.length) };
            }),
            endpoints: endpoints.map((each) => show(each, context, receivedEpochMs)),
          });
        },
      ),
    },
    makeRoute(context),
    renameRoute(context),
    rotateRoute(context),
    revokeRoute(context),
  ];
}

function makeRoute(context: MemberContext): MemberRoute {
  return {
    roles: DEVELOPERS,
    route: changeRoute(
      {
        method: 'POST',
        path: '/api/webhooks',
        id: 'makeEndpoint',
        summary: 'Creates an endpoint, whose secret is shown only once',
        body: { source: text('Source of webhooks'), name: NAME },
        answer: ENDPOINT,
      },
      async (request) => {
        const { source, name } = request.body;
        const { most } = requireSource(context, source);
        const admin = await context.endpoints();
        const changed = await admin.make({ source, name, most }, operationOf(request, context));
        if (changed.secret !== undefined) await logNewSecret(context, { what: 'made-endpoint', on: name });
        return reply(changed, context, request.receivedEpochMs);
      },
    ),
  };
}

function renameRoute(context: MemberContext): MemberRoute {
  return {
    roles: DEVELOPERS,
    route: changeRoute(
      {
        method: 'POST',
        path: '/api/webhooks/{endpointId}/rename',
        id: 'renameEndpoint',
        summary: 'Gives an endpoint another name',
        body: { name: NAME },
        answer: ENDPOINT,
      },
      async (request) => {
        const { admin, endpoint } = await findOwn(request.path.endpointId, context);
        const { name } = request.body;
        const changed = await admin.rename(endpoint.endpointId, name, operationOf(request, context));
        await logRename(context, 'renamed-endpoint', { before: endpoint.name, after: changed.endpoint.name });
        return reply(changed, context, request.receivedEpochMs);
      },
    ),
  };
}

function rotateRoute(context: MemberContext): MemberRoute {
  return {
    roles: DEVELOPERS,
    route: changeRoute(
      {
        method: 'POST',
        path: '/api/webhooks/{endpointId}/rotate',
        id: 'rotateEndpoint',
        summary: 'Adds a secret, which is shown only once',
        body: {
          overlapSeconds: wholeNumber('How long the previous secret stays valid', {
            min: 0,
            max: MAX_OVERLAP_SECONDS,
          }),
        },
        answer: ENDPOINT,
      },
      async (request) => {
        const { admin, endpoint } = await findOwn(request.path.endpointId, context);
        requireSource(context, endpoint.source);
        const { overlapSeconds } = request.body;
        const operation = operationOf(request, context);
        const changed = await admin.rotate(endpoint.endpointId, overlapSeconds, operation);
        if (changed.secret !== undefined)
          await logNewSecret(context, { what: 'rotated-endpoint', on: endpoint.name });
        return reply(changed, context, request.receivedEpochMs);
      },
    ),
  };
}

function revokeRoute(context: MemberContext): MemberRoute {
  return {
    roles: DEVELOPERS,
    // An endpoint whose secret has leaked must be revocable at any time.
    worksSuspended: true,
    route: changeRoute(
      {
        method: 'POST',
        path: '/api/webhooks/{endpointId}/revoke',
        id: 'revokeEndpoint',
        summary: 'Revokes an endpoint for good',
        body: {},
        answer: ENDPOINT,
      },
      async (request) => {
        const { admin, endpoint } = await findOwn(request.path.endpointId, context);
        const changed = await admin.revoke(endpoint.endpointId, operationOf(request, context));
        if (endpoint.revokedAtEpochSeconds === undefined)
          await logChange(context, { what: 'revoked-endpoint', on: endpoint.name });
        return reply(changed, context, request.receivedEpochMs);
      },
    ),
  };
}

/** @throws DomainError OFFER_UNKNOWN, also for a source that is hidden from customers */
function requireSource({ webhooks }: MemberContext, source: string): { readonly most: number } {
  const offered = webhooks.find((each) => each.source === source);
  if (offered !== undefined) return offered;
  throw new DomainError(
    'OFFER_UNKNOWN',
    `the portal does not offer the source ${JSON.stringify(source)} in this stage; it offers ${webhooks.map((each) => each.source).join(', ') || 'none'}`,
  );
}

/**
 * @throws DomainError ENDPOINT_UNKNOWN if the endpoint does not exist or belongs to another tenant; STORE_UNAVAILABLE
 */
async function findOwn(
  endpointId: string,
  context: MemberContext,
): Promise<{ readonly admin: EndpointAdmin; readonly endpoint: EndpointRecord }> {
  if (!ENDPOINT_ID.test(endpointId)) throw new DomainError('ENDPOINT_UNKNOWN', 'there is no such endpoint');
  const admin = await context.endpoints();
  return { admin, endpoint: await admin.show(endpointId) };
}

/** Shows an endpoint. Of each valid secret, shows the times but not the secret itself. */
function show(
  endpoint: EndpointRecord,
  { webhooks, webhooksUrl }: MemberContext,
  nowEpochMs: number,
): Answers.Endpoint {
  const { endpointId, source, name, createdAtEpochSeconds, revokedAtEpochSeconds: revokedAt } = endpoint;
  const url = webhooks.find((each) => each.source === source)?.url ?? webhooksUrl;
  const secrets = liveSecrets(endpoint, Math.floor(nowEpochMs / 1000));
  return {
    endpointId,
    source,
    name,
    ...(url !== undefined && { address: `${url}/${source}/${endpointId}` }),
    state: revokedAt === undefined ? 'active' : 'revoked',
    createdAt: toIso(createdAtEpochSeconds),
    ...(revokedAt !== undefined && { revokedAt: toIso(revokedAt) }),
    secrets: secrets.map(({ createdAtEpochSeconds: createdAt, notAfterEpochSeconds: notAfter }) => ({
      createdAt: toIso(createdAt),
      ...(notAfter !== undefined && { notAfter: toIso(notAfter) }),
    })),
  };
}

function reply({ endpoint, secret }: ChangedEndpoint, context: MemberContext, nowEpochMs: number) {
  return jsonReply<Answers.ChangedEndpoint>(200, {
    ...show(endpoint, context, nowEpochMs),
    ...(secret !== undefined && { secret }),
  });
}

function toIso(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}
