import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '#shared/access/compile-policy.ts';
import { parseMethodArn } from '#shared/aws/method-arn.ts';

const PREFIX = 'arn:aws:execute-api:us-east-1:123456789012:a1b2c3';

describe('compilePolicy', () => {
  it('covers every route of the API and stage, so that a cached policy fits the next request', () => {
    const users = compilePolicy('allow', parseMethodArn(`${PREFIX}/dev/GET/users`), 'rest');
    const orders = compilePolicy('allow', parseMethodArn(`${PREFIX}/dev/POST/orders/1`), 'rest');

    assert.deepEqual(users, orders);
    assert.deepEqual(users, {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: [`${PREFIX}/dev/*/*`] }],
    });
  });

  it('never leaves the stage or the API of the request', () => {
    for (const stage of ['dev', '$default']) {
      const [statement] = compilePolicy(
        'allow',
        parseMethodArn(`${PREFIX}/${stage}/GET/x`),
        'http-2.0',
      ).Statement;
      assert.deepEqual(statement?.Resource, [`${PREFIX}/${stage}/*/*`]);
    }
  });

  it('names the connect route of a WebSocket, whose ARN has no verb', () => {
    const [statement] = compilePolicy(
      'allow',
      parseMethodArn(`${PREFIX}/dev/$connect`),
      'websocket',
    ).Statement;
    assert.deepEqual(statement?.Resource, [`${PREFIX}/dev/$connect`]);
  });

  it('denies in one statement', () => {
    const [statement] = compilePolicy('deny', parseMethodArn(`${PREFIX}/dev/GET/x`), 'rest').Statement;
    assert.equal(statement?.Effect, 'Deny');
  });

  it('refuses an ARN that AWS would refuse', () => {
    const arn = parseMethodArn(`arn:aws:execute-api:us-east-1:123456789012:${'a'.repeat(500)}/dev/GET/x`);
    assert.throws(() => compilePolicy('allow', arn, 'rest'), { code: 'RESULT_TOO_LARGE' });
  });
});
