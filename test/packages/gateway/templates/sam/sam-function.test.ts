import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { samSources } from '../sam-event-builders.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

// SAM developer guide, "FunctionUrlConfig"; that SAM adds both permissions: docs/aws §19.2
const permission = (properties: JsonObject, FunctionName: JsonObject = { Ref: 'F' }): JsonObject => ({
  Type: 'AWS::Lambda::Permission',
  Properties: { FunctionName, Principal: '*', ...properties },
});
const ofUrl = { Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' };
const ofFunction = { Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true };

describe('expandFunctionUrl', () => {
  it('makes the URL, and the permissions of a public one', () => {
    const config = { AuthType: 'NONE', Cors: { AllowOrigins: ['*'] }, InvokeMode: 'RESPONSE_STREAM' };
    assert.deepEqual(samSources({}, { FunctionUrlConfig: config }), {
      FUrl: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: { Ref: 'F' }, ...config } },
      FUrlPublicPermissions: permission(ofUrl),
      FURLInvokeAllowPublicAccess: permission(ofFunction),
    });
  });

  it('makes no public permission for one that asks for signatures', () => {
    const made = samSources({}, { FunctionUrlConfig: { AuthType: 'AWS_IAM' } });
    assert.deepEqual(Object.keys(made), ['FUrl']);
  });

  it('creates the URL for the alias if there is one', () => {
    const made = samSources({}, { FunctionUrlConfig: { AuthType: 'NONE' }, AutoPublishAlias: 'live' });
    const target = { Ref: 'FAliaslive' };
    assert.deepEqual(made['FUrl'], {
      Type: 'AWS::Lambda::Url',
      Properties: { TargetFunctionArn: target, AuthType: 'NONE' },
    });
    assert.deepEqual(made['FUrlPublicPermissions'], permission(ofUrl, target));
  });

  for (const config of ['NONE', { AuthType: 'NONE', Throttle: 1 }])
    it(`takes no ${JSON.stringify(config)}`, () => {
      assert.throws(() => samSources({}, { FunctionUrlConfig: config }), /FunctionUrlConfig/);
    });
});
