import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  PART_CHARACTERS,
  parseVersion,
  partKey,
  readDocuments,
  toPublication,
} from '#shared/access/documents/publication.ts';
import type { Item } from '#shared/table/item-write.ts';
import { aCompiledDocument } from '../../../support/a-published-table.ts';

function storeOf(parts: readonly string[], checksum: string) {
  const items = new Map(
    parts.map((data, index): [string, Item] => [JSON.stringify(partKey(checksum, index)), { data }]),
  );
  return {
    read: (key: unknown) =>
      Promise.resolve({
        kind: 'done' as const,
        item: items.get(JSON.stringify(key)),
        storeEpochMs: undefined,
      }),
  };
}

describe('documents in parts', () => {
  const access = { documents: [aCompiledDocument('orders', { note: 'ä'.repeat(PART_CHARACTERS) })] };
  const { checksum, parts } = toPublication(access);

  it('come back as they were, with any letters, from several items', async () => {
    assert.ok(parts.length > 1);
    assert.ok(parts.every((part) => part.length <= PART_CHARACTERS));
    const read = await readDocuments(storeOf(parts, checksum), { checksum, parts: parts.length });
    assert.deepEqual(read, access);
  });

  const SPOILT: readonly (readonly [what: string, parts: readonly string[]])[] = [
    ['a part is missing', parts.slice(1)],
    ['parts are in another order', [...parts].reverse()],
    ['a byte is another', [`A${(parts[0] ?? '').slice(1)}`, ...parts.slice(1)]],
  ];
  for (const [what, spoilt] of SPOILT)
    it(`are refused if ${what}`, async () => {
      const asked = readDocuments(storeOf(spoilt, checksum), { checksum, parts: parts.length });
      await assert.rejects(asked, { code: 'STORE_UNAVAILABLE' });
    });

  it('are refused in another format, or if they are not documents', async () => {
    for (const text of [
      '{"format":2,"documents":[]}',
      '{"format":1,"documents":[{"name":"x"}]}',
      '{"format":1}',
    ]) {
      const { checksumOf } = await import('#shared/access/documents/publication.ts');
      const other = checksumOf(text);
      const store = storeOf([Buffer.from(text).toString('base64')], other);
      await assert.rejects(readDocuments(store, { checksum: other, parts: 1 }), {
        code: 'STORE_UNAVAILABLE',
      });
    }
  });

  it('have a complete record, or none at all', () => {
    assert.equal(parseVersion(undefined), undefined);
    assert.throws(() => parseVersion({ version: 1, checksum: 'x' }), { code: 'STORE_UNAVAILABLE' });
    const { at, ...rest } = { version: 1, checksum: 'x', parts: 1, documents: 2, by: 'ada', at: 7 };
    assert.deepEqual(parseVersion({ ...rest, at }), { ...rest, publishedAtEpochMs: at });
    for (const name of [...Object.keys(rest), 'at'])
      assert.throws(() => parseVersion({ ...rest, at, [name]: [] as never }), { code: 'STORE_UNAVAILABLE' });
    assert.equal(parseVersion({ ...rest, at, restores: 3 })?.restores, 3);
  });
});
