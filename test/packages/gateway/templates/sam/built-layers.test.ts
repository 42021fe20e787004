import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { placeBuiltLayers } from '../../../../../packages/gateway/templates/sam/built-layers.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const SAM = 'AWS SAM developer guide, "Building Lambda layers in AWS SAM"';

const LONG_AGO = new Date('2020-01-01T00:00:00Z');

type Files = Readonly<Record<string, string>>;

function place(metadata: JsonObject, files: Files): { below: unknown; folder: string; says: string } {
  const root = mkdtempSync(join(tmpdir(), 'gatewright-layers-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
      // What is built is younger than what it is made of, on file systems with coarse times, too.
      if (!name.startsWith('.aws-sam/')) utimesSync(join(root, name), LONG_AGO, LONG_AGO);
    }
    const template = { Resources: { Deps: { Type: 'AWS::Lambda::LayerVersion', Metadata: metadata } } };
    const placed = placeBuiltLayers(
      template,
      join(root, 'template.yaml'),
      new Map([['Deps', join(root, 'layer')]]),
    );
    return {
      below: placed.below.get('Deps'),
      folder: (placed.folders.get('Deps') ?? '').replace(`${root}/`, ''),
      says: placed.findings.map(({ consequence }) => consequence).join('\n'),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe('placeBuiltLayers', () => {
  const manifest = '{"dependencies":{"axios":"1.0.0"}}';
  const rows: readonly [title: string, JsonObject, Files, below: string | undefined, says: RegExp][] = [
    ['nodejs', { BuildMethod: 'nodejs22.x' }, { 'layer/x.js': '' }, 'nodejs', /^$/],
    [
      'nodejs without its packages',
      { BuildMethod: 'nodejs22.x' },
      { 'layer/package.json': manifest },
      'nodejs',
      /run npm install in .*layer, or sam build/,
    ],
    [
      'nodejs with them',
      { BuildMethod: 'nodejs22.x' },
      { 'layer/package.json': manifest, 'layer/node_modules/axios/package.json': '{}' },
      'nodejs',
      /^$/,
    ],
    [
      'python',
      { BuildMethod: 'python3.13' },
      { 'layer/x.py': '', 'layer/requirements.txt': '# none\n' },
      'python',
      /^$/,
    ],
    [
      'python with packages',
      { BuildMethod: 'python3.13' },
      { 'layer/requirements.txt': 'requests\n' },
      'python',
      /requirements\.txt are missing until sam build runs/,
    ],
    [
      'makefile',
      { BuildMethod: 'makefile' },
      { 'layer/Makefile': '' },
      undefined,
      /built by sam build \(makefile\)/,
    ],
    ['no build', {}, { 'layer/package.json': manifest }, undefined, /^$/],
    [
      'a template that sam build wrote',
      { BuildMethod: 'nodejs22.x', SamResourceId: 'Deps' },
      { 'layer/nodejs/x.js': '' },
      undefined,
      /^$/,
    ],
  ];
  for (const [title, metadata, files, below, says] of rows)
    it(`says below which folder of /opt the content is: ${title}`, () => {
      const placed = place(metadata, files);

      assert.deepEqual([placed.folder, placed.below], ['layer', below], SAM);
      assert.match(placed.says, says);
    });

  for (const method of ['nodejs22.x', 'makefile'])
    it(`takes what sam build has made of a ${method} layer`, () => {
      const placed = place(
        { BuildMethod: method },
        { '.aws-sam/build/Deps/nodejs/x.js': '', 'layer/x.js': '' },
      );

      assert.deepEqual(placed, { folder: '.aws-sam/build/Deps', below: undefined, says: '' }, SAM);
    });
});
