import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileMessageRouting } from '../../../../../packages/gateway/core/routing/message-routes.ts';

function select(expression: string, body: string): string | undefined {
  const compiled = compileMessageRouting(expression, new Map());
  assert.ok(compiled.kind === 'compiled', `${expression} does not compile`);
  return compiled.routing.select(body);
}

describe('compileMessageRouting', () => {
  const rows: { name: string; expression: string; body: string; expected: string | undefined }[] = [
    {
      name: 'reads a member',
      expression: '$request.body.action',
      body: '{"action":"join"}',
      expected: 'join',
    },
    {
      name: 'reads a nested member',
      expression: '$request.body.a.b',
      body: '{"a":{"b":"x"}}',
      expected: 'x',
    },
    {
      name: 'reads an array item',
      expression: '$request.body.a[1].b',
      body: '{"a":[0,{"b":"x"}]}',
      expected: 'x',
    },
    {
      name: 'does not read the length of a list',
      expression: '$request.body.a.length',
      body: '{"a":[1,2]}',
      expected: undefined,
    },
    {
      name: 'does not read a member of an object by an index',
      expression: '$request.body[0]',
      body: '{"0":"x"}',
      expected: undefined,
    },
    {
      name: 'does not read an item of a list by a name',
      expression: '$request.body.0',
      body: '["x"]',
      expected: undefined,
    },
    { name: 'makes text of a number', expression: '$request.body.v', body: '{"v":7}', expected: '7' },
    {
      name: 'makes text of a structure',
      expression: '$request.body.v',
      body: '{"v":{"a":1}}',
      expected: '{"a":1}',
    },
    {
      name: 'presents a list without quotes and with blanks',
      expression: '$request.body.v',
      body: '{"v":["item1","item2",3,["x"]]}',
      expected: '[item1, item2, 3, [x]]',
    },
    {
      name: 'finds nothing for a missing member',
      expression: '$request.body.action',
      body: '{}',
      expected: undefined,
    },
    {
      name: 'finds nothing for null',
      expression: '$request.body.action',
      body: '{"action":null}',
      expected: undefined,
    },
    {
      name: 'finds nothing in text that is not JSON',
      expression: '$request.body.action',
      body: 'hello',
      expected: undefined,
    },
    {
      name: 'finds nothing in a JSON text',
      expression: '$request.body.length',
      body: '"hello"',
      expected: undefined,
    },
    {
      name: 'finds nothing that is only inherited',
      expression: '$request.body.constructor',
      body: '{}',
      expected: undefined,
    },
    {
      name: 'puts a composite together',
      expression: '${request.body.a}/${request.body.b}',
      body: '{"a":"x","b":"y"}',
      expected: 'x/y',
    },
    {
      name: 'makes missing parts of a composite empty',
      expression: '${request.body.a}/${request.body.b}',
      body: '{"a":"x"}',
      expected: 'x/',
    },
    {
      name: 'selects nothing by composite for text that is not JSON',
      expression: '${request.body.a}/x',
      body: 'hello',
      expected: undefined,
    },
    { name: 'takes static text', expression: 'chat', body: 'hello', expected: 'chat' },
    { name: 'unescapes a dollar', expression: '\\$default', body: '{}', expected: '$default' },
    {
      name: 'stops a message from naming $connect',
      expression: '$request.body.action',
      body: '{"action":"$connect"}',
      expected: undefined,
    },
    {
      name: 'stops a composite from naming $disconnect',
      expression: '\\$${request.body.a}',
      body: '{"a":"disconnect"}',
      expected: undefined,
    },
  ];

  for (const { name, expression, body, expected } of rows)
    it(name, () => {
      assert.equal(select(expression, body), expected, 'docs/aws §11.2');
    });

  for (const expression of [
    '',
    '$request.header.x',
    '$context.routeKey',
    '${request.body.a',
    '${x}/y',
    '$',
    'a$b',
  ])
    it(`refuses "${expression}"`, () => {
      const compiled = compileMessageRouting(expression, new Map());

      assert.equal(compiled.kind, 'invalid');
    });

  const deep = {
    'a list': `${'['.repeat(15_000)}${']'.repeat(15_000)}`,
    'an object': `${'{"b":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
    'an object in a list': `[${'{"b":['.repeat(4_000)}1${']}'.repeat(4_000)}]`,
  };
  for (const [name, value] of Object.entries(deep))
    it(`finds no route by ${name} that is nested beyond any stack`, () => {
      const body = `{"a":${value},"b":"known"}`;

      for (const expression of ['$request.body.a', '${request.body.a}/${request.body.b}']) {
        const key = select(expression, body);
        assert.ok(key !== undefined && key.length > 128, 'longer than any route key, and so $default');
      }
      assert.equal(select('$request.body.b', body), 'known');
    });

  it('throws at no body', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        select('$request.body.a[0].b', body);
        select('${request.body.a}-${request.body.b}', body);
      }),
    );
  });
});
