import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ResourceReader } from '../../../../packages/gateway/kernel/read-resource.ts';
import type { Tolerance } from '../../../../packages/gateway/core/errors.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack, UnsupportedItem } from '../../../../packages/gateway/core/stack/model.ts';

function aReader(properties: JsonObject) {
  const noted: string[] = [];
  const unsupported: UnsupportedItem[] = [];
  const tolerance: Tolerance = {
    allowsUnguarded: true,
    attempt: (_consequence, make) => make(),
    note: (error, consequence) => void noted.push(`${error.message}; ${consequence}`),
  };
  const stack = { stackName: 'shop' } as unknown as ResolvedStack;
  const resource = {
    logicalId: 'Orders',
    type: 'AWS::SQS::Queue',
    physicalId: 'orders',
    properties,
    dependsOn: [],
    place: (property?: string) => ({
      file: 'template.yml',
      ...(property === undefined ? {} : { line: 7, property }),
    }),
  };
  return { reader: new ResourceReader(stack, resource, tolerance, unsupported), noted, unsupported };
}

describe('ResourceReader', () => {
  it('reads a member at any depth, and nothing below something that is not an object', () => {
    const { reader } = aReader({ A: { B: { C: 1 } }, D: 'text', E: [1] });

    assert.deepEqual(
      ['A.B.C', 'A.B.X', 'D.length', 'X.Y', 'A.toString'].map((path) => reader.value(path)),
      [1, undefined, undefined, undefined, undefined],
    );
    assert.deepEqual([reader.list('E'), reader.list('D'), reader.list('X')], [[1], [], []]);
  });

  it('does not accept an empty text or another value as a text', () => {
    const { reader } = aReader({ A: 'a', B: '', C: 1 });

    assert.deepEqual([reader.text('A'), reader.text('B'), reader.text('C')], ['a', undefined, undefined]);
  });

  it('reads a flag, also as templates write it in a text, and has the usual one without it', () => {
    const { reader } = aReader({ On: true, OnText: 'true', Off: false, OffText: 'false', Odd: 1 });

    assert.deepEqual(
      ['On', 'OnText', 'Off', 'OffText', 'Odd'].map((name) => reader.flag(name, true)),
      [true, true, false, false, false],
    );
    assert.deepEqual([reader.flag('None', true), reader.flag('None', false)], [true, false]);
  });

  it('reads a whole number within its bounds, also from a text', () => {
    const { reader, noted } = aReader({ A: 1, B: '10', C: 5 });

    assert.deepEqual(
      ['A', 'B', 'C', 'None'].map((name) => reader.integer(name, 7, 1, 10)),
      [1, 10, 5, 7],
    );
    assert.deepEqual(noted, []);
  });

  for (const value of [0, 11, 1.5, '', 'five', true, null, []])
    it(`notes that ${JSON.stringify(value)} is not a whole number from 1 to 10, and uses the default`, () => {
      const { reader, noted } = aReader({ A: value });

      assert.equal(reader.integer('A', 7, 1, 10), 7);
      assert.match(noted[0] ?? '', /must be a whole number from 1 to 10, not \S+; the default, 7, is used$/);
    });

  it('lists what it does not support by resource, property and line', () => {
    const { reader, unsupported } = aReader({});
    reader.unsupported('RedrivePolicy', 'nothing is redriven');
    reader.unsupported(undefined, 'it does nothing');

    const item = { stackName: 'shop', logicalId: 'Orders', type: 'AWS::SQS::Queue', file: 'template.yml' };
    assert.deepEqual(unsupported, [
      { ...item, consequence: 'nothing is redriven', property: 'RedrivePolicy', line: 7 },
      { ...item, consequence: 'it does nothing' },
    ]);
  });
});
