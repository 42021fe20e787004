/** Source: AWS Lambda developer guide, "Viewing resource-based IAM policies in Lambda"; API reference, GetPolicy. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printStatement } from '../../../../../packages/gateway/control/functions/function-policy-statement.ts';
import type { ControlResource } from '../../../../../packages/gateway/control/control-resource.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:list';
const API = 'arn:aws:execute-api:us-east-1:123456789012:abc/*';

const printed = (properties: JsonObject): object =>
  printStatement(
    {
      id: 'sid',
      properties: { Action: 'lambda:InvokeFunction', ...properties },
    } as unknown as ControlResource,
    ARN,
  );

describe('a statement of a function’s policy', () => {
  const rows: readonly (readonly [name: string, properties: JsonObject, expected: object])[] = [
    [
      'for everybody has no condition',
      { Principal: '*' },
      { Sid: 'sid', Effect: 'Allow', Principal: '*', Action: 'lambda:InvokeFunction', Resource: ARN },
    ],
    [
      'names a service, and its resource as a pattern',
      { Principal: 'apigateway.amazonaws.com', SourceArn: API },
      {
        Principal: { Service: 'apigateway.amazonaws.com' },
        Condition: { ArnLike: { 'AWS:SourceArn': API } },
      },
    ],
    [
      'names an account by its root',
      { Principal: '123456789012' },
      { Principal: { AWS: 'arn:aws:iam::123456789012:root' } },
    ],
    [
      'names a role as it is written',
      { Principal: 'arn:aws:iam::123456789012:role/a.b' },
      { Principal: { AWS: 'arn:aws:iam::123456789012:role/a.b' } },
    ],
    [
      'compares account, organization, token and way of a URL together',
      {
        Principal: '*',
        SourceAccount: '123456789012',
        PrincipalOrgID: 'o-1',
        EventSourceToken: 't',
        FunctionUrlAuthType: 'AWS_IAM',
        InvokedViaFunctionUrl: true,
      },
      {
        Condition: {
          StringEquals: {
            'AWS:SourceAccount': '123456789012',
            'lambda:EventSourceToken': 't',
            'lambda:FunctionUrlAuthType': 'AWS_IAM',
            'aws:PrincipalOrgID': 'o-1',
          },
          Bool: { 'lambda:InvokedViaFunctionUrl': 'true' },
        },
      },
    ],
    [
      'may be for calls by another way than a URL',
      { Principal: '*', InvokedViaFunctionUrl: false },
      { Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'false' } } },
    ],
  ];
  for (const [name, properties, expected] of rows)
    it(name, () => {
      const statement = printed(properties);

      assert.partialDeepStrictEqual(statement, expected);
      assert.deepEqual(
        'Condition' in statement ? statement.Condition : undefined,
        'Condition' in expected ? expected.Condition : undefined,
      );
      // The order of AWS: LocalStack's snapshot of test_add_lambda_permission_fields
      if ('Condition' in expected && 'Condition' in statement)
        assert.equal(JSON.stringify(statement.Condition), JSON.stringify(expected.Condition));
    });
});
