import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { printChannels } from '#shared/access/decide/channel-rules.ts';
import type { CompiledChannelRule } from '#shared/access/compiled-document.ts';
import { mayUseChannel, parseChannelGrants } from '#shared/aws/channel-grants.ts';
import { aDocument, aPrincipal } from '../../../support/an-access-document.ts';

const AT = { nowEpochSeconds: 0, isInNetwork: () => undefined };
const rule = (over: Partial<CompiledChannelRule>): CompiledChannelRule => ({
  id: 'r',
  effect: 'allow',
  actions: ['subscribe'],
  patterns: [['rooms', '*']],
  ...over,
});
const grantsOf = (rules: readonly CompiledChannelRule[], claims: Record<string, unknown> = {}) => {
  const document = { ...aDocument(), channels: { space: 'chat', rules } };
  const principal = aPrincipal({ claims, roles: new Set(['member']) });
  return parseChannelGrants(printChannels(document, principal, AT));
};

describe('printChannels', () => {
  it('is empty if the document has no channels, or the caller has none', () => {
    assert.equal(printChannels(aDocument(), aPrincipal({}), AT), undefined);
    assert.equal(grantsOf([rule({ when: { is: 'role', name: 'admin' } })]), undefined);
  });

  it('puts claims of the caller into patterns, each of several values', () => {
    const own = rule({ patterns: [['orders', { claim: ['org', 'tenants'] }, '*']] });
    const grants = grantsOf([own], { org: { tenants: ['acme', 'beta'] } });
    assert.ok(mayUseChannel(grants, 'subscribe', 'orders/acme/7'));
    assert.ok(mayUseChannel(grants, 'subscribe', 'orders/beta/7'));
    assert.ok(!mayUseChannel(grants, 'subscribe', 'orders/other/7'));
    assert.ok(!mayUseChannel(grants, 'publish', 'orders/acme/7'));
  });

  it('puts the caller with its issuer in place of {sub}: two issuers may have users of one name', () => {
    const own = rule({ patterns: [['news', { claim: ['sub'] }]] });
    const document = { ...aDocument(), channels: { space: 'chat', rules: [own] } };
    const patterns = ['main', 'partner'].map((issuerId) => {
      const principalId = `${issuerId}|ada`;
      const principal = aPrincipal({ claims: { sub: 'ada' }, subject: 'ada', issuerId, principalId });
      return parseChannelGrants(printChannels(document, principal, AT))?.allow.subscribe;
    });
    assert.deepEqual(patterns, [['news/main|ada'], ['news/partner|ada']]);
  });

  it('reads no value of a claim as a pattern', () => {
    const own = rule({ patterns: [['orders', { claim: ['tenant'] }]] });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('*', '**', 'a/b', '', '{x}')), (tenant) => {
        const grants = grantsOf([own], { tenant });
        for (const other of ['acme', 'x', 'a'])
          if (other !== tenant) assert.ok(!mayUseChannel(grants, 'subscribe', `orders/${other}`));
      }),
    );
  });

  it('grants nothing by a claim that is missing, of another type, or lists too many', () => {
    const own = rule({ patterns: [[{ claim: ['tenant'] }]] });
    const many = Array.from({ length: 21 }, (_, index) => `t${index}`);
    for (const claims of [{}, { tenant: 7 }, { tenant: {} }, { tenant: many }])
      assert.equal(grantsOf([own], claims), undefined);
  });

  it('prefers a deny rule, also if its condition cannot be decided', () => {
    const office = { is: 'network', index: 0 } as const;
    const deny = rule({ id: 'd', effect: 'deny', patterns: [['rooms', 'staff']], when: office });
    const grants = grantsOf([rule({}), deny]);
    assert.ok(mayUseChannel(grants, 'subscribe', 'rooms/1'));
    assert.ok(!mayUseChannel(grants, 'subscribe', 'rooms/staff'));
  });

  // An allow rule takes the values of a list that are clear, one by one; a deny rule has no use for half of a list.
  const many = Array.from({ length: 21 }, (_, index) => `r${index}`);
  const UNCLEAR: readonly (readonly [string, Record<string, unknown>])[] = [
    ['is missing', {}],
    ['is a number', { banned: 7 }],
    ['has a wildcard', { banned: '*' }],
    ['has a slash', { banned: 'a/b' }],
    ['is empty', { banned: '' }],
    ['lists too many', { banned: many }],
    ['lists something else', { banned: ['1', 2] }],
  ];
  for (const [what, claims] of UNCLEAR)
    it(`closes, for a claim that ${what}, every value for which it could stand`, () => {
      const deny = rule({ id: 'd', effect: 'deny', patterns: [['rooms', { claim: ['banned'] }]] });
      const allow = rule({
        patterns: [
          ['rooms', '*'],
          ['halls', '*'],
        ],
      });
      const grants = grantsOf([allow, deny], claims);
      for (const room of ['1', '7', 'r20']) assert.ok(!mayUseChannel(grants, 'subscribe', `rooms/${room}`));
      assert.ok(mayUseChannel(grants, 'subscribe', 'halls/1'));
    });

  it('closes, for two claims whose values together are too many, everything for which they could stand', () => {
    const pattern = [{ claim: ['a'] }, { claim: ['b'] }];
    const deny = rule({ id: 'd', effect: 'deny', patterns: [pattern] });
    const claims = { a: many.slice(0, 5), b: many.slice(0, 5) };
    const grants = grantsOf([rule({ patterns: [['**']] }), deny], claims);
    assert.ok(!mayUseChannel(grants, 'subscribe', 'r4/r4'));
    assert.equal(grantsOf([rule({ patterns: [pattern] })], claims), undefined);
  });

  it('closes by a claim no more than it names', () => {
    const deny = rule({ id: 'd', effect: 'deny', patterns: [['rooms', { claim: ['banned'] }]] });
    for (const banned of ['7', ['7', '8'], []]) {
      const grants = grantsOf([rule({}), deny], { banned });
      assert.ok(mayUseChannel(grants, 'subscribe', 'rooms/1'));
      assert.equal(mayUseChannel(grants, 'subscribe', 'rooms/7'), banned.length === 0);
    }
  });
});
