/** The admin routes of API keys, with their input and responses. IAM decides who may call which route. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { RequestInvalid } from '../../errors.ts';
import { hasControls, optional, text, wholeNumber } from '../../http/fields.ts';
import type { Field, JsonSchema } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, ONE_PAGE, readRoute } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import { KEY_ID, KEY_PREFIX } from './api-key.ts';
import { METADATA_NAME } from './api-key-principal.ts';
import type { StoredApiKey } from './api-key-record.ts';
import type { Operation } from '../admin-operation.ts';
import { printSteps } from '../flush-caches.ts';
import type { Changed, KeyAdmin } from './key-admin.ts';

const DAY_SECONDS = 86_400;
const LIFETIME_LIMIT_SECONDS = 3650 * DAY_SECONDS;
const OVERLAP_LIMIT_SECONDS = 30 * DAY_SECONDS;
const NAME = /^[A-Za-z][A-Za-z0-9_:.-]{0,63}$/;

const NEW_KEY = {
  tenant: optional(text('Tenant that gets the key; alternatively, pass `customer`.', { maxLength: 128 })),
  customer: optional(
    text('Customer that gets the key; its record determines the plan. Alternatively, pass `tenant`.', {
      maxLength: 128,
    }),
  ),
  prefix: text('Prefix of the key: the prefix of an apiKey issuer in an access document.', {
    pattern: KEY_PREFIX,
  }),
  name: optional(text('Display name.', { maxLength: 128 })),
  owner: optional(
    text('User or system of the tenant that uses the key; becomes the claim `owner`.', { maxLength: 128 }),
  ),
  roles: optional(names('Roles that the access documents declare.')),
  scopes: optional(names('Scopes.')),
  plan: optional(text('Customer plan for the quotas; becomes the claim plan.', { maxLength: 128 })),
  metadata: optional(texts('Further claims.')),
  lifetimeSeconds: optional(
    wholeNumber('The key expires after this time. Default: never.', { min: 60, max: LIFETIME_LIMIT_SECONDS }),
  ),
  usagePlanId: optional(
    text("API Gateway's own usage plan that counts requests with the key.", { pattern: /^[a-z0-9]{1,64}$/ }),
  ),
};

const PAGE = {
  tenant: text('Tenant whose keys are listed.', { maxLength: 128 }),
  cursor: optional(text('`next` of the previous page.', { pattern: KEY_ID })),
  limit: optional(wholeNumber('Default: 50.', { min: 1, max: 100 })),
};

const CHANGED =
  'The key; `outside` lists the steps taken in API Gateway, with a reason for each failure. If one of them failed, send the request again.';

/** Returns the admin routes of API keys. `admin` is called at the first request. */
export function keyAdminRoutes(admin: () => KeyAdmin): readonly Route[] {
  return [
    createRoute(admin),
    readRoute(
      {
        path: '/access/keys',
        id: 'listKeys',
        summary: 'Keys of a tenant',
        query: PAGE,
        answer: {
          description: ONE_PAGE,
        },
      },
      async ({ query: { tenant, cursor, limit = 50 }, receivedEpochMs }) => {
        const { keys, hasMore } = await admin().list(tenant, { cursor, limit });
        const next = hasMore ? keys.at(-1)?.record.keyId : undefined;
        return jsonReply(200, {
          keys: keys.map((key) => showKey(key, receivedEpochMs)),
          ...(next && { next }),
        });
      },
    ),
    readRoute(
      {
        path: '/access/keys/{keyId}',
        id: 'showKey',
        summary: 'A key and its changes',
        answer: { description: 'The key without its secret, which is not stored' },
      },
      async ({ path: { keyId }, receivedEpochMs }) => {
        const [stored, changes] = await Promise.all([
          admin().show(idOf(keyId)),
          admin().changes(idOf(keyId)),
        ]);
        return jsonReply(200, { ...showKey(stored, receivedEpochMs), changes: changes.map(showChange) });
      },
    ),
    ...changeRoutes(admin),
    followRoute(admin),
  ];
}

function createRoute(admin: () => KeyAdmin): Route {
  return changeRoute(
    {
      method: 'POST',
      path: '/access/keys',
      id: 'createKey',
      summary: 'Create a key',
      body: NEW_KEY,
      answer: {
        description: `${CHANGED} \`key\` is the key itself, shown only once. \`note\` says which value has no effect.`,
      },
    },
    async (request) => {
      const {
        tenant: named,
        customer,
        prefix,
        roles = [],
        scopes = [],
        metadata = {},
        ...rest
      } = request.body;
      const tenant = named ?? customer;
      if (tenant === undefined || (named !== undefined && customer !== undefined))
        throw new RequestInvalid('tenant', 'or customer must be given, but not both');
      const owner = { tenant, ...(customer !== undefined && { onRecord: true }) };
      const wanted = { ...owner, prefix, roles, scopes, metadata, ...withoutAbsent(rest) };
      return replyChanged(await admin().create(wanted, operationOf(request)), request.receivedEpochMs);
    },
  );
}

