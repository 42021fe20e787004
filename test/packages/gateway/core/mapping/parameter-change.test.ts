import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  parseChangeValue,
  printChangeValue,
} from '../../../../../packages/gateway/core/mapping/parameter-change.ts';

/** docs/aws §7.8 */
describe('parseChangeValue', () => {
  for (const { text, printed, source } of [
    {
      text: 'com.mycompany.$request.path.source',
      printed: 'com.mycompany.${request.path.source}',
      source:
        'aws-samples/serverless-patterns, apigw-eventbridge/README.md: "source": "com.mycompany.mysource"',
    },
    { text: '$request.path.source', printed: '$request.path.source', source: 'http-api-parameter-mapping' },
    { text: 'a-${request.path.b}-c', printed: 'a-${request.path.b}-c', source: 'http-api-parameter-mapping' },
    { text: 'costs $5 or $request', printed: 'costs $5 or $request', source: 'no variable' },
    { text: 'a $response.header.b', printed: 'a $response.header.b', source: 'no variable of a request' },
  ])
    it(`reads ${text}`, () => {
      const value = parseChangeValue(text, 'request');
      assert.equal(value && printChangeValue(value), printed, source);
    });

  it('refuses an unknown variable in braces', () => {
    assert.equal(parseChangeValue('a ${response.header.b}', 'request'), undefined);
  });
});
