import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { tellChannels } from '#shared/access/decide/channel-rules.ts';
import type { CompiledChannelRule } from '#shared/access/compiled-document.ts';
import { mayUseChannel, parseChannelGrants } from '#shared/aws/channel-grants.ts';
import { aDocument, aPrincipal } from '../../../support/an-access-document.ts';

const AT = { nowEpochSeconds: 0, isInNetwork: () => undefined };
const rule = (over: Partial<CompiledChannelRule>): CompiledChannelRule => ({
  ...{ id: 'r', effect: 'allow', actions: ['subscribe'], patterns: [['rooms', '*']] },
  ...over,
});
const grantsOf = (rules: readonly CompiledChannelRule[], claims: Record<string, unknown> = {}) => {
  const document = { ...aDocument(), channels: { space: 'chat', rules } };
  const principal = aPrincipal({ claims, roles: new Set(['member']) });
  return parseChannelGrants(tellChannels(document, principal, AT));
};

describe('tellChannels', () => {
  it('says nothing where the document has no channels, or the caller none', () => {
    assert.equal(tellChannels(aDocument(), aPrincipal({}), AT), undefined);
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

  it('lets no value of a claim stand for more than itself', () => {
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

  it('lets a deny rule win, also where its condition cannot be decided', () => {
    const office = { is: 'network', index: 0 } as const;
    const deny = rule({ id: 'd', effect: 'deny', patterns: [['rooms', 'staff']], when: office });
    const grants = grantsOf([rule({}), deny]);
    assert.ok(mayUseChannel(grants, 'subscribe', 'rooms/1'));
    assert.ok(!mayUseChannel(grants, 'subscribe', 'rooms/staff'));
  });
});