function changeRoutes(admin: () => KeyAdmin): readonly Route[] {
  return [
    changeRoute(
      {
        method: 'POST',
        path: '/access/keys/{keyId}/rotate',
        id: 'rotateKey',
        summary: 'Add a secret',
        body: {
          overlapSeconds: optional(
            wholeNumber(
              'How long the previous secret stays valid; 0 ends all earlier secrets now. Default: one day.',
              {
                min: 0,
                max: OVERLAP_LIMIT_SECONDS,
              },
            ),
          ),
        },
        answer: { description: `${CHANGED} \`key\` is the key with its new secret, shown only once.` },
      },
      async (request) => {
        const { overlapSeconds = DAY_SECONDS } = request.body;
        const changed = await admin().rotate(idOf(request.path.keyId), overlapSeconds, operationOf(request));
        return replyChanged(changed, request.receivedEpochMs);
      },
    ),
    changeRoute(
      {
        method: 'POST',
        path: '/access/keys/{keyId}/revoke',
        id: 'revokeKey',
        summary: 'Revoke a key for good',
        body: {},
        answer: { description: CHANGED },
      },
      async (request) =>
        replyChanged(
          await admin().revoke(idOf(request.path.keyId), operationOf(request)),
          request.receivedEpochMs,
        ),
    ),
  ];
}

function followRoute(admin: () => KeyAdmin): Route {
  return changeRoute(
    {
      method: 'POST',
      path: '/access/customers/{tenant}/follow',
      id: 'followCustomer',
      summary:
        "Writes the version of a customer's record into its keys, a page at a time; revokes the keys of a closed customer",
      body: { cursor: optional(text('`next` of the previous page.', { pattern: KEY_ID })) },
      answer: {
        description:
          'The number of keys that now contain the `version` of the record; `outside` lists the flushed caches, with a reason for each failure.',
      },
    },
    async ({ path: { tenant }, body: { cursor }, signer }) => {
      const { outside, ...followed } = await admin().followCustomer(tenant, { cursor, by: signer });
      return jsonReply(200, { ...followed, outside: printSteps(outside) });
    },
  );
}

type Signed = { readonly operationId: string; readonly signer: string };

function operationOf({ operationId, signer }: Signed): Operation {
  return { id: operationId, by: signer };
}

function replyChanged({ stored, key, outside, note }: Changed, nowEpochMs: number) {
  const reply = jsonReply(200, {
    ...showKey(stored, nowEpochMs),
    ...(key !== undefined && { key }),
    outside: printSteps(outside),
    ...(note !== undefined && { note }),
  });
  return { ...reply, headers: { ...reply.headers, 'cache-control': 'no-store' } };
}

/** Shows a key without its hashes. */
export function showKey({ record, usedAtEpochSeconds }: StoredApiKey, nowEpochMs: number) {
  const {
    secrets,
    replaced: _,
    createdAtEpochSeconds,
    notAfterEpochSeconds,
    revokedAtEpochSeconds,
    ...rest
  } = record;
  const isOver = notAfterEpochSeconds !== undefined && notAfterEpochSeconds * 1000 <= nowEpochMs;
  return {
    ...rest,
    state: revokedAtEpochSeconds !== undefined ? 'revoked' : isOver ? 'expired' : 'active',
    createdAt: printTime(createdAtEpochSeconds),
    notAfter: printTime(notAfterEpochSeconds),
    revokedAt: printTime(revokedAtEpochSeconds),
    lastUsedAt: printTime(usedAtEpochSeconds),
    secrets: secrets.map((secret) => ({
      createdAt: printTime(secret.createdAtEpochSeconds),
      notAfter: printTime(secret.notAfterEpochSeconds),
    })),
  };
}

function showChange({ kind, by, at }: Readonly<Record<string, unknown>>) {
  return { kind, by, at: printTime(Number(at) / 1000) };
}

function printTime(epochSeconds: number): string;
function printTime(epochSeconds: number | undefined): string | undefined;
function printTime(epochSeconds: number | undefined): string | undefined {
  return epochSeconds === undefined ? undefined : new Date(epochSeconds * 1000).toISOString();
}

/**
 * Returns the id.
 * @throws RequestInvalid if the text does not have the form of a key id, because only such an id may become part of a
 * table key
 */
function idOf(keyId: string): string {
  if (!KEY_ID.test(keyId)) throw new RequestInvalid('keyId', 'must be 16 letters and digits');
  return keyId;
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function withoutAbsent<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

function names(description: string): Field<readonly string[]> {
  const schema: JsonSchema = { type: 'array', items: { type: 'string', pattern: NAME.source }, maxItems: 50 };
  return {
    schema: { ...schema, description },
    isRequired: true,
    expected:
      'a list of at most 50 names; a name begins with a letter and has at most 64 letters, digits, _ : . and -',
    read(value) {
      const list: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
      const read = list?.filter((name): name is string => typeof name === 'string' && NAME.test(name));
      return read === undefined || read.length !== list?.length || read.length > 50 ? undefined : read;
    },
  };
}

function texts(description: string): Field<Readonly<Record<string, string>>> {
  return {
    schema: {
      type: 'object',
      description,
      additionalProperties: { type: 'string', maxLength: 256 },
      maxProperties: 20,
    },
    isRequired: true,
    expected:
      'at most 20 strings of at most 256 characters without control characters; a name begins with a letter, has at most 64 letters, digits and _, and is not sub, tenant, owner, plan, iss, exp, aud, scope, scp or roles',
    read(value) {
      if (!isJsonObject(value)) return undefined;
      const entries = Object.entries(value).filter(
        (entry): entry is [string, string] =>
          METADATA_NAME.test(entry[0]) &&
          typeof entry[1] === 'string' &&
          entry[1].length <= 256 &&
          !hasControls(entry[1]),
      );
      const isWhole = entries.length === Object.keys(value).length && entries.length <= 20;
      return isWhole ? Object.fromEntries(entries) : undefined;
    },
  };
}
