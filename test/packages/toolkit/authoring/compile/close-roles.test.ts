import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDocument, anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

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

  for (const { name, roles, says } of [
    {
      name: 'a role that inherits itself by way of another',
      roles: { a: { inherits: ['b'] }, b: { inherits: ['a'] } },
      says: ['"a" must not inherit itself through "b"', '"b" must not inherit itself through "a"'],
    },
    {
      name: 'a role that is not declared',
      roles: { a: { inherits: ['nobody'] } },
      says: ['"nobody" is not declared under roles'],
    },
  ])
    it(`refuses ${name}, with its place`, () => {
      const compilation = compile(documentText({ roles, rules: [rule({})] }), anInventory(['GET /orders']));

      assert.ok(compilation.kind === 'invalid');
      assert.deepEqual(
        compilation.problems.map(({ message }) => message),
        says.map((text, index) => `roles.${'ab'[index] ?? ''}.inherits[0]: ${text}`),
      );
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
