import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findUnresolvedOperations } from '../../../../../packages/gateway/templates/cloudformation/unresolved-operations.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../stack-builders.ts';

const INTEGRATION = 'x-amazon-apigateway-integration';
const URI = ['Body', 'paths', '/a', 'get', INTEGRATION, 'uri'];
const REST = 'AWS::ApiGateway::RestApi';

describe('values that cannot be resolved in an OpenAPI document', () => {
  const rows: readonly (readonly [
    name: string,
    type: string,
    property: string,
    unknown: readonly (readonly string[])[],
    operations: readonly string[] | undefined,
  ])[] = [
    ['affect the operation of their integration', REST, 'Body', [URI], ['GET /a']],
    ['affect operations of an HTTP API', 'AWS::ApiGatewayV2::Api', 'Body', [URI], ['GET /a']],
    [
      'affect each operation once',
      REST,
      'Body',
      [
        URI,
        ['Body', 'paths', '/a', 'get', INTEGRATION, 'credentials'],
        ['Body', 'paths', '/{proxy+}', 'x-amazon-apigateway-any-method', INTEGRATION, 'uri'],
      ],
      ['GET /a', 'ANY /{proxy+}'],
    ],
    [
      'affect the whole API if one is in an authorizer',
      REST,
      'Body',
      [URI, ['Body', 'components', 'securitySchemes', 'a', 'x']],
      undefined,
    ],
    [
      'affect the whole API if one is in the security of an operation',
      REST,
      'Body',
      [['Body', 'paths', '/a', 'get', 'security', '0']],
      undefined,
    ],
    [
      'affect the whole API if one is in its policy',
      REST,
      'Body',
      [['Body', 'x-amazon-apigateway-policy', 'Statement']],
      undefined,
    ],
    ['affect the whole resource in another property', REST, 'Policy', [['Policy', 'Statement']], undefined],
    ['affect the whole resource in another type', 'AWS::S3::Bucket', 'Body', [URI], undefined],
  ];
  for (const [name, type, property, unknown, operations] of rows)
    it(name, () => {
      assert.deepEqual(findUnresolvedOperations(type, property, unknown), operations);
    });
});

// Source: a public SAM project, in which one of several integrations names a function that does not exist
describe('an API of which one integration cannot be resolved', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-operations-'));
  after(() => rmSync(folder, { recursive: true }));

  it('has all operations, and the fault names the one that depends on it', async () => {
    const file = join(folder, 'template.yaml');
    writeFileSync(
      file,
      JSON.stringify({
        Resources: {
          Api: {
            Type: REST,
            Properties: {
              Body: {
                openapi: '3.0.1',
                info: { title: 'a', version: '1' },
                paths: {
                  '/a': {
                    get: { [INTEGRATION]: { type: 'aws_proxy', uri: { 'Fn::GetAtt': ['NoSuch', 'Arn'] } } },
                  },
                  '/b': { get: { [INTEGRATION]: { type: 'mock' } } },
                },
              },
            },
          },
        },
      }),
    );

    const faults = new Faults(false);
    const [stack] = await loadStacks([file], { ...OPTIONS, tolerance: faults });

    assert.ok(stack !== undefined);
    const api = stack.resources.get('Api');
    assert.equal(api?.fault, undefined);
    // The document is expanded into methods.
    assert.ok(stack.resources.has('Api GET /a'));
    assert.ok(stack.resources.has('Api GET /b'));
    // The missing value would be refused as an invalid ARN, too, and only the first fault helps the user.
    assert.match(stack.resources.get('Api GET /a')?.fault?.message ?? '', /undefined resource NoSuch/);
    assert.equal(faults.all.length, 1, faults.all.map(({ error }) => error.describe()).join('\n'));
    assert.deepEqual(faults.all[0]?.consequences, ['GET /a returns 500']);
  });
});
