import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findMostSimilar } from '@gatewright/aws/text/count-edits';

const NAMES = ['ACME_Corp', 'globex', 'pro', 'free'];
for (const [given, expected] of [
  ['acme_corp', 'ACME_Corp'],
  ['prp', 'pro'],
  ['frei', 'free'],
  ['globx', 'globex'],
  ['team', undefined],
  ['xyz', undefined],
  ['', undefined],
] as const)
  it(`finds ${expected ?? 'nothing'} for ${given === '' ? 'an empty text' : given}`, () =>
    assert.equal(findMostSimilar(given, NAMES), expected));
