import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showAccess } from '../../../../../packages/gateway/console/endpoints/show-access.ts';
import type { ShownAccess } from '../../../../../packages/gateway/console/endpoints/access-model.ts';

describe('showAccess', () => {
  it('names the APIs that a document protects, of those that are served', () => {
    const document: ShownAccess = {
      name: 'shop',
      kind: 'rest',
      issuers: [],
      columns: [],
      rows: [],
      notes: [],
      apis: [
        { apiId: 'a1', stage: 'dev' },
        { apiId: 'elsewhere', stage: 'dev' },
      ],
    };
    const book = {
      documents: () => [document],
      decide: () => undefined,
      localToken: () => undefined,
      newKey: () => undefined,
      mcpRules: () => [],
      ask: () => assert.fail('nobody asks'),
    };

    const { documents } = showAccess(book, false, (apiId) => (apiId === 'a1' ? 'shop-api' : undefined));

    assert.deepEqual(documents[0]?.apis, [
      { apiId: 'a1', apiName: 'shop-api', stage: 'dev' },
      { apiId: 'elsewhere', apiName: undefined, stage: 'dev' },
    ]);
  });

  it('has those first that protect an API of this start', () => {
    const named = (name: string, apiId: string): ShownAccess => ({
      name,
      kind: 'rest',
      issuers: [],
      columns: [],
      rows: [],
      notes: [],
      apis: [{ apiId, stage: 'dev' }],
    });
    const all = [named('a', 'elsewhere'), named('b', 'b1'), named('c', 'elsewhere'), named('d', 'd1')];
    const book = {
      documents: () => all,
      decide: () => undefined,
      localToken: () => undefined,
      newKey: () => undefined,
      mcpRules: () => [],
      ask: () => assert.fail('nobody asks'),
    };

    const { documents } = showAccess(book, false, (apiId) => (apiId === 'elsewhere' ? undefined : apiId));

    assert.deepEqual(
      documents.map(({ name }) => name),
      ['b', 'd', 'a', 'c'],
    );
  });

  it('shows none if there are no documents', () => {
    assert.deepEqual(
      showAccess(undefined, true, () => undefined),
      { documents: [], isPublished: true },
    );
  });
});
