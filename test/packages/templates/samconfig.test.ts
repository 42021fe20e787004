import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readSamconfigRegion } from '../../../packages/templates/samconfig.ts';

/** Forms as AWS's page "AWS SAM CLI configuration file" has them. */
const rows: readonly { name: string; file: string; text: string; region: string | undefined }[] = [
  {
    name: 'what `sam deploy --guided` writes',
    file: 'samconfig.toml',
    text: 'version = 0.1\n[default.deploy.parameters]\nstack_name = "shop"\nregion = "eu-central-1" # here\n',
    region: 'eu-central-1',
  },
  {
    name: 'the region of all commands',
    file: 'samconfig.toml',
    text: "[default]\n[default.global.parameters]\nregion = 'eu-west-1'\n",
    region: 'eu-west-1',
  },
  {
    name: 'deploy before all commands',
    file: 'samconfig.toml',
    text: '[default.global.parameters]\nregion = "eu-west-1"\n[default.deploy.parameters]\nregion = "eu-west-2"\n',
    region: 'eu-west-2',
  },
  {
    name: 'no region of another environment',
    file: 'samconfig.toml',
    text: '[prod.deploy.parameters]\nregion = "eu-west-1"\n',
    region: undefined,
  },
  {
    name: 'no region of a comment',
    file: 'samconfig.toml',
    text: '[default.deploy.parameters]\n# region = "eu-west-1"\n',
    region: undefined,
  },
  {
    name: 'nothing that is no region',
    file: 'samconfig.toml',
    text: '[default.deploy.parameters]\nregion = "x"',
    region: undefined,
  },
  {
    name: 'YAML',
    file: 'samconfig.yaml',
    text: 'version: 0.1\ndefault:\n  deploy:\n    parameters:\n      region: ap-south-1\n',
    region: 'ap-south-1',
  },
  { name: 'broken YAML as none', file: 'samconfig.yml', text: 'default: [', region: undefined },
];

describe('readSamconfigRegion', () => {
  for (const { name, file, text, region } of rows)
    it(`reads ${name}`, (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-samconfig-'));
      t.after(() => rmSync(folder, { recursive: true }));
      writeFileSync(join(folder, file), text);

      assert.equal(readSamconfigRegion(folder), region);
    });

  it('reads nothing where there is no such file', () => {
    assert.equal(readSamconfigRegion(import.meta.dirname), undefined);
  });
});
