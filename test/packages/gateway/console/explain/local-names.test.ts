import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inOwnWords } from '../../../../../packages/gateway/console/explain/own-words.ts';
import { findLocalNames } from '../../../../../packages/gateway/console/records/local-names.ts';
import { aStack } from '../../../../support/a-stack.ts';

describe('the ids of this machine in an explanation', () => {
  const localNames = findLocalNames([
    aStack({
      Api: { type: 'AWS::ApiGateway::RestApi', id: 'abcdefghij', properties: {} },
      Main: { type: 'AWS::Lambda::Function', id: 'shop-Main-E0GYPTD28DP2', properties: {} },
      Pool: { type: 'AWS::Cognito::UserPool', id: 'eu-west-1_cm4tqfb1c', properties: {} },
    }),
  ]);
  const said = (text: string, quotes: readonly string[] = []): string =>
    inOwnWords(text, { protocol: 'rest', localNames, quotes }, 'because');

  for (const [name, given, expected] of [
    [
      'an ARN refers to the API',
      'It allows only arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/dev/GET/a.',
      'It allows only arn:aws:execute-api:eu-west-1:123456789012:${Api}/dev/GET/a.',
    ],
    [
      'a function without a name of its own has its logical id',
      'Function shop-Main-E0GYPTD28DP2 failed; see `gatewright logs shop-Main-E0GYPTD28DP2`.',
      'Function Main failed; see `gatewright logs shop-Main-E0GYPTD28DP2`.',
    ],
    ['a stage refers to its API', 'The plan is for abcdefghij/dev.', 'The plan is for ${Api}/dev.'],
    [
      'a user pool has its logical id',
      'The user pool eu-west-1_cm4tqfb1c refused it.',
      'The user pool Pool refused it.',
    ],
    [
      'a command keeps the id with which it is run here',
      'Flush abcdefghij: `aws apigateway flush-stage-authorizers-cache --rest-api-id abcdefghij`.',
      'Flush ${Api}: `aws apigateway flush-stage-authorizers-cache --rest-api-id abcdefghij`.',
    ],
    ['a longer word stays', 'xabcdefghij and abcdefghij-x', 'xabcdefghij and abcdefghij-x'],
    ['a line of a function stays', 'It printed: abcdefghij', 'It printed: abcdefghij'],
  ] as const)
    it(`are replaced by the names of the template: ${name}`, () => {
      assert.equal(said(given), expected);
    });

  it('are written as the template writes them if the ARN belongs into the template', () => {
    assert.equal(
      inOwnWords(
        'Write arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/dev/GET/a.',
        { protocol: 'rest', localNames },
        'advice',
      ),
      'Write arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/dev/GET/a.',
    );
  });

  it('stay in a message that is quoted', () => {
    assert.equal(
      said('It says: no abcdefghij here.', ['no abcdefghij here']),
      'It says: no abcdefghij here.',
    );
  });
});
