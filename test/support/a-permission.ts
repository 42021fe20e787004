/** The permission that lets the tests' API invoke their function `fn`. */
import { functionArn } from './a-stack.ts';
import { API_ID } from './routed-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';

export const API_ARN = `arn:aws:execute-api:us-east-1:123456789012:${API_ID}`;

export function aPermission(properties: JsonObject = {}): TestResource {
  return {
    type: 'AWS::Lambda::Permission',
    properties: {
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      FunctionName: functionArn('fn'),
      SourceArn: `${API_ARN}/*/*`,
      ...properties,
    },
  };
}
