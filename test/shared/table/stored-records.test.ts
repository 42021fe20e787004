/**
 * Records that this code cannot have written. Whoever reads one is not admitted, and is told of an outage, because a
 * wrong guess would admit somebody or refuse a valid key as unknown.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStoredApiKey } from '#shared/access/keys/api-key-record.ts';
import { parseCaller } from '#shared/access/tickets/ticket.ts';
import { parseStoredEndpoint } from '#shared/endpoints/endpoint-record.ts';
import { parseCustomer } from '#shared/quota/plan/customer.ts';
import type { Item } from '#shared/table/item-write.ts';

type JsonObject = Readonly<Record<string, unknown>>;
/** What a field may contain; a question mark marks fields that may be absent. */
type Form = Readonly<Record<string, 'text' | 'time' | 'time?' | 'seconds?' | 'texts' | 'map' | JsonObject>>;

/** Values that are wrong for every form, and others that are wrong for one. */
const WRONG = [null, true];
const WRONG_FOR: Readonly<Record<string, readonly unknown[]>> = {
  text: [1, [], {}],
  time: ['1', [], {}],
  'time?': ['1', 1.5, [], {}],
  // The expiry of a token, which may be a fraction (RFC 7519 §2, NumericDate).
  'seconds?': ['1', [], {}],
  texts: ['a', {}, [1], [null]],
  map: ['a', 1, ['a'], { name: 1 }],
};

/** Returns the record with one field that is absent or wrong, each time another one, with the name of the fault. */
function faultsOf(record: JsonObject, form: Form): readonly (readonly [fault: string, record: JsonObject])[] {
  return Object.entries(form).flatMap(([field, kind]) => {
    const { [field]: value, ...without } = record;
    const absent =
      typeof kind === 'string' && kind.endsWith('?') ? [] : [[`without ${field}`, without] as const];
    const wrong =
      typeof kind === 'string'
        ? (WRONG_FOR[kind] ?? [])
        : [
            [null],
            ...faultsOf((value as readonly JsonObject[])[0] ?? {}, kind as Form).map(([, one]) => [one]),
          ];
    const others = [...WRONG, ...wrong].map(
      (other) => [`with ${field} ${JSON.stringify(other)}`, { ...record, [field]: other }] as const,
    );
    return [...absent, ...others];
  });
}

const SECRETS = [{ hash: 'a'.repeat(64), createdAtEpochSeconds: 1, notAfterEpochSeconds: 9 }];
const rows: readonly {
  readonly name: string;
  readonly read: (record: unknown) => unknown;
  readonly record: JsonObject;
  readonly form: Form;
}[] = [
  {
    name: 'a customer',
    read: (record) => parseCustomer(itemOf(record)),
    record: { tenant: 'a', state: 'active', stateSinceEpochMs: 1, terms: [{ plan: 'gold', fromEpochMs: 1 }] },
    form: {
      tenant: 'text',
      state: 'text',
      stateSinceEpochMs: 'time',
      terms: { plan: 'text', fromEpochMs: 'time' },
    },
  },
  {
    name: 'an API key',
    read: (record) => parseStoredApiKey(itemOf(record)),
    record: {
      keyId: 'k',
      prefix: 'p',
      tenant: 't',
      roles: ['r'],
      scopes: ['s'],
      metadata: { name: 'value' },
      secrets: SECRETS,
      createdAtEpochSeconds: 1,
      notAfterEpochSeconds: 8,
      revokedAtEpochSeconds: 7,
    },
    form: {
      keyId: 'text',
      prefix: 'text',
      tenant: 'text',
      roles: 'texts',
      scopes: 'texts',
      metadata: 'map',
      secrets: { hash: 'text', notAfterEpochSeconds: 'time?' },
      notAfterEpochSeconds: 'time?',
      revokedAtEpochSeconds: 'time?',
    },
  },
  {
    name: 'an endpoint',
    read: (record) => parseStoredEndpoint(itemOf(record)),
    record: {
      endpointId: 'e',
      tenant: 't',
      source: 's',
      name: 'n',
      createdAtEpochSeconds: 1,
      secrets: [{ secretId: 'i', createdAtEpochSeconds: 1, notAfterEpochSeconds: 9 }],
      revokedAtEpochSeconds: 7,
    },
    form: {
      endpointId: 'text',
      tenant: 'text',
      source: 'text',
      name: 'text',
      secrets: { secretId: 'text', notAfterEpochSeconds: 'time?' },
      revokedAtEpochSeconds: 'time?',
    },
  },
  {
    name: 'a ticket',
    read: (record) => parseCaller({ caller: JSON.stringify(record) }),
    record: {
      principalId: 'p',
      subject: 's',
      issuer: 'i',
      roles: ['r'],
      scopes: ['s'],
      expiresAtEpochSeconds: 9,
    },
    form: {
      principalId: 'text',
      subject: 'text',
      issuer: 'text',
      roles: 'texts',
      scopes: 'texts',
      expiresAtEpochSeconds: 'seconds?',
    },
  },
];

function itemOf(record: unknown): Item {
  return { ver: 1, doc: JSON.stringify(record) };
}

for (const { name, read, record, form } of rows)
  describe(`the record of ${name}`, () => {
    it('is read if it is whole', () => {
      assert.doesNotThrow(() => read(record));
    });

    it('is an outage if it is not an object', () => {
      for (const other of [null, 'text', 1, undefined])
        assert.throws(() => read(other), { code: 'STORE_UNAVAILABLE' }, String(other));
    });

    for (const [fault, broken] of faultsOf(record, form))
      it(`is an outage ${fault}`, () => {
        assert.throws(() => read(broken), { code: 'STORE_UNAVAILABLE' });
      });
  });
