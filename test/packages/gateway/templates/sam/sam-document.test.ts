import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { samResources, samSecurity, samTemplate } from '../sam-builders.ts';

describe('a document that SAM writes into', () => {
  it("may be OpenAPI 3 and have Swagger's names for security and models", () => {
    const scheme =
      '{ type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: cognito_user_pools, x-amazon-apigateway-authorizer: { type: cognito_user_pools, providerARNs: ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a"] } }';
    const get =
      '{ security: [{ Users: [] }], requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Item" } } } }, x-amazon-apigateway-integration: { type: mock } }';
    const body = `{ openapi: 3.0.1, paths: { /x: { get: ${get} } }, definitions: { Item: { type: object } }, securityDefinitions: { Users: ${scheme} } }`;
    const text = samTemplate('Api', `DefinitionBody: ${body}`, {});

    assert.deepEqual(samSecurity(text), { 'GET /x': 'COGNITO_USER_POOLS Users' });
    assert.ok(
      [...samResources(text).values()].some(
        ({ type, properties }) => type === 'AWS::ApiGateway::Model' && properties['Name'] === 'Item',
      ),
    );
  });
});
