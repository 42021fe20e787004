import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '@gatewright/aws/json-object';
import { refusal } from '../stack-builders.ts';
import { samEvents } from '../sam-event-builders.ts';

// SAM developer guide, "Cognito" of functions; aws/serverless-application-model, eventsources/push.py.

const ARN = { 'Fn::GetAtt': ['F', 'Arn'] };
const event = (Properties: JsonObject): JsonObject => ({ E: { Type: 'Cognito', Properties } });
const Users = (Properties: JsonObject = {}): JsonObject => ({
  Users: { Type: 'AWS::Cognito::UserPool', Properties },
});
const SIGN_UP = { UserPool: { Ref: 'Users' }, Trigger: 'PreSignUp' };

describe('Cognito events in SAM', () => {
  it('are triggers of the user pool, which may invoke the function', () => {
    const { resources, findings } = samEvents(event(SIGN_UP), {}, Users({ UserPoolName: 'users' }));

    assert.deepEqual(findings, []);
    assert.deepEqual(resources, {
      ...Users({ UserPoolName: 'users', LambdaConfig: { PreSignUp: ARN } }),
      FCognitoPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { Ref: 'F' },
          Principal: 'cognito-idp.amazonaws.com',
          SourceArn: { 'Fn::GetAtt': ['Users', 'Arn'] },
        },
      },
    });
  });

  it("may name several triggers, in several events, in addition to the pool's own", () => {
    const two = { ...SIGN_UP, Trigger: ['PreSignUp', 'PostConfirmation'] };
    const events = {
      E: { Type: 'Cognito', Properties: two },
      More: { Type: 'Cognito', Properties: { ...SIGN_UP, Trigger: 'CustomMessage' } },
    };
    const rest = Users({ LambdaConfig: { PreAuthentication: 'other' } });

    assert.deepEqual(samEvents(events, {}, rest).resources['Users'], {
      Type: 'AWS::Cognito::UserPool',
      Properties: {
        LambdaConfig: {
          PreAuthentication: 'other',
          PreSignUp: ARN,
          PostConfirmation: ARN,
          CustomMessage: ARN,
        },
      },
    });
  });

  for (const { what, properties, rest, message } of [
    {
      what: 'an id',
      properties: { ...SIGN_UP, UserPool: 'us-east-1_abc' },
      rest: Users(),
      message: /UserPool must be a Ref to a user pool in this template/,
    },
    {
      what: 'a pool of another template',
      properties: SIGN_UP,
      rest: {},
      message: /UserPool must be a Ref to a user pool in this template/,
    },
    {
      what: 'a queue',
      properties: SIGN_UP,
      rest: { Users: { Type: 'AWS::SQS::Queue' } },
      message: /Users is not an AWS::Cognito::UserPool/,
    },
    {
      what: 'no trigger',
      properties: { UserPool: { Ref: 'Users' } },
      rest: Users(),
      message: /Trigger is required/,
    },
    {
      what: 'a trigger that the pool already has',
      properties: SIGN_UP,
      rest: Users({ LambdaConfig: { PreSignUp: 'other' } }),
      message: /Cognito trigger "PreSignUp" defined multiple times\.$/,
    },
    {
      what: 'a trigger that another function already has, which is named',
      properties: SIGN_UP,
      rest: Users({ LambdaConfig: { PreSignUp: { 'Fn::GetAtt': ['Other', 'Arn'] } } }),
      message: /Cognito trigger "PreSignUp" defined multiple times\. \(Other already has it\.\)/,
    },
    {
      what: 'triggers that are not a map',
      properties: SIGN_UP,
      rest: Users({ LambdaConfig: 'all' }),
      message: /LambdaConfig must be a map/,
    },
  ])
    it(`are refused with ${what}`, () => {
      assert.match(
        refusal(() => samEvents(event(properties), {}, rest)),
        message,
      );
    });
});
