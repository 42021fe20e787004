/** An API that cannot be expanded as it is written. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { mapOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { closingError } from '../../../../../packages/gateway/templates/openapi/closed-operation.ts';
import { expandSam } from '../../../../../packages/gateway/templates/sam/sam.ts';
import { samTemplate } from '../sam-builders.ts';

describe('an API whose authorizer is missing', () => {
  it('has its routes, of its document and of events, and all of them are closed', () => {
    const operation = '{ responses: {}, x-amazon-apigateway-integration: { type: mock } }';
    const body = `DefinitionBody: { openapi: 3.0.1, paths: { /written: { get: ${operation} } } }`;
    const text = samTemplate(
      'Api',
      `Auth: { DefaultAuthorizer: Nope, Authorizers: { T: { UserPoolArn: pool } } }, ${body}`,
      {
        A: 'Path: /event, Method: get',
      },
    );
    const tree = parseSource(text, '/app/shop.yml');
    const faults = new Faults(false);

    const { template } = expandSam(tree.value, tree, {}, faults);

    const api = mapOf(mapOf(template, 'Resources'), 'Api');
    const paths = mapOf(mapOf(mapOf(api, 'Properties'), 'Body'), 'paths');
    const closed = Object.entries(paths).map(([path, item]) => {
      const error = closingError(mapOf(item as JsonObject, 'get'), 'document');
      return `${path}: ${error?.message ?? 'open'}`;
    });
    const message = 'Auth.DefaultAuthorizer names Nope, which is not in Auth.Authorizers';
    assert.deepEqual(closed, [`/written: ${message}`, `/event: ${message}`]);
    assert.deepEqual(
      faults.all.map(({ consequences }) => consequences),
      [['every route of the API returns 500']],
    );
  });
});
