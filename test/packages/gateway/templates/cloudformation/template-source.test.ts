import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  parseSource,
  readSource,
} from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { refusal, refusalOf } from '../stack-builders.ts';
import { CODE_POINT } from '../../../../support/any-text.ts';

const CFN = 'CloudFormation user guide, ';

const BRACKETS = [
  ['/x/{id}', 'a: { path: /x/{id}, method: get }', 'value of path'],
  ['/x/{id}/y/{n}', 'a: { method: get, path: /x/{id}/y/{n} }', 'value of path'],
  ['/{proxy+}', 'a: {path: /{proxy+}}', 'value of path'],
  ['GET /pets/{id}', 'events: [{ httpApi: GET /pets/{id} }]', 'value of httpApi'],
  ['${self:x}', 'a: { b: ${self:x}, c: d }', 'value of b'],
  ['x/{id}', 'a: [x/{id}, y]', 'element of the list'],
  ['x[0]', 'a: { b: x[0], c: d }', 'value of b'],
  ['ab{c', 'a: { DB_PASSWORD: ab{c, x: 1 }', 'value of DB_PASSWORD'],
  [`${'x'.repeat(300)}{id}`, `a: { b: ${'x'.repeat(300)}{id} }`, 'value of b'],
] as const;

describe('parseSource', () => {
  for (const [value, text] of BRACKETS)
    it(`reads ${text.slice(0, 60)} with the quotes that its message advises`, () => {
      parseSource(`A: 1\n${text.replace(value, `'${value}'`)}`, 'f');
    });

  const rows = [
    { name: 'writes !Ref as Ref', text: 'A: !Ref B', value: { A: { Ref: 'B' } }, source: `${CFN}Ref` },
    {
      name: 'writes !Condition as Condition',
      text: 'A: !Condition B',
      value: { A: { Condition: 'B' } },
      source: `${CFN}Condition functions`,
    },
    {
      name: 'splits !GetAtt at the first dot',
      text: 'A: !GetAtt Nested.Outputs.Url',
      value: { A: { 'Fn::GetAtt': ['Nested', 'Outputs.Url'] } },
      source: `${CFN}Fn::GetAtt`,
    },
    {
      name: 'nests short tags in lists',
      text: 'A: !If [C, !Sub "x", !Ref "AWS::NoValue"]',
      value: { A: { 'Fn::If': ['C', { 'Fn::Sub': 'x' }, { Ref: 'AWS::NoValue' }] } },
      source: `${CFN}Fn::If`,
    },
    {
      name: 'keeps the text of numbers that a number would change',
      text: 'A: 1.0\nB: 012345678901\nC: 15\nD: 2012-10-17',
      value: { A: '1.0', B: '012345678901', C: 15, D: '2012-10-17' },
      source: 'PayloadFormatVersion 1.0, account ids, policy versions',
    },
    {
      name: 'keeps the text of such numbers in JSON too',
      text: '{"A": 1.0, "B": 15}',
      value: { A: '1.0', B: 15 },
      source: 'as in YAML',
    },
    {
      name: 'follows aliases and merges, own keys winning',
      text: 'A: &a {x: 1, y: 1}\nB: {y: 2, <<: *a}',
      value: { A: { x: 1, y: 1 }, B: { x: 1, y: 2 } },
      source: 'YAML merge key, as the AWS CLI and osls expand it',
    },
    {
      name: 'follows an alias to the last anchor of its name before it',
      text: 'A: &a 1\nB: *a\nC: &a 2\nD: *a',
      value: { A: 1, B: 1, C: 2, D: 2 },
      source: 'YAML 1.2.2, section 7.1',
    },
    {
      name: 'keeps the last of equal keys',
      text: 'A: {x: 1}\nB: 2\nA: {y: 1}',
      value: { A: { y: 1 }, B: 2 },
      source: 'PyYAML, which SAM and the AWS CLI read with',
    },
    {
      name: 'reads brackets whose lines stand too far left',
      text: 'A:\n  B: {\n"x": "}", # }\n  y: [1,\n2], z: it\'s\n}\n  C: 1',
      value: { A: { B: { x: '}', y: [1, 2], z: "it's" }, C: 1 } },
      source: 'PyYAML, which SAM and the AWS CLI read with',
    },
    {
      name: 'reads quoted texts whose lines stand too far left',
      text: "A:\n  B: !Sub \"a \\\nb\\\"\n\nc\"\n  C: 'd\n e'''\n  D: 1",
      value: { A: { B: { 'Fn::Sub': 'a b"\nc' }, C: "d e'", D: 1 } },
      source: 'PyYAML, which SAM and the AWS CLI read with',
    },
    {
      name: 'reads quoted texts that end too far left after a quote at the end of a line',
      text: "A:\n  B: \"x \\\"y\\\"\n  z\nw\"\n  C: 'it ''s''\n d'\n  D: 1",
      value: { A: { B: 'x "y" z w', C: "it 's' d", D: 1 } },
      source: 'PyYAML, which SAM and the AWS CLI read with',
    },
    {
      name: 'reads a quoted text in a list whose last line stands too far left',
      text: 'A:\n  - B: "one\n    two\n"\n    C: 1',
      value: { A: [{ B: 'one two ', C: 1 }] },
      source: 'PyYAML, which SAM and the AWS CLI read with',
    },
    {
      name: 'keeps a key named __proto__ an ordinary key',
      text: '__proto__: {polluted: 1}\nA: 1',
      value: JSON.parse('{"__proto__": {"polluted": 1}, "A": 1}'),
      source: 'prototype pollution',
    },
  ];
  for (const { name, text, value, source } of rows) {
    it(name, () => {
      const tree = parseSource(text, 'f');

      assert.deepEqual(tree.value, value, source);
      assert.deepEqual(Object.keys(tree.value).toSorted(), Object.keys(value).toSorted(), source);
    });
  }

  it('finds the line of every key, or else the line of the nearest known part', () => {
    const tree = parseSource(
      'Resources:\n  Api:\n    Type: X\n    Properties:\n      Tags:\n        - a\n        - b\n',
      'f',
    );

    assert.equal(tree.lineOf(['Resources', 'Api']), 2);
    assert.equal(tree.lineOf(['Resources', 'Api', 'Properties', 'Tags', '1']), 7);
    assert.equal(tree.lineOf(['Resources', 'Api', 'Properties', 'Nope', 'Deep']), 4);
  });

  for (const [what, text, path, line] of [
    ['a key with dots', 'A:\n  x.y.z: 1\n  b: 2', ['A', 'x', 'y', 'z'], 2],
    ['a key with dots that begins another', 'A:\n  x: 1\n  x.y: 2', ['A', 'x', 'y'], 2],
    ['an item of a list', 'A:\n  - 1\n  - b: 2', ['A', '1', 'b'], 3],
    ['an item that is not there', 'A:\n  - 1\n', ['A', '7'], 1],
    ['what an alias stands for', 'A: &a\n  x: 1\nB: *a', ['B', 'x'], 2],
    ['a number as a key', 'A:\n  200: 1', ['A', '200'], 2],
    ['a value in what is plain text', 'A: x', ['A', 'b'], 1],
    [
      'a member of JSON in a block of text',
      'A: |\n  {\n    "b": { "c": 1 },\n    "d": [\n      2\n    ] }',
      ['A', 'd', '0'],
      5,
    ],
    [
      'a member of JSON in a block with a tag',
      'A: !Sub |\n  { "b": {\n    "c": "${x}" } }',
      ['A', 'b', 'c'],
      3,
    ],
    ['a block of text that is not a document', 'A: |\n  {{ }\n  b\n', ['A', 'b'], 2],
    ['a block of text as a whole', 'B: 1\nA: |\n  {}', ['A'], 2],
  ] as const)
    it(`finds the line of ${what}`, () => assert.equal(parseSource(text, 'f').lineOf([...path]), line));

  it('keeps a tag that has no name as no tag', () =>
    assert.deepEqual(parseSource('A: ! 12', 'f').value, { A: '12' }));

  it('reports keys that are written twice, with the line that counts', () => {
    const tree = parseSource('A:\n  x: 1\n  x: {z: 1, z: 2}\nB: 1', 'f');

    assert.deepEqual(tree.repeatedKeys, [
      { path: ['A', 'x', 'z'], line: 3 },
      { path: ['A', 'x'], line: 3 },
    ]);
    assert.equal(tree.lineOf(['A', 'x']), 3);
  });

  it('gives up on brackets that never end', () => {
    for (const text of ['A: {\nb: 1', 'A: "b', `A: ${'['.repeat(50)}\n]`])
      assert.throws(() => parseSource(text, 'f'), DefinitionError);
  });

  it('finds lines in JSON', () => {
    const tree = parseSource('{\n  "Resources": {\n    "Api": {}\n  }\n}', 'f');

    assert.equal(tree.lineOf(['Resources', 'Api']), 3);
  });

  const refusals = [
    { name: 'an open bracket', text: 'A: 1\nB: [', says: /^f:2: invalid YAML or JSON/ },
    // Unquoted paths of events in serverless.yml. The message has no text of a value, which may be a secret.
    ...BRACKETS.map(([, text, place]) => ({
      name: `a bracket in ${text}`,
      text: `A: 1\n${text}`,
      says: new RegExp(
        `^f:2: invalid YAML or JSON: [^/]*: put quotes around the whole ${place}, because it contains a bracket$`,
      ),
    })),
    {
      name: 'a bracket after quotes',
      text: 'a: { a: "x"{b} }',
      says: /^f:1: invalid YAML or JSON: (?!.*quotes)/,
    },
    { name: 'a second mapping', text: 'a: { b: } {c: 1}', says: /^f:1: invalid YAML or JSON: (?!.*quotes)/ },
    { name: 'plain text', text: 'hello', says: /^f:1: the file must be a mapping of sections/ },
    { name: 'an empty file', text: '', says: /the file is empty/ },
    { name: 'an unknown tag', text: 'A: 1\nB: !Foo x', says: /^f:2: unknown tag !Foo/ },
    { name: 'two documents', text: 'A: 1\n---\nB: 2', says: /invalid YAML or JSON/ },
    { name: 'an alias of nothing', text: 'A: *nope', says: /alias/i },
    { name: 'an alias of itself', text: 'A: &a [*a]', says: /nested deeper|alias/i },
    { name: 'a list as key', text: '? [x]\n: 1', says: /a key must be plain text/ },
    { name: '200 levels', text: `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`, says: /nested deeper than 100/ },
    { name: '50,000 open brackets', text: '['.repeat(50_000), says: /^f/ },
    {
      name: 'aliases that multiply without end',
      text: ['A0: &a0 [x,x,x,x,x,x,x,x,x,x]']
        .concat(Array.from({ length: 9 }, (_, n) => `A${n + 1}: &a${n + 1} [${`*a${n},`.repeat(10)}]`))
        .join('\n'),
      says: /more than 500000 values/,
    },
  ];
  for (const { name, text, says } of refusals) {
    it(`refuses ${name} with its place`, () => {
      assert.match(
        refusal(() => parseSource(text, 'f')),
        says,
      );
    });
  }

  it('either reads any text or refuses it with a DefinitionError', () => {
    const fragments = fc.constantFrom(
      'Resources:',
      '\n',
      '  ',
      '- ',
      '!Sub ',
      '!GetAtt ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '<<: ',
      ': ',
      '"',
      '#',
      '|',
      '? ',
      '\t',
      '%',
      '---',
      'x',
    );
    const text = fc.oneof(
      fc.string({ unit: CODE_POINT, maxLength: 200 }),
      fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join('')),
    );

    fc.assert(
      fc.property(text, (given) => {
        try {
          parseSource(given, 'f').lineOf(['Resources', 'x']);
        } catch (error) {
          assert.ok(error instanceof DefinitionError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads back any JSON value whose numbers print as written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        assert.equal(JSON.stringify(parseSource(JSON.stringify(plain), 'f').value).length > 0, true);
        if (!/[\d]e|-0/.test(JSON.stringify(plain)))
          assert.deepEqual(parseSource(JSON.stringify(plain), 'f').value, plain);
      }),
    );
  });
});

describe('readSource', () => {
  it('says why a file cannot be read', async () => {
    assert.match(await refusalOf(readSource('/')), /^\/: template not found: EISDIR/);
  });

  it('says "template not found" for a missing file', async () => {
    assert.match(
      await refusalOf(readSource('/nowhere/template.yaml')),
      /^\/nowhere\/template.yaml: template not found/,
    );
  });
});

describe('the size of a text', () => {
  for (const [limit, text, says] of [
    [20, '{"a":"bbbbbbbbbbbb"}', undefined],
    [19, '{"a":"bbbbbbbbbbbb"}', 'a.json: the file is larger than 19 bytes'],
    [20, '{"a":"üüüüüüüüüüüü"}', 'a.json: the file is larger than 20 bytes'],
  ] as const)
    it(`is counted in bytes, and refused with the limit of the caller: ${text}, ${limit}`, () => {
      const read = () => parseSource(text, 'a.json', limit);
      if (says === undefined) assert.ok(read());
      else assert.throws(read, { message: says.slice('a.json: '.length) });
    });
});
