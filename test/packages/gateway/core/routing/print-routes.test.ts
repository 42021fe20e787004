import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { printRoutes } from '../../../../../packages/gateway/core/routing/print-routes.ts';
import type { LambdaAuthorizer, StageText } from '../../../../../packages/gateway/core/deployment/model.ts';
import { aPlan } from './a-plan.ts';

const text = (source: string): StageText => ({ source, render: () => source });

const authorizer: LambdaAuthorizer = {
  authorizerId: 'auth01',
  name: 'tokens',
  payload: 'rest-token',
  functionName: text('authorize'),
  identitySources: [{ kind: 'header', name: 'authorization' }],
  validation: undefined,
  ttlSeconds: 300,
  resultsName: 'auth',
  simpleResponses: false,
  timeoutMs: 29_000,
};

describe('printRoutes', () => {
  it('shows method, path, authorizer and function of each route in template order', () => {
    const plans = [
      aPlan('GET /pets/{id}', {
        authorization: { kind: 'lambda', authorizer },
        apiKeyRequired: true,
        integration: {
          kind: 'lambda-proxy',
          payload: 'rest-1.0',
          functionName: text('pets-${stageVariables.color}'),
          timeoutMs: 29_000,
        },
      }),
      aPlan('ANY /iam', { authorization: { kind: 'iam', unsigned: 'MISSING_AUTHENTICATION_TOKEN' } }),
      aPlan('GET /pets', {
        integration: {
          kind: 'http-proxy',
          uri: text('http://${stageVariables.host}/'),
          method: 'GET',
          timeoutMs: 50,
          vpcLink: undefined,
          parameters: [],
          contentHandling: undefined,
        },
      }),
      aPlan('$default'),
    ];

    const rows = printRoutes({ plans });

    const rest = { logicalId: 'Route', apiKeyRequired: false, functionName: undefined, target: undefined };
    assert.deepEqual(rows, [
      {
        method: 'GET',
        path: '/pets/{id}',
        logicalId: 'Route',
        apiKeyRequired: true,
        authorizer: 'tokens',
        functionName: 'pets-${stageVariables.color}',
        target: undefined,
      },
      { ...rest, method: 'ANY', path: '/iam', authorizer: 'AWS_IAM' },
      {
        ...rest,
        method: 'GET',
        path: '/pets',
        authorizer: undefined,
        target: 'http://${stageVariables.host}/',
      },
      { ...rest, method: '$default', path: '$default', authorizer: undefined },
    ]);
  });
});
