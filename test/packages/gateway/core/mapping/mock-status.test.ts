import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readMockStatus } from '../../../../../packages/gateway/core/mapping/mock-status.ts';

const LIST = 'docs/aws §8, MOCK rules (list validated on AWS)';

const rows: readonly { given: string; expected: number | undefined; source: string }[] = [
  { given: '{"statusCode": 200}', expected: 200, source: 'docs/aws §8' },
  { given: '{ statusCode: 200 }', expected: 200, source: 'docs/aws §8: what the CDK sends' },
  { given: "{'statusCode': 404}", expected: 404, source: LIST },
  { given: '{"statusCode": 200,}', expected: 200, source: LIST },
  { given: '{"statusCode": 0}', expected: 0, source: 'any integer' },
  { given: '{"statusCode": -1000}', expected: -1000, source: 'any integer' },
  { given: '\n\n{\n  "statusCode" : 200\n}\n', expected: 200, source: 'parity cors-rest-preflight-all' },
  { given: 'null\n{"statusCode": 200}', expected: 200, source: 'parity vtl-map-assignment-forms' },
  { given: '{"message": "a, b: {c}", "statusCode": 201}', expected: 201, source: 'commas inside quotes' },
  {
    given: '{"a": {"statusCode": 500}, "statusCode": 201}',
    expected: 201,
    source: 'a nested member is no status',
  },
  { given: '{statusCode: 200,super{ f}oo: [ba r]}', expected: 200, source: LIST },
  { given: '{statusCode: 200, "value": \'goog\'}', expected: 200, source: LIST },
  { given: '{statusCode: 200, foo}: [ba r]}', expected: 200, source: LIST },
  { given: "{statusCode: 200, foo'}: [ba r]}", expected: 200, source: LIST },
  { given: '{statusCode: 200, }foo: [ba r]}', expected: 200, source: LIST },
  { given: "{statusCode: 200, }foo: ''}", expected: 200, source: LIST },
  { given: '{statusCode: 200, " ": " "}', expected: 200, source: LIST },
  { given: '{statusCode: 200, "": ""}', expected: 200, source: LIST },
  { given: '{"statusCode": "200"}', expected: undefined, source: 'docs/aws §8: a text is no status' },
  { given: '{"statusCode": 200.5}', expected: undefined, source: 'not an integer' },
  { given: '{}', expected: undefined, source: 'no member' },
  { given: '', expected: undefined, source: 'docs/aws §8: no template, no body' },
  { given: 'statusCode: 200', expected: undefined, source: LIST },
  { given: '{"statusCode": 200', expected: undefined, source: LIST },
  { given: '{statusCode: 200, {foo: [ba r]}', expected: undefined, source: LIST },
  { given: '{"statusCode: 200}', expected: undefined, source: 'mismatched quotes' },
  { given: '{\'statusCode": 200}', expected: undefined, source: 'mismatched quotes' },
];

describe('readMockStatus', () => {
  for (const { given, expected, source } of rows)
    it(`reads ${JSON.stringify(given)} as ${String(expected)}`, () => {
      assert.equal(readMockStatus(given), expected, source);
    });

  it('reads the output of JSON.stringify, whatever other members the object has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99_999, max: 99_999 }),
        fc.dictionary(NAME, fc.jsonValue()),
        (status, more) => {
          assert.equal(readMockStatus(JSON.stringify({ ...more, statusCode: status })), status);
        },
      ),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void readMockStatus(`{${text}}`)));
  });
});

const NAME = fc.stringMatching(/^[a-z]{1,8}$/);
