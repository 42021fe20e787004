import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dynaliteDb } from '../../../../../packages/gateway/dynamodb/dynalite-store.ts';
import { readExpressions } from '../../../../../packages/gateway/dynamodb/expressions/read-expressions.ts';

const VALUES = {
  ':n': { N: '1' },
  ':s': { S: 'x' },
  ':l': { L: [] },
  ':b': { BOOL: true },
  ':ss': { SS: ['a'] },
};

/** DynamoDB's message; undefined = it is accepted. */
function wrongIn(member: string, text: string): string | undefined {
  const used = Object.entries(VALUES).filter(([key]) => new RegExp(`${key}\\b`).test(text));
  return readExpressions({
    [member]: text,
    ...(used.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(used) }),
  });
}

// Source: developer guide, "Condition and filter expressions, operators, and functions", "Reserved words", "Quotas in
// Amazon DynamoDB" (expression parameters); wordings as DynamoDB Local 2.6.1 has them.
describe('a condition', () => {
  for (const { text, says } of [
    { text: '', says: 'The expression can not be empty;' },
    { text: 'a =', says: 'Syntax error; token: "<EOF>", near: "="' },
    { text: 'a = :n b', says: 'Syntax error; token: "b", near: ":n b"' },
    { text: 'a[-1] = :n', says: 'Syntax error; token: "-", near: "[-1"' },
    {
      text: 'a[99999999999] = :n',
      says: 'List index is not within the allowable range; index: [99999999999]',
    },
    { text: '((a = :n))', says: 'The expression has redundant parentheses;' },
    { text: 'NOT a', says: 'Syntax error; token: "<EOF>", near: "a"' },
    { text: 'name = :n', says: 'Attribute name is a reserved keyword; reserved keyword: name' },
    { text: 'foo(a)', says: 'Invalid function name; function: foo' },
    {
      text: 'size(a)',
      says: 'The function is not allowed to be used this way in an expression; function: size',
    },
    {
      text: 'attribute_exists(:n)',
      says: 'Operator or function requires a document path; operator or function: attribute_exists',
    },
    {
      text: 'attribute_exists(a, b)',
      says: 'Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2',
    },
    ...['<', '<=', '>', '>='].map((operator) => ({
      text: `a ${operator} :l`,
      says: `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: L`,
    })),
    {
      text: 'a BETWEEN :n AND :ss',
      says: 'Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: SS',
    },
    {
      text: 'a = a',
      says: 'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]',
    },
    {
      text: '#x = :n',
      says: 'An expression attribute name used in the document path is not defined; attribute name: #x',
    },
    {
      text: ' OR '.concat('a = :n').repeat(151).slice(4),
      says: 'The expression contains too many operators; operator count: 301',
    },
    { text: `${'NOT '.repeat(900)}a = :n`, says: /^The expression contains too many operators/ },
    { text: '('.repeat(4000), says: /^The expression contains too many operators/ },
    { text: 'size('.repeat(800), says: /^The expression contains too many operators/ },
    {
      text: `a = :n${' '.repeat(4091)}`,
      says: 'Expression size has exceeded the maximum allowed size; expression size: 4097',
    },
    {
      text: `a IN (${Array.from({ length: 101 }, () => ':n').join()})`,
      says: 'The IN operator is provided with too many operands; number of operands: 101',
    },
    {
      text: `${Array.from({ length: 33 }, () => 'a').join('.')} = :n`,
      says: 'The document path has too many nesting levels; nesting levels: 33',
    },
  ])
    it(`is refused: ${text.slice(0, 40)}`, () => {
      const wrong = wrongIn('ConditionExpression', text)?.replace('Invalid ConditionExpression: ', '') ?? '';
      if (typeof says === 'string') assert.equal(wrong, says);
      else assert.match(wrong, says);
    });

  for (const text of [
    '(a) = (:n)',
    'a. b = :n',
    'a [0] = :n',
    'NOT NOT a = :n',
    '((a = :n) AND (b = :n))',
    '(size(a)) > :n',
    ' OR '.concat('a = :n').repeat(150).slice(4),
    `${'(a = :n OR '.repeat(60)}a = :n${')'.repeat(60)}`,
  ])
    it(`is accepted: ${text.slice(0, 40)}`, () =>
      assert.equal(wrongIn('ConditionExpression', text), undefined));
});

