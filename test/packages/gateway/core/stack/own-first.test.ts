import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findToolkit, ownFirst } from '../../../../../packages/gateway/core/stack/own-first.ts';
import { accessPart } from '../../../../../packages/toolkit/stack/access/part.ts';
import { quotaPart } from '../../../../../packages/toolkit/stack/quota/part.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';

const functionOf = (name: string, isToolkit: boolean) =>
  ({ name, environment: isToolkit ? { GATEWRIGHT_STAGE: 'dev' } : {} }) as unknown as FunctionDefinition;

const STACKS = [
  { stackName: 'gatewright-dev', functions: [functionOf('authorizer', true)] },
  { stackName: 'shop', functions: [functionOf('orders', false), functionOf('shop-authorizer', true)] },
  { stackName: 'mocks', functions: [] },
];

describe('own parts of a start', () => {
  it('record usage if a function of the toolkit has a usage table, and not if only the user’s has one', () => {
    const withTable = (isToolkit: boolean): FunctionDefinition =>
      ({
        name: 'quota-admin',
        environment: { GATEWRIGHT_USAGE_TABLE: 'usage', ...(isToolkit && { GATEWRIGHT_STAGE: 'dev' }) },
      }) as unknown as FunctionDefinition;
    const recordsUsage = (...functions: readonly FunctionDefinition[]): boolean =>
      findToolkit([{ stackName: 'gatewright-dev', functions }]).recordsUsage;

    assert.deepEqual(
      [recordsUsage(withTable(true)), recordsUsage(withTable(false)), recordsUsage(functionOf('a', true))],
      [true, false, false],
    );
  });

  it('name the functions of the toolkit that administer, by the names of its parts', () => {
    const names = [quotaPart, accessPart].flatMap(({ functions }) => functions);
    const { administers } = findToolkit([
      {
        stackName: 'gatewright-dev',
        functions: names.map((name) => functionOf(`gatewright-dev-${name}`, true)),
      },
      { stackName: 'shop', functions: [functionOf('shop-quota-admin', false)] },
    ]);

    assert.deepEqual(
      names.filter((name) => administers(`gatewright-dev-${name}`)),
      ['quota-admin', 'usage-closer', 'access-admin'],
    );
    assert.equal(administers('shop-quota-admin'), false);
  });

  it('name the functions of the user that have the usage table, under whatever name', () => {
    const of = (name: string, environment: Readonly<Record<string, string>>): FunctionDefinition =>
      ({ name, environment }) as unknown as FunctionDefinition;
    const { charges } = findToolkit([
      {
        stackName: 'gatewright-dev',
        functions: [of('quota-admin', { GATEWRIGHT_STAGE: 'dev', GATEWRIGHT_USAGE_TABLE: 'usage' })],
      },
      {
        stackName: 'shop',
        functions: [of('items', { USAGE_TABLE: 'usage' }), of('orders', { TABLE: 'orders' })],
      },
    ]);

    assert.deepEqual(['quota-admin', 'items', 'orders', 'unknown'].map(charges), [false, true, false, false]);
  });

  it("come before the toolkit's parts, in the order of the templates", () => {
    const toolkit = findToolkit(STACKS);

    assert.deepEqual(
      ownFirst(STACKS, ({ stackName }) => toolkit.hasStack(stackName)).map(({ stackName }) => stackName),
      ['shop', 'mocks', 'gatewright-dev'],
    );
    assert.deepEqual(
      ownFirst(['authorizer', 'shop-authorizer', 'orders'], (name) => toolkit.hasFunction(name)),
      ['orders', 'authorizer', 'shop-authorizer'],
    );
  });
});
