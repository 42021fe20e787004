import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelApis } from '../../../../../packages/gateway/console/records/api-labels.ts';

type NamedApi = Parameters<typeof labelApis>[0][number];

const anApi = (id: string, kind: NamedApi['kind'] = 'rest', stack = 'shop-dev'): NamedApi => ({
  id,
  name: 'dev-shop',
  kind,
  stack,
});

const labelsOf = (apis: readonly NamedApi[]): readonly string[] => {
  const labels = labelApis(apis, (stack) => stack.startsWith('gatewright'));
  return apis.map(({ id }) => labels.of(id).label);
};

describe('labels of APIs', () => {
  const rows = [
    { name: 'are the names if these differ', apis: [anApi('a')], expected: ['dev-shop'] },
    {
      name: 'name the kind if a REST and an HTTP API have one name, as osls names them',
      apis: [anApi('a'), anApi('b', 'http')],
      expected: ['REST dev-shop', 'HTTP dev-shop'],
    },
    {
      name: 'name the stack if the kind is the same, too',
      apis: [anApi('a'), anApi('b', 'rest', 'other-dev')],
      expected: ['REST dev-shop (shop-dev)', 'REST dev-shop (other-dev)'],
    },
    {
      name: 'name the id if all else is the same',
      apis: [anApi('a'), anApi('b')],
      expected: ['dev-shop (a)', 'dev-shop (b)'],
    },
    {
      name: 'are the same for the stages of one API, which is listed once for each',
      apis: [anApi('a'), anApi('a')],
      expected: ['dev-shop', 'dev-shop'],
    },
  ];
  for (const { name, apis, expected } of rows) it(name, () => assert.deepEqual(labelsOf(apis), expected));

  it('show which API belongs to the toolkit, and the known name of an API that is no longer served', () => {
    const labels = labelApis([anApi('a', 'http', 'gatewright-dev')], (stack) => stack === 'gatewright-dev');

    assert.equal(labels.of('a').isToolkit, true);
    assert.deepEqual(labels.of('gone', 'earlier'), { label: 'earlier', isToolkit: false });
  });
});
