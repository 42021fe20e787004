import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printCursor } from '#shared/quota/admin/cursor.ts';
import { listUsage } from '#shared/quota/admin/list-usage.ts';
import { codeOf, memoryAdminPorts } from '../../../support/quota-admin.ts';

const ALL = { tenant: undefined, fromEpochMs: undefined, toEpochMs: undefined, limit: 10 };
const WHOLE = { of: 'usage P# all', pk: 'Q#a#b#c', sk: 'HEAD', list: 'H#a' };

const cursorOf = ({ of = '', ...position }: Readonly<Record<string, string>>): string =>
  printCursor(of, position);

describe('a cursor', () => {
  it('is accepted as a whole', async () => {
    assert.deepEqual((await listUsage(memoryAdminPorts(), { ...ALL, cursor: cursorOf(WHOLE) })).rows, []);
  });

  for (const missing of Object.keys(WHOLE))
    it(`is refused without "${missing}"`, async () => {
      const position = Object.fromEntries(Object.entries(WHOLE).filter(([name]) => name !== missing));
      const asked = listUsage(memoryAdminPorts(), { ...ALL, cursor: cursorOf(position) });

      assert.equal(await codeOf(asked), 'REQUEST_INVALID');
    });
});
