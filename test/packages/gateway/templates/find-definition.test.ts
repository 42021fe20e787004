import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

import { findSource } from '../../../../packages/gateway/templates/find-definition.ts';

const TEMPLATE = "AWSTemplateFormatVersion: '2010-09-09'\n";

function aFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-find-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe('the definition of a folder', () => {
  it('is its service rather than its template, and the others are reported', () => {
    const folder = aFolder({
      'serverless.yml': '',
      'template.yaml': TEMPLATE,
      'manifest.json': '{}',
      'cdk.out/manifest.json': '{}',
    });

    assert.deepEqual(findSource(folder), {
      file: join(folder, 'serverless.yml'),
      others: ['template.yaml', 'cdk.out/manifest.json'],
    });
  });

  it('is the output of CDK before a template, which may be an older output, if CDK makes it', () => {
    const folder = aFolder({
      'cdk.json': '{}',
      'template.yaml': TEMPLATE,
      'cdk.out/manifest.json': '{}',
    });

    assert.deepEqual(findSource(folder), {
      file: join(folder, 'cdk.out/manifest.json'),
      others: ['template.yaml'],
    });
  });

  const rows: readonly {
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly says: RegExp;
  }[] = [
    {
      name: 'lies below it in a monorepo: nearest first, packages and output left out',
      files: {
        'services/users/serverless.yml': '',
        'apps/api/serverless.ts': '',
        'backend/template.yaml': TEMPLATE,
        'node_modules/x/serverless.yml': '',
        'dist/template.yaml': TEMPLATE,
      },
      says: /or Terraform plan in JSON\. Its subfolders and files contain definitions: backend, apps\/api, services\/users\. Name one or more of these paths, as in gatewright start \S+backend$/,
    },
    {
      name: 'may have another name',
      files: { 'infra/api.yaml': TEMPLATE, 'docker-compose.yml': 'services: {}', 'package.json': '{}' },
      says: /contain definitions: infra\/api\.yaml\. /,
    },
    {
      name: 'is made by Terraform in a subfolder, whose modules are parts of it',
      files: { 'terraform/main.tf': '', 'terraform/modules/api/main.tf': '' },
      says: /contain definitions: terraform\. Name one or more of these paths, as in gatewright start \S+terraform$/,
    },
    {
      name: 'may be missing',
      files: { 'src/a.ts': '' },
      says: /the folder has no serverless\.yml, template\.yaml, cdk\.out or Terraform plan in JSON; name a template file instead$/,
    },
    {
      name: 'is one of many',
      files: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [`packages/p${n}/template.yml`, TEMPLATE])),
      says: /packages\/p5 and 2 more\. Name/,
    },
  ];
  for (const { name, files, says } of rows)
    it(name, () => {
      assert.throws(() => findSource(aFolder(files)), { message: says });
    });
});
