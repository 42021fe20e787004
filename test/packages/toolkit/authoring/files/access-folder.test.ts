import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  inventoryName,
  snapshotName,
  findStrayNames,
  toAccessFiles,
} from '../../../../../packages/toolkit/authoring/files/access-folder.ts';

describe('toAccessFiles', () => {
  it('accepts documents with their inventories and snapshots, and ignores other files', () => {
    const names = [
      'webhooks.yml',
      'portal.yml',
      'orders.openapi.yml',
      'shop.yml',
      'access.schema.json',
      'compiled.json',
      'Notes.yml',
      'notes.txt',
      inventoryName('shop'),
      snapshotName('shop', 'main'),
      snapshotName('shop-eu', 'main'),
      'a.yaml',
    ];

    const open = () => undefined;
    const files = toAccessFiles({
      names,
      read: (name) => `text of ${name}`,
      describe: (name) => `in/${name}`,
      pathOf: (name) => `/in/${name}`,
      open,
    });

    assert.deepEqual(files, [
      {
        name: 'a',
        file: 'in/a.yaml',
        text: 'text of a.yaml',
        sharing: { path: '/in/a.yaml', open },
        inventory: undefined,
        snapshots: new Map(),
      },
      {
        name: 'shop',
        file: 'in/shop.yml',
        text: 'text of shop.yml',
        sharing: { path: '/in/shop.yml', open },
        inventory: 'text of shop.routes.json',
        snapshots: new Map([['main', 'text of shop.main.jwks.json']]),
      },
    ]);
  });
});

describe('findStrayNames', () => {
  it('finds YAML files that no command reads', () => {
    assert.deepEqual(
      findStrayNames([
        'shop.yml',
        'webhooks.yml',
        'Shop.yml',
        'shop.YAML',
        'shop_eu.yml',
        '_shared.yml',
        'portal.yml',
        'orders.openapi.yml',
        'shop.routes.json',
      ]),
      ['Shop.yml', 'shop.YAML', 'shop_eu.yml'],
    );
  });
});
