/** @see https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '@gatewright/aws/json-object';
import { toPolicy } from '../../../../../packages/gateway/templates/terraform/terraform-policies.ts';

describe('toPolicy', () => {
  const rows: readonly (readonly [name: string, statement: Json, expected: Json])[] = [
    ['allows by default', {}, { Effect: 'Allow' }],
    ['denies if that is written', { effect: 'Deny' }, { Effect: 'Deny' }],
    ['has the id of a statement', { sid: 'One' }, { Sid: 'One', Effect: 'Allow' }],
    ['has no empty id', { sid: '' }, { Effect: 'Allow' }],
    ...[
      ['actions', 'Action'],
      ['not_actions', 'NotAction'],
      ['resources', 'Resource'],
      ['not_resources', 'NotResource'],
    ].flatMap(([written = '', read = '']): [string, Json, Json][] => [
      [`reads ${written}`, { [written]: ['a', 'b'] }, { Effect: 'Allow', [read]: ['a', 'b'] }],
      [`leaves out empty ${written}`, { [written]: [] }, { Effect: 'Allow' }],
      [`leaves out ${written} that are null`, { [written]: null }, { Effect: 'Allow' }],
      [
        `keeps ${written} known later`,
        { [written]: { Ref: 'R' } },
        { Effect: 'Allow', [read]: { Ref: 'R' } },
      ],
    ]),
    ...[
      ['principals', 'Principal'],
      ['not_principals', 'NotPrincipal'],
    ].flatMap(([written = '', read = '']): [string, Json, Json][] => [
      [
        `reads ${written} by their types`,
        {
          [written]: [
            { type: 'AWS', identifiers: ['123456789012'] },
            { type: 'Service', identifiers: ['lambda.amazonaws.com'] },
            { type: 'Federated' },
          ],
        },
        {
          Effect: 'Allow',
          [read]: { AWS: ['123456789012'], Service: ['lambda.amazonaws.com'], Federated: [] },
        },
      ],
      [
        `writes ${written} of type * as everybody`,
        { [written]: [{ type: '*', identifiers: ['*'] }] },
        { Effect: 'Allow', [read]: '*' },
      ],
      [`leaves out empty ${written}`, { [written]: [] }, { Effect: 'Allow' }],
    ]),
    [
      'joins conditions of one operator',
      {
        condition: [
          { test: 'StringEquals', variable: 'aws:a', values: ['1'] },
          { test: 'StringEquals', variable: 'aws:b', values: ['2'] },
          { test: 'Bool', variable: 'aws:c' },
        ],
      },
      {
        Effect: 'Allow',
        Condition: { StringEquals: { 'aws:a': ['1'], 'aws:b': ['2'] }, Bool: { 'aws:c': [] } },
      },
    ],
    ['has no condition if there is none', { condition: [] }, { Effect: 'Allow' }],
  ];
  for (const [name, statement, expected] of rows)
    it(name, () => assert.deepEqual(toPolicy([statement]), { Version: '2012-10-17', Statement: [expected] }));

  for (const statements of [undefined, null, 'text', {}])
    it(`makes a policy without statements of ${JSON.stringify([statements])}`, () =>
      assert.deepEqual(toPolicy(statements), { Version: '2012-10-17', Statement: [] }));
});
