import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  CHANGES,
  describeChange,
  nameAuthor,
} from '../../../../../../packages/gateway/console/page/data/describe-change.ts';

const ROWS: readonly (readonly [change: Parameters<typeof describeChange>[0], text: string])[] = [
  [{ kind: 'create-customer', after: 'free' }, 'Customer created: free'],
  [{ kind: 'set-plan', before: 'free', after: 'pro' }, 'Plan set: free → pro'],
  [{ kind: 'top-up' }, 'Units added'],
  [{ kind: 'of-a-later-version' }, 'of-a-later-version'],
];

describe('a change of a customer', () => {
  for (const [change, text] of ROWS)
    it(`is described in words: ${text}`, () => assert.equal(describeChange(change), text));

  it('has words for each kind that the administration records for a customer', () => {
    const sources = globSync('shared/quota/admin/{customers,keys,limits,close-period}.ts');
    const text = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
    const kinds = [
      ...text.matchAll(/changeOf\('([a-z-]+)'/g),
      ...text.matchAll(/\bkind: '([a-z-]+)', (?:pk|input)\b/g),
      ...text.matchAll(/return change\(ports, requested, question, '([a-z-]+)'/g),
    ].map(([, kind = '']) => kind);

    assert.deepEqual(kinds.toSorted(), Object.keys(CHANGES).toSorted());
  });

  it('names its author without the account', () => {
    assert.equal(nameAuthor('arn:aws:iam::123456789012:user/admin'), 'user/admin');
    assert.equal(nameAuthor('the portal'), 'the portal');
  });
});
