import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MalformedBodyError } from '../../../../../packages/gateway/core/mapping/body-value.ts';
import { MappingInput } from '../../../../../packages/gateway/core/mapping/mapping-input.ts';
import {
  type MappingSide,
  parseParameterSource,
  readParameterSource,
} from '../../../../../packages/gateway/core/mapping/parameter-source.ts';
import { aRequest } from '../events/a-request.ts';

const PETS = JSON.stringify({ petstore: { pets: [{ name: 'Rex', age: 3 }, { tags: ['a'] }] }, gone: null });

const REQUEST = aRequest({
  rawQuery: 'q=1&q=two%20words&solo=s&empty=',
  rawHeaders: ['X-Many', 'value1', 'X-Many', 'value2', 'testHeader', 'value'],
  stage: { name: 'dev', deploymentId: 'dep', variables: { url: 'example.org' } },
});

function read(expression: string, body = '', side: MappingSide = 'method.request'): readonly string[] {
  const input = new MappingInput(REQUEST, { kind: 'anonymous' }, { id: 'k', value: 'secret' });
  const source = parseParameterSource(expression, side);
  assert.ok(source, `${expression} is an expression`);
  return readParameterSource(source, { input, body, header: (name) => input.headerValues(name) });
}

const rows: readonly { given: string; body?: string; expected: string[]; source: string }[] = [
  { given: "'static text'", expected: ['static text'], source: 'docs/aws §7.6' },
  { given: "''", expected: [''], source: 'an empty static text is a value' },
  { given: 'method.request.path.id', expected: ['1'], source: 'docs/aws §7.6' },
  { given: 'method.request.path.ID', expected: [], source: 'docs/aws §7.6 missing' },
  { given: 'method.request.querystring.q', expected: ['two words'], source: 'docs/aws §7.6 last value' },
  {
    given: 'method.request.multivaluequerystring.q',
    expected: ['1', 'two words'],
    source: 'docs/aws §7.6 repeats',
  },
  { given: 'method.request.multivaluequerystring.solo', expected: ['s'], source: 'docs/aws §7.6' },
  { given: 'method.request.querystring.Q', expected: [], source: 'docs/aws §7.6 case-sensitive' },
  { given: 'method.request.header.X-Many', expected: ['value2'], source: 'docs/aws §7.6 last value' },
  {
    given: 'method.request.multivalueheader.X-Many',
    expected: ['value1,value2'],
    source: 'docs/aws §7.6 joins',
  },
  {
    given: 'method.request.header.x-many',
    expected: [],
    source: 'docs/aws §7.6: header match is case-sensitive',
  },
  { given: 'stageVariables.url', expected: ['example.org'], source: 'docs/aws §7.6' },
  { given: 'stageVariables.toString', expected: [], source: 'nothing inherited' },
  { given: 'context.apiId', expected: ['abc123'], source: 'docs/aws §7.6' },
  { given: 'context.identity.apiKey', expected: ['secret'], source: 'docs/aws §7.3' },
  { given: 'context.requestTimeEpoch', expected: ['1744668818115'], source: 'docs/aws §7.3' },
  { given: 'context.identity.user', expected: [], source: 'null is no value' },
  { given: 'context.nothing.at.all', expected: [], source: 'docs/aws §7.6' },
  { given: 'method.request.body', body: '<b>x</b>', expected: ['<b>x</b>'], source: 'docs/aws §7.6' },
  { given: 'method.request.body', expected: ['{}'], source: 'validated on AWS: an empty body maps as {}' },
  {
    given: 'method.request.body.petstore.pets[0].name',
    body: PETS,
    expected: ['Rex'],
    source: 'docs/aws §7.6',
  },
  { given: 'method.request.body.petstore.pets[0].age', body: PETS, expected: ['3'], source: 'docs/aws §7.6' },
  {
    given: 'method.request.body.petstore.pets[1]',
    body: PETS,
    expected: ['{"tags":["a"]}'],
    source: 'docs/aws §7.6',
  },
  {
    given: 'method.request.body.petstore.none.name',
    body: PETS,
    expected: [],
    source: 'docs/aws §7.6 missing',
  },
  { given: 'method.request.body.gone', body: PETS, expected: [], source: 'null is no value' },
  {
    given: 'method.request.body.x',
    body: 'plain',
    expected: [],
    source: 'docs/aws §7.6: parsed only if it looks like JSON',
  },
];

describe('readParameterSource', () => {
  for (const { given, body, expected, source } of rows)
    it(`maps ${given}${body === undefined ? '' : ` of ${body.slice(0, 12)}`} to [${expected.join(' | ')}]`, () => {
      assert.deepEqual(read(given, body), expected, source);
    });

  for (const given of ['method.request.body', 'method.request.body.x'])
    it(`refuses ${given} of a body that begins like JSON but is not JSON`, () => {
      for (const body of ['\n{wrongjson', '[1,', '"open', "'single'"])
        assert.throws(() => read(given, body), MalformedBodyError, body);
    });

  it('reads the answer of the integration on the response side', () => {
    assert.deepEqual(read('integration.response.body.a', '{"a":"b"}', 'integration.response'), ['b']);
    assert.deepEqual(read('integration.response.header.testHeader', '', 'integration.response'), ['value']);
  });
});

describe('parseParameterSource', () => {
  const refused: readonly { given: string; side: MappingSide }[] = [
    { given: 'true', side: 'method.request' },
    { given: "'open", side: 'method.request' },
    { given: 'method.request.cookie.x', side: 'method.request' },
    { given: 'method.request.header.', side: 'method.request' },
    { given: 'method.request.header.a b', side: 'method.request' },
    { given: 'method.request.body.[', side: 'method.request' },
    { given: 'integration.response.header.x', side: 'method.request' },
    { given: 'method.request.header.x', side: 'integration.response' },
    { given: 'integration.response.path.x', side: 'integration.response' },
    { given: 'context.', side: 'method.request' },
    { given: '', side: 'method.request' },
  ];
  for (const { given, side } of refused)
    it(`does not accept "${given}" on the side of ${side}`, () => {
      assert.equal(parseParameterSource(given, side), undefined);
    });
});