// Source: developer guide, "Using update expressions in DynamoDB".
describe('an update', () => {
  for (const { text, says } of [
    { text: 'SET a', says: 'Syntax error; token: "<EOF>", near: "a"' },
    { text: 'UPSERT a = :n', says: 'Syntax error; token: "UPSERT", near: "UPSERT a"' },
    {
      text: 'SET a = :n SET b = :n',
      says: 'The "SET" section can only be used once in an update expression;',
    },
    {
      text: 'SET a = :n, a.b = :n',
      says: 'Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]',
    },
    {
      text: 'SET a.b = :n, a[0] = :n',
      says: 'Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [0]]',
    },
    {
      text: 'ADD a :s',
      says: 'Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND',
    },
    { text: 'SET a = size(b)', says: 'The function is not allowed in an update expression; function: size' },
    { text: 'SET a = a + b + c', says: 'Syntax error; token: "+", near: "b + c"' },
    { text: 'SET a = ((a + :n))', says: 'The expression has redundant parentheses;' },
  ])
    it(`is refused: ${text}`, () => {
      assert.equal(wrongIn('UpdateExpression', text), `Invalid UpdateExpression: ${says}`);
    });

  for (const text of [
    'SET a = (a + :n)',
    'SET a = if_not_exists(a, if_not_exists(b, :n))',
    'REMOVE a[0], a[1]',
  ])
    it(`is accepted: ${text}`, () => assert.equal(wrongIn('UpdateExpression', text), undefined));
});

describe('placeholders', () => {
  it('must be used, and be no member that every object has', () => {
    const unused = { ProjectionExpression: 'a', ExpressionAttributeNames: { '#b': 'b' } };
    assert.equal(
      readExpressions(unused),
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}',
    );
    assert.match(String(wrongIn('ConditionExpression', 'a = :toString')), /is not defined/);
  });
});

type Model = { readonly text: string; readonly holds: (item: Readonly<Record<string, number>>) => boolean };

// Against JavaScript's own operators: an attribute that the item lacks compares with nothing, and differs from all.
describe('a condition that is evaluated', () => {
  const attribute = fc.constantFrom('a', 'b', 'c');
  const number = fc.nat(3);
  const compare = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
  const holds = (operator: string, one: number | undefined, other: number | undefined): boolean => {
    if (one === undefined || other === undefined) return operator === '<>';
    const difference = one - other;
    if (operator === '=') return difference === 0;
    if (operator === '<>') return difference !== 0;
    if (operator.startsWith('<')) return difference < 0 || (operator === '<=' && difference === 0);
    return difference > 0 || (operator === '>=' && difference === 0);
  };
  const leaf: fc.Arbitrary<Model> = fc.oneof(
    fc.tuple(attribute, compare, number).map(([name, operator, value]): Model => ({
      text: `${name} ${operator} :v${value}`,
      holds: (item) => holds(operator, item[name], value),
    })),
    fc
      .tuple(attribute, compare, attribute)
      .filter(([one, , other]) => one !== other)
      .map(([one, operator, other]): Model => ({
        text: `${one} ${operator} ${other}`,
        holds: (item) => holds(operator, item[one], item[other]),
      })),
    fc
      .tuple(attribute, attribute, number)
      .filter(([one, other]) => one !== other)
      .map(([one, other, value]): Model => ({
        text: `${one} IN (${other}, :v${value})`,
        holds: (item) => holds('=', item[one], item[other]) || holds('=', item[one], value),
      })),
    fc.tuple(attribute, number, number).map(([name, low, more]): Model => ({
      text: `${name} BETWEEN :v${low} AND :v${low + more}`,
      holds: (item) => holds('>=', item[name], low) && holds('<=', item[name], low + more),
    })),
    attribute.map((name): Model => ({ text: `attribute_exists(${name})`, holds: (item) => name in item })),
  );
  const { model } = fc.letrec<{ model: Model }>((tie) => ({
    model: fc.oneof(
      { maxDepth: 4 },
      leaf,
      tie('model').map((one): Model => ({ text: `NOT ${one.text}`, holds: (item) => !one.holds(item) })),
      fc.tuple(tie('model'), tie('model')).map(([one, other]): Model => ({
        text: `(${one.text} AND ${other.text})`,
        holds: (item) => one.holds(item) && other.holds(item),
      })),
      fc.tuple(tie('model'), tie('model')).map(([one, other]): Model => ({
        text: `(${one.text} OR ${other.text})`,
        holds: (item) => one.holds(item) || other.holds(item),
      })),
    ),
  }));

  it('is true if the model says so', () => {
    const items = fc.dictionary(attribute, number, { maxKeys: 3 });
    fc.assert(
      fc.property(model, items, ({ text, holds: expected }, item) => {
        fc.pre(text.length < 4000);
        const values = Array.from({ length: 7 }, (_, at) => [`:v${at}`, { N: String(at) }] as const);
        const input: Record<string, unknown> = {
          ConditionExpression: text,
          ExpressionAttributeValues: Object.fromEntries(values.filter(([key]) => text.includes(key))),
        };
        if (Object.keys(input['ExpressionAttributeValues'] as object).length === 0)
          delete input['ExpressionAttributeValues'];
        assert.equal(readExpressions(input), undefined, text);
        const stored = Object.fromEntries(
          Object.entries(item).map(([name, value]) => [name, { N: String(value) }]),
        );
        const { expression } = input['_condition'] as { readonly expression: unknown };
        assert.equal(dynaliteDb.matchesExprFilter(stored, expression), expected(item), text);
      }),
    );
  });
});
