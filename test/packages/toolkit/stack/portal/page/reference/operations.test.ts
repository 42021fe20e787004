import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Json } from '@gatewright/aws/json-object';
import { groupsOf } from '../../../../../../../packages/toolkit/stack/portal/page/reference/operations.ts';
import { REPOSITORY } from '../../../../../../architecture/source-files.ts';

const read = (name: string): Json =>
  parse(readFileSync(join(REPOSITORY, 'test/fixtures/portal', name), 'utf8')) as Json;
const operationOf = (document: Json, id: string) =>
  groupsOf(document)
    .flatMap(({ operations }) => operations)
    .find((each) => each.id === id);

describe('groupsOf', () => {
  it('groups by tag, in the order of the document', () => {
    assert.deepEqual(
      groupsOf(read('orders.openapi.yml')).map(({ tag, description, operations }) => [
        tag,
        description,
        operations.map(({ id }) => id),
      ]),
      [
        ['Orders', 'Orders of your shop.', ['get /orders', 'post /orders', 'delete /orders/{orderId}']],
        ['Other operations', undefined, ['get /health']],
      ],
    );
  });

  it("uses parameters of the path, and the operation's parameters in preference to them", () => {
    const operation = operationOf(read('orders.openapi.yml'), 'get /orders');

    assert.deepEqual(
      operation?.parameters.map((each) => [each.in, each.name, each.isRequired, each.example]),
      [
        ['query', 'shop', false, undefined],
        ['query', 'limit', false, '20'],
        ['header', 'x-request-id', false, undefined],
      ],
    );
  });

  it('follows references to answers and schemas, and makes examples', () => {
    const operation = operationOf(read('orders.openapi.yml'), 'get /orders');

    const [page, tooMany] = operation?.answers ?? [];
    assert.deepEqual(JSON.parse(page?.contents[0]?.example ?? ''), {
      orders: [{ item: 'text', count: 1, id: 'o-1', state: 'open' }],
      next: 'text',
    });
    assert.equal(tooMany?.description, 'The limit of your plan is used up.');
    const { body } = operationOf(read('orders.openapi.yml'), 'post /orders') ?? {};
    assert.deepEqual(JSON.parse(body?.contents[0]?.example ?? ''), { item: 'apples', count: 3 });
  });

  it('says how a key is sent: as the document says, in x-api-key, or not at all', () => {
    const orders = read('orders.openapi.yml');
    const of = (document: Json, id: string) =>
      operationOf(document, id)?.credentials.map(({ title }) => title);

    assert.deepEqual(of(orders, 'get /orders'), ['API key in x-harvest-key']);
    assert.deepEqual(of(orders, 'get /health'), []);
    assert.deepEqual(of(read('stock.openapi.json'), 'get /stock/{item}'), ['Bearer in Authorization']);
    assert.deepEqual(of({ paths: { '/a': { get: {} } } }, 'get /a'), ['API key in x-api-key']);
  });

  it('reads any document without an exception, however it refers to itself', () => {
    const circle = { $ref: '#/paths/~1a' };
    const odd: Json = {
      paths: {
        '/a': circle,
        '/b': { get: { parameters: [circle, 1, null], requestBody: circle, responses: { 200: circle } } },
        '/c': 7,
      },
      tags: [1],
    };
    assert.equal(operationOf(odd, 'get /b')?.answers.length, 1);
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (item, rest) => {
        groupsOf({ paths: { '/a': { get: item as Json } }, components: rest as Json });
        groupsOf(rest as Json);
      }),
    );
  });
});
