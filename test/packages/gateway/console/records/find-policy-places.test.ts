import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findCallsOf,
  findPlainRoutes,
} from '../../../../../packages/gateway/console/records/find-policy-places.ts';
import { notAllowedBy, ARN } from '../../../../support/refused-by-policy.ts';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';
import type { Json } from '@gatewright/aws/json-object';

const resource = (logicalId: string, type: string, properties: Record<string, Json>) =>
  [
    logicalId,
    {
      logicalId,
      type,
      physicalId: logicalId.toLowerCase(),
      properties,
      dependsOn: [],
      // The place stands for the path of the property.
      place: (property?: string) => ({ file: `${property ?? logicalId}.yaml` }),
    },
  ] as const;

const PLAIN = ARN.replace(/7$/, '{id}');
const allow = (of: Record<string, Json>) => ({ Statement: [{ Effect: 'Allow', ...of }] });
const STACKS = [
  {
    resources: new Map([
      resource('Viewer', 'AWS::IAM::User', {
        Policies: [{ PolicyDocument: allow({ Action: 'execute-api:Invoke', Resource: ['a', PLAIN] }) }],
      }),
      resource('Caller', 'AWS::IAM::Role', {
        Policies: [{ PolicyDocument: allow({ Action: ['sqs:SendMessage', 'lambda:InvokeFunction'] }) }],
      }),
      resource('Calls', 'AWS::IAM::Policy', {
        Roles: ['caller'],
        PolicyDocument: allow({ Action: 'lambda:InvokeFunction' }),
      }),
      resource('Other', 'AWS::IAM::Policy', {
        Roles: ['other'],
        PolicyDocument: allow({ Action: 'lambda:InvokeFunction' }),
      }),
    ]),
  } as unknown as ResolvedStack,
];

describe('the line of a statement that nearly admits a caller', () => {
  it('is that of the ARN with a variable of the route', () => {
    const { policies } = notAllowedBy('identity', { fails: ['resource'], resources: ['a', PLAIN] });

    assert.deepEqual(findPlainRoutes(policies, STACKS), [
      { what: 'Resource in Viewer', place: 'Policies.0.PolicyDocument.Statement.0.Resource.1.yaml' },
    ]);
  });

  it('is that of each action of Lambda, in the policies of this role only', () => {
    const signer = 'arn:aws:sts::123456789012:assumed-role/caller/session';

    assert.deepEqual(findCallsOf(signer, STACKS), [
      { what: 'Action in Caller', place: 'Policies.0.PolicyDocument.Statement.0.Action.1.yaml' },
      { what: 'Action in Calls', place: 'PolicyDocument.Statement.0.Action.yaml' },
    ]);
  });
});
