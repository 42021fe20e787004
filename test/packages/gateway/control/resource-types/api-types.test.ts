import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classOf, PARTS } from '../../../../../packages/gateway/control/resource-types/api-type.ts';
import { API_CLASSES, API_TYPES } from '../../../../../packages/gateway/control/resource-types/api-types.ts';
import { field } from '../../../../../packages/gateway/control/resource-types/fields.ts';
import { referenceTo } from '../../../../../packages/gateway/templates/cloudformation/attributes.ts';

const ROWS = [...API_TYPES];

test('every part of an API has its types, and every type of a part says to what it belongs', () => {
  const named = new Set(ROWS.map(([, { part }]) => part));
  assert.deepEqual(
    Object.keys(PARTS).filter((name) => !named.has(name as keyof typeof PARTS)),
    [],
  );
  for (const [name, { part, owner }] of ROWS) if (part !== undefined) assert.ok(owner, name);
});

test('every row that has properties is in the classes of templates, and no other table has the type', () => {
  for (const [name, type] of ROWS) {
    const found = classOf(type);
    assert.deepEqual(RESOURCE_TYPES.classOf(name)?.enforced, found && API_CLASSES[name]?.enforced, name);
    assert.equal(RESOURCE_TYPES.isWithoutEffect(name), type.isWithoutEffect === true, name);
  }
  const others = [...RESOURCE_TYPES.names].filter(
    (name) => name.startsWith('AWS::ApiGateway') && !API_TYPES.has(name),
  );
  assert.deepEqual(others, []);
});

test('a property is enforced, or it is listed as something else; never both', () => {
  for (const [name, { notApplied = [] }] of ROWS) {
    const {
      enforced = [],
      noEffect = [],
      whereKnown = [],
      unsupported = {},
      values = {},
    } = API_CLASSES[name] ?? {};
    const all = [...enforced, ...noEffect, ...whereKnown, ...notApplied].concat(
      Object.keys({ ...unsupported, ...values }),
    );
    assert.deepEqual(
      all.filter((property, index) => all.indexOf(property) !== index),
      [],
      name,
    );
  }
});

test('a field is enforced unless the row says otherwise, of itself or of what is in it', () => {
  const row = {
    owner: 'RestApiId' as const,
    fields: [field('name'), field('notes'), field('later'), field('block')],
    enforced: ['Block.Inside'],
    noEffect: ['Notes'],
    notApplied: ['Later'],
  };
  assert.deepEqual(classOf(row), { enforced: ['RestApiId', 'Name', 'Block.Inside'], noEffect: ['Notes'] });
  assert.equal(classOf({ names: { ref: () => 'x' } }), undefined, 'nothing is read of it');
});

test('what belongs to another part names a stored part, and its owner is read from templates', () => {
  for (const [name, { calls }] of ROWS) {
    if (calls?.below === undefined) continue;
    assert.notEqual(PARTS[calls.below.part], 'read', name);
    assert.ok(API_CLASSES[name]?.enforced.includes(calls.below.property), name);
  }
});

test('ids are as long as the row says', () => {
  const source = {
    stackName: 's',
    logicalId: 'L',
    region: 'eu-west-1',
    accountId: '123456789012',
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    text: () => undefined,
  };
  const lengths = ['RequestValidator', 'Authorizer', 'Resource'].map(
    (noun) => referenceTo(RESOURCE_TYPES, { ...source, type: `AWS::ApiGateway::${noun}` }).value.length,
  );
  assert.deepEqual(lengths, [6, 6, 6]);
  assert.equal(referenceTo(RESOURCE_TYPES, { ...source, type: 'AWS::ApiGatewayV2::Route' }).value.length, 7);
});
