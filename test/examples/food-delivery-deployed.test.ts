/** What a deployment of the example needs: the documents of its stage, and the exports of the toolkit's stack. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readNamedDocuments } from '@gatewright/authoring/files/access-documents';
import { listFiles } from '../architecture/source-files.ts';

const EXAMPLE = readFileSync('examples/food-delivery/serverless.yml', 'utf8');
const NAMES = ['food-delivery-http', 'food-delivery-rest', 'food-delivery-tracking'];

describe('food-delivery in stage prod', () => {
  for (const { name, document } of readNamedDocuments('access', NAMES))
    it(`has callers of a deployed issuer, and of no local one, by ${name}`, () => {
      const { api, issuers, sources } = document;
      const there = issuers.filter(({ only }) => only?.includes('prod') ?? true);

      assert.equal(api['prod']?.stack, 'food-delivery-prod');
      assert.equal(api['prod'].logicalId, api['dev']?.logicalId);
      assert.deepEqual(
        there.map(({ type }) => type).filter((type) => type !== 'ticket'),
        ['oidc'],
      );
      // An issuer that no request trusts would be admitted by nothing.
      for (const { id } of there)
        assert.ok(sources.some((source) => JSON.stringify(source).includes(`"${id}"`)));
    });

  it('imports only what the toolkit exports', () => {
    const imported = [...EXAMPLE.matchAll(/!ImportValue '?gatewright-\$\{sls:stage\}-(\w+)/g)].map(
      ([, name]) => name,
    );
    const exported = listFiles('packages/toolkit/stack')
      .filter((path) => path.endsWith('.yml'))
      .flatMap((path) =>
        [...readFileSync(path, 'utf8').matchAll(/Name: '\$\{self:service\}-\$\{sls:stage\}-(\w+)'/g)].map(
          ([, name]) => name,
        ),
      );

    assert.ok(imported.length >= 8 && exported.length >= 10);
    assert.deepEqual(
      imported.filter((name) => !exported.includes(name)),
      [],
    );
  });
});
