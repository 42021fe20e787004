/** The routes for keys: create (shown once), name, rotate with an overlap, and revoke. */
import { KEY_ID } from '../../access/keys/api-key.ts';
import type { StoredApiKey } from '../../access/keys/api-key-record.ts';
import type { Changed, KeyAdmin } from '../../access/keys/key-admin.ts';
import { showKey } from '../../access/keys/key-routes.ts';
import { DomainError, RequestInvalid } from '../../errors.ts';
import { text, wholeNumber } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import type { OfferedKeys } from '../compiled-portal.ts';
import {
  DEVELOPERS,
  logChange,
  logNewSecret,
  logRename,
  MAX_OVERLAP_SECONDS,
  operationOf,
} from '../member-route.ts';
import type { MemberContext, MemberRoute } from '../member-route.ts';
import { MOST_LISTED, reserveKey } from '../reserve-key.ts';
import type * as Answers from '../answers.ts';

const PAGE = 100;
const NAME = text('Name of the key', { maxLength: 128 });
const KEY = { description: 'The key' };

export function keyRoutes(context: MemberContext): readonly MemberRoute[] {
  return [
    {
      roles: DEVELOPERS,
      route: readRoute(
        { path: '/api/keys', id: 'listKeys', summary: 'Keys of the organisation', answer: KEY },
        async ({ receivedEpochMs }) => {
          const keys = await listOwnKeys(await context.keys(), context.tenant);
          const most = context.portal.offers.keys?.most ?? 0;
          const shown = keys.map((key) => show(key, context, receivedEpochMs));
          const active = shown.filter(({ state }) => state === 'active').length;
          return jsonReply<Answers.Keys>(200, { keys: shown, most, left: Math.max(0, most - active) });
        },
      ),
    },
    makeRoute(context),
    ...changeRoutes(context),
    revokeRoute(context),
  ];
}

/** Lists the keys of the tenant, at most 1000, newest first. */
export async function listOwnKeys(admin: KeyAdmin, tenant: string): Promise<readonly StoredApiKey[]> {
  const found: StoredApiKey[] = [];
  let cursor: string | undefined;
  while (found.length < MOST_LISTED) {
    const { keys, hasMore } = await admin.list(tenant, { cursor, limit: PAGE });
    found.push(...keys);
    cursor = keys.at(-1)?.record.keyId;
    if (!hasMore || cursor === undefined) break;
  }
  return found.toSorted((a, b) => b.record.createdAtEpochSeconds - a.record.createdAtEpochSeconds);
}

function makeRoute(context: MemberContext): MemberRoute {
  return {
    roles: DEVELOPERS,
    route: changeRoute(
      {
        method: 'POST',
        path: '/api/keys',
        id: 'makeKey',
        summary: 'Creates a key, which is shown only once',
        body: { name: NAME },
        answer: KEY,
      },
      async (request) => {
        const { keys: offered } = context.portal.offers;
        if (offered === undefined) throw new DomainError('OFFER_UNKNOWN', 'the portal offers no keys');
        const admin = await context.keys();
        const operation = operationOf(request, context);
        await reserveKey(context, offered.most, operation.id, () => listOwnKeys(admin, context.tenant));
        const { prefix, roles, scopes, lifetimeSeconds } = offered;
        const make = admin.create(
          {
            tenant: context.tenant,
            onRecord: true,
            prefix,
            roles,
            scopes,
            metadata: {},
            name: request.body.name,
            ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
          },
          operation,
        );
        const changed = await make.catch(blameOwner);
        if (changed.key !== undefined)
          await logNewSecret(context, { what: 'made-key', on: request.body.name });
        return reply(changed, context, request.receivedEpochMs);
      },
    ),
  };
}

/**
 * The member has sent only a name, which is valid. So an invalid field must come from `access/portal.yml`, and the
 * owner finds the fault in the log.
 */
function blameOwner(error: unknown): never {
  if (error instanceof RequestInvalid)
    throw new Error('the portal offers keys that no access document accepts', { cause: error });
  throw error;
}

