import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDocument } from '../../support/an-access-document.ts';

const rule = (over: object) => ({ id: 'r', effect: 'allow', methods: ['GET'], paths: ['/orders'], ...over });

describe('closeRoles', () => {
  it('gives every role all that it comes to', () => {
    const roles = {
      a: { inherits: ['b'], scopes: ['x'] },
      b: { inherits: ['c'], scopes: ['y'] },
      c: { scopes: ['z'] },
    };

    assert.deepEqual(aDocument({ roles, rules: [rule({})] }, ['GET /orders']).roles, {
      a: { roles: ['a', 'b', 'c'], scopes: ['x', 'y', 'z'] },
      b: { roles: ['b', 'c'], scopes: ['y', 'z'] },
      c: { roles: ['c'], scopes: ['z'] },
    });
  });

  // 2 KB of text with more ways through it than could ever be walked.
  it('closes roles that inherit two others each, sixty deep', () => {
    const roles = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `r${index}`,
        index < 58 ? { inherits: [`r${index + 1}`, `r${index + 2}`] } : {},
      ]),
    );

    assert.equal(aDocument({ roles, rules: [rule({})] }, ['GET /orders']).roles['r0']?.roles.length, 60);
  });
});
