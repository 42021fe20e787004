import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findMissingLeave, findMissingRights } from '../../../gateway/explain/missing-right.ts';
import { describeDenial } from '../../../gateway/policy/identities.ts';

const question = { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' };
const identity = {
  ...{ name: 'list', accessKeyId: 'AKID', secretAccessKey: 's', policies: [] },
  arn: 'arn:aws:sts::123456789012:assumed-role/reader/list',
} as unknown as Parameters<typeof describeDenial>[0];

describe('findMissingRights', () => {
  it('reads the words by which calls are refused here, in an error or in a line, once', () => {
    const text = describeDenial(identity, question, 'implicit-deny');
    const line = JSON.stringify({ level: 'error', message: text });

    assert.deepEqual(findMissingRights([`AccessDenied: ${text}`, line]), {
      because: [
        'No policy of the role reader allows s3:GetObject on arn:aws:s3:::bucket/key: the statement for it is missing.',
      ],
      changes: [
        'Add to the policies of the role reader: {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/key"}.',
      ],
    });
  });

  it('tells a Deny from a statement that is missing', () => {
    const { because, changes } = findMissingRights([describeDenial(identity, question, 'explicit-deny')]);

    assert.match(because.join(), /^A policy of the role reader denies s3:GetObject/);
    assert.match(changes.join(), /^Take s3:GetObject/);
  });

  it('finds nothing in other words', () => {
    assert.deepEqual(findMissingRights(['', 'not authorized']), { because: [], changes: [] });
  });
});

describe('findMissingLeave', () => {
  const texts = [
    ['the gateway here', 'no AWS::Lambda::Permission lets the API invoke list'],
    [
      'an HTTP API',
      "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again.",
    ],
    [
      'an authorizer of one',
      "The IAM role configured on the authorizer or API Gateway doesn't have permissions to call the authorizer. Check the permissions and try again.",
    ],
    ['a REST API', 'Execution failed due to configuration error: Invalid permissions on Lambda function'],
  ] as const;
  for (const [whose, text] of texts)
    it(`takes the words of ${whose}, and says which permission to add`, () => {
      const { because = [], changes = [] } = findMissingLeave(text, 'list') ?? {};

      assert.match(because.join(), /^Nothing in the policy of list lets this API invoke it: /);
      assert.match(changes.join(), /^Add an AWS::Lambda::Permission for list /);
    });

  it('finds nothing where the role of a function lacks a right', () => {
    assert.equal(findMissingLeave(describeDenial(identity, question, 'implicit-deny'), 'list'), undefined);
  });
});
