import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSeeds } from '../../../../../packages/gateway/services/tables/seed-files.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function aFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-seeds-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const WANTED = [
  {
    id: { S: 'a' },
    n: { N: '1.5' },
    ok: { BOOL: true },
    none: { NULL: true },
    l: { L: [{ M: { x: { S: 'y' } } }] },
  },
];

describe('readSeeds', () => {
  const ROWS: readonly (readonly [string, string])[] = [
    ['orders.json', '[{"id":"a","n":1.5,"ok":true,"none":null,"l":[{"x":"y"}]}]'],
    ['orders.yml', '- id: a\n  n: 1.5\n  ok: true\n  none: null\n  l: [{ x: y }]\n'],
    ['orders.yaml', '- { id: a, n: 1.5, ok: true, none: ~, l: [{ x: y }] }'],
    ['orders.ndjson', '{"id":"a","n":1.5,"ok":true,"none":null,"l":[{"x":"y"}]}\n\n'],
    ['orders.jsonl', JSON.stringify(WANTED[0])],
    ['orders.json', JSON.stringify(WANTED)],
    ['orders.json', JSON.stringify({ orders: [{ PutRequest: { Item: WANTED[0] } }] })],
  ];
  for (const [name, text] of ROWS)
    it(`reads ${name}: ${text.slice(0, 40).trim()}`, async () => {
      const [seed] = await readSeeds(aFolder({ [name]: text }));
      assert.equal(seed?.table, 'orders');
      assert.deepEqual(seed.items, WANTED);
    });

  it('ignores the users of the issuer and files of other kinds', async () => {
    assert.deepEqual(await readSeeds(aFolder({ 'users.yml': '- username: x', 'README.md': '#' })), []);
  });

  const REFUSED: readonly (readonly [string, string, RegExp])[] = [
    ['orders.json', '[{"id":', /orders\.json .*JSON/],
    ['orders.json', '{"id":"a"}', /does not contain a list of items/],
    ['orders.json', '[1]', /item 1 is not an object/],
    ['orders.ndjson', '{"id":"a"}\n{', /line 2: /],
    ['orders.json', '[{"id":12345678901234567890}]', /item 1: .* cannot be represented exactly/],
  ];
  for (const [name, text, message] of REFUSED)
    it(`refuses ${text} with the place`, async () => {
      await assert.rejects(readSeeds(aFolder({ [name]: text })), message);
    });

  it('refuses a folder that does not exist', async () => {
    await assert.rejects(readSeeds(join(tmpdir(), 'gatewright-no-seeds')), /cannot be read/);
  });
});
