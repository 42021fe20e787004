import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { schemaOf } from '../../../../../packages/toolkit/authoring/files/table-schema.ts';

describe('schemaOf', () => {
  const rows: readonly (readonly [
    name: string,
    properties: Record<string, unknown>,
    expected: number | undefined,
  ])[] = [
    [
      'a table with the tag',
      {
        Tags: [
          { Key: 'a', Value: 'b' },
          { Key: 'gatewright:schema', Value: '2' },
        ],
      },
      2,
    ],
    ['a table with other tags', { Tags: [{ Key: 'a', Value: '3' }] }, undefined],
    ['a table without tags', {}, undefined],
    ['a tag that is not a number', { Tags: [{ Key: 'gatewright:schema', Value: 'x' }] }, undefined],
  ];
  for (const [name, properties, expected] of rows)
    it(`reads ${String(expected)} of ${name}`, () => assert.equal(schemaOf(properties), expected));
});
