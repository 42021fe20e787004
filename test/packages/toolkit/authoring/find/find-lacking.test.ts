import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findLacking } from '../../../../../packages/toolkit/authoring/find/find-lacking.ts';
import { aDocument } from '../../../../support/an-access-document.ts';

const roles = (...any: string[]) => ({ roles: { any } });
const scopes = (...all: string[]) => ({ scopes: { all } });

describe('findLacking', () => {
  for (const { name, when, expected } of [
    { name: 'nothing without a condition', when: undefined, expected: [] },
    { name: 'nothing if the caller meets it', when: roles('support'), expected: [] },
    { name: 'a role', when: roles('admin'), expected: ['the role admin'] },
    {
      name: 'one of several roles',
      when: roles('admin', 'partner'),
      expected: ['one of the roles admin, partner'],
    },
    {
      name: 'only the scopes that are missing, together',
      when: { all: [scopes('a:read', 'b:read', 'c:read'), roles('support')] },
      expected: ['the scopes b:read, c:read'],
    },
    {
      name: 'the alternative that lacks least',
      when: { any: [{ all: [roles('admin'), scopes('b:read')] }, scopes('c:read')] },
      expected: ['the scope c:read'],
    },
    {
      name: 'another condition, in words',
      when: { all: [roles('admin'), { claims: [{ claim: 'plan', op: 'equals', value: 'pro' }] }] },
      expected: ['the role admin', 'claim plan equals pro'],
    },
  ])
    it(`names ${name}`, () => {
      const rule = { id: 'one', effect: 'allow', methods: ['GET'], paths: ['/users'], when };
      const names = { support: {}, admin: {}, partner: {} };
      const document = aDocument({ roles: names, rules: [rule] }, ['GET /users']);
      const caller = { claims: '{"sub":"ada"}', role: ['support'], scope: ['a:read'] };

      assert.deepEqual(findLacking(document, document.rules[0]?.when, caller, 1_800_000_000), expected);
    });
});
