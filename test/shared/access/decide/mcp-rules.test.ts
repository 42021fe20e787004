import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rulesNaming } from '#shared/access/decide/mcp-rules.ts';
import { aDocument } from '../../../support/an-access-document.ts';

const document = aDocument(
  {
    mcp: {
      path: '/mcp',
      rules: [
        { id: 'reads', effect: 'allow', tools: ['get_*'], resources: ['orders://public/**'] },
        { id: 'tasks', effect: 'allow', methods: ['tasks/get'] },
        { id: 'secret', effect: 'deny', tools: ['get_secret'] },
      ],
    },
  },
  ['POST /mcp'],
);

it('finds the rules that name what a message asks for', () => {
  const cases: readonly [method: string, name: string | undefined, ids: readonly string[]][] = [
    ['tools/call', 'get_order', ['reads']],
    ['tools/call', 'get_secret', ['reads', 'secret']],
    ['tools/call', 'refund', []],
    ['tools/call', undefined, []],
    ['resources/read', 'orders://public/1', ['reads']],
    ['tasks/get', undefined, ['tasks']],
    ['tasks/cancel', undefined, []],
  ];
  for (const [method, name, ids] of cases)
    assert.deepEqual(
      rulesNaming(document, { method, name }).map(({ id }) => id),
      ids,
      `${method} ${name ?? ''}`,
    );
});
