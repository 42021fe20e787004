import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { findLack } from '../../../../packages/conformance/targets/case-needs.ts';
import type { ParityCase } from '../../../../packages/conformance/schema/parity-case.ts';

const aCase = (part: Partial<ParityCase>): ParityCase => ({
  id: 'a',
  source: { kind: 'recorded', repo: 'r' },
  area: 'routing',
  api: 'rest',
  setup: { stage: 'dev' },
  request: { method: 'GET', path: '/' },
  expect: {},
  ...part,
});

describe('findLack', () => {
  const then = [{ advanceMs: 1, request: { method: 'GET', path: '/' }, expect: {} }];
  const rows = [
    ['a clock, of a later step', aCase({ then }), 'clock'],
    ['events of functions', aCase({ expect: { calls: { fn: 1 } } }), 'events'],
    ['a backend', aCase({ setup: { stage: 'dev', backend: 'echo' } }), 'backend'],
    ['a signature', aCase({ request: { method: 'GET', path: '/', sign: { as: 'runner' } } }), 'signature'],
    ['a refused template', aCase({ request: { method: null, path: null, mode: 'deploy' } }), 'refusal'],
  ] as const;
  for (const [name, asked, need] of rows)
    it(`sees that a case needs ${name}`, () => {
      assert.equal(findLack(asked, new Map([[need, 'has none']])), 'has none');
      assert.match(findLack(asked, new Map([[need, undefined]])) ?? '', /^needs /);
      assert.equal(findLack(asked, new Map()), undefined);
    });
});