function changeRoutes(context: MemberContext): readonly MemberRoute[] {
  return [
    {
      roles: DEVELOPERS,
      route: changeRoute(
        {
          method: 'POST',
          path: '/api/keys/{keyId}/rename',
          id: 'renameKey',
          summary: 'Gives a key another name',
          body: { name: NAME },
          answer: KEY,
        },
        async (request) => {
          const { admin, key } = await findOwn(request.path.keyId, context);
          const changed = await admin.rename(idOf(key), request.body.name, operationOf(request, context));
          await logRename(context, 'renamed-key', { before: nameOf(key), after: nameOf(changed.stored) });
          return reply(changed, context, request.receivedEpochMs);
        },
      ),
    },
    {
      roles: DEVELOPERS,
      route: changeRoute(
        {
          method: 'POST',
          path: '/api/keys/{keyId}/rotate',
          id: 'rotateKey',
          summary: 'Adds a secret, which is shown only once',
          body: {
            overlapSeconds: wholeNumber('How long the previous secret stays valid', {
              min: 0,
              max: MAX_OVERLAP_SECONDS,
            }),
          },
          answer: KEY,
        },
        async (request) => {
          const { admin, key } = await findOwn(request.path.keyId, context);
          const { overlapSeconds } = request.body;
          const changed = await admin.rotate(idOf(key), overlapSeconds, operationOf(request, context));
          if (changed.key !== undefined)
            await logNewSecret(context, { what: 'rotated-key', on: nameOf(key) });
          return reply(changed, context, request.receivedEpochMs);
        },
      ),
    },
  ];
}

function revokeRoute(context: MemberContext): MemberRoute {
  return {
    roles: DEVELOPERS,
    // A key that has leaked must be revocable at any time.
    worksSuspended: true,
    route: changeRoute(
      {
        method: 'POST',
        path: '/api/keys/{keyId}/revoke',
        id: 'revokeKey',
        summary: 'Revokes a key for good',
        body: {},
        answer: KEY,
      },
      async (request) => {
        const { admin, key } = await findOwn(request.path.keyId, context);
        const changed = await admin.revoke(idOf(key), operationOf(request, context));
        if (key.record.revokedAtEpochSeconds === undefined)
          await logChange(context, { what: 'revoked-key', on: nameOf(key) });
        return reply(changed, context, request.receivedEpochMs);
      },
    ),
  };
}

/**
 * Finds a key that the organisation manages itself.
 * @throws DomainError KEY_UNKNOWN if the key does not exist or belongs to another tenant; KEY_MANAGED,
 * STORE_UNAVAILABLE
 */
async function findOwn(
  keyId: string,
  context: MemberContext,
): Promise<{ readonly admin: KeyAdmin; readonly key: StoredApiKey }> {
  if (!KEY_ID.test(keyId)) throw new DomainError('KEY_UNKNOWN', 'there is no such API key');
  const admin = await context.keys();
  const key = await admin.show(keyId);
  if (isManaged(key, context.portal.offers.keys))
    throw new DomainError('KEY_MANAGED', 'the owner of the API manages this key');
  return { admin, key };
}

/**
 * Whether the owner of the APIs manages the key. Attack: a member rotates a key to which the owner has given more
 * rights than the portal offers, and so gets these rights.
 */
function isManaged({ record }: StoredApiKey, offered: OfferedKeys | undefined): boolean {
  if (offered === undefined || record.native !== undefined || record.prefix !== offered.prefix) return true;
  const { roles, scopes, metadata, plan, owner } = record;
  return (
    plan !== undefined ||
    owner !== undefined ||
    Object.keys(metadata).length > 0 ||
    !roles.every((role) => offered.roles.includes(role)) ||
    !scopes.every((scope) => offered.scopes.includes(scope))
  );
}

/** Shows only what a customer needs. The rights of a key are not shown, because the owner of the APIs sets them. */
function show(key: StoredApiKey, { portal }: MemberContext, nowEpochMs: number): Answers.ApiKey {
  const { keyId, name, state, createdAt, notAfter, revokedAt, lastUsedAt, secrets } = showKey(
    key,
    nowEpochMs,
  );
  const isOurs = !isManaged(key, portal.offers.keys);
  return { keyId, name, state, createdAt, notAfter, revokedAt, lastUsedAt, secrets, isManaged: !isOurs };
}

function reply({ stored, key, outside }: Changed, context: MemberContext, nowEpochMs: number) {
  // A cache that was not flushed would admit a revoked key until its entries expire, so the reply is an error that asks
  // the member to try again.
  const failed = outside.find(({ reason }) => reason !== undefined);
  if (failed !== undefined && key === undefined)
    throw new DomainError('CONTROL_PLANE_FAILED', `${failed.step}: ${failed.reason ?? ''}`);
  return jsonReply<Answers.ChangedKey>(200, {
    ...show(stored, context, nowEpochMs),
    ...(key !== undefined && { key }),
  });
}

function idOf({ record }: StoredApiKey): string {
  return record.keyId;
}

function nameOf({ record }: StoredApiKey): string {
  return record.name ?? record.keyId;
}
