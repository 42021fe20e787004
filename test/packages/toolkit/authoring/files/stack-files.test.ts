import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { accessFoldersOf, findStack, defaultAccessFolder } from '@gatewright/authoring/files/stack-files';

const STACK = 'service: gatewright\nplugins: [gatewright/stack]\nparams: { default: {} }\n';

function folderWith(files: Readonly<Record<string, string>>): { root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'gatewright-stack-'));
  // The search ends at the repository.
  for (const [path, text] of Object.entries({ '.git/HEAD': '', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

const IMPORTS: readonly (readonly [source: string, file: string, text: string])[] = [
  ['osls', 'serverless.yml', "arn: !ImportValue 'gatewright-${sls:stage}-TokenAuthorizerArn'"],
  ['osls by output', 'serverless.yml', 'functionArn: ${cf:gatewright-${sls:stage}.RequestAuthorizerArn}'],
  ['a file beside', 'resources/http.yml', 'uri: !ImportValue gatewright-dev-RequestAuthorizerArn'],
  [
    'SAM',
    'template.yaml',
    "FunctionArn: { Fn::ImportValue: !Sub 'gatewright-${Stage}-RequestAuthorizerArn' }",
  ],
  ['CDK', 'cdk.out/a.template.json', '{"Fn::ImportValue":"gatewright-dev-WsTicketArn"}'],
];

describe('findStack', () => {
  for (const [what, file, text] of IMPORTS)
    it(`finds the stack below a service, and next to it: ${what}`, () => {
      using below = folderWith({ [file]: text, 'gatewright/serverless.yml': STACK });
      assert.deepEqual(findStack([below.root]), { kind: 'found', folder: join(below.root, 'gatewright') });
      using beside = folderWith({ [`shop/${file}`]: text, 'serverless.yml': STACK });
      assert.deepEqual(findStack([join(beside.root, 'shop')]), { kind: 'found', folder: beside.root });
    });

  it('needs none if nothing imports from it, and none if it is named', () => {
    using plain = folderWith({
      'serverless.yml': 'service: gatewright-shop',
      'gatewright/serverless.yml': STACK,
    });
    assert.equal(findStack([plain.root]).kind, 'not-needed');
    using both = folderWith({
      'shop/template.yaml': IMPORTS[3]?.[2] ?? '',
      'gatewright/serverless.yml': STACK,
    });
    assert.equal(findStack([join(both.root, 'gatewright'), join(both.root, 'shop')]).kind, 'not-needed');
  });

  for (const [what, file, text] of [
    ['SAM', 'template.yaml', '    Export:\n      Name: gatewright-dev-AlarmTopicArn\n'],
    ['CDK', 'cdk.out/access.template.json', '{"Export":{"Name":"gatewright-dev-AlarmTopicArn"}}'],
  ] as const)
    it(`needs none next to a package of it: ${what}`, () => {
      using service = folderWith({
        'shop/template.yaml': 'Fn::ImportValue: gatewright-dev-TokenAuthorizerArn',
        [`packaged/${file}`]: text,
      });
      const sources = ['shop', 'packaged'].map((name) => join(service.root, name));
      assert.deepEqual(findStack(sources), { kind: 'not-needed' });
      assert.deepEqual(findStack([join(service.root, 'shop')]), { kind: 'missing' });
    });

  it('says that it is missing, and never searches outside the repository', () => {
    using outer = folderWith({
      'serverless.yml': STACK,
      'own/.git/HEAD': '',
      'own/template.yaml': IMPORTS[3]?.[2] ?? '',
    });
    assert.equal(findStack([join(outer.root, 'own')]).kind, 'missing');
    assert.equal(findStack([join(outer.root, 'own/template.yaml')]).kind, 'missing');
  });
});

describe('defaultAccessFolder', () => {
  it('is the folder of the stack below a service that has none of its own', () => {
    using below = folderWith({ 'gatewright/access/a.yml': '' });
    assert.equal(defaultAccessFolder(below.root), join('gatewright', 'access'));
    using own = folderWith({ 'gatewright/access/a.yml': '', 'access/a.yml': '' });
    assert.equal(defaultAccessFolder(own.root), 'access');
  });

  // A gateway was started from the parent folder of a service and a stack, and the printed command found no folder.
  it('is the folder of the only stack in the folders below', () => {
    const files = { 'sell/gatewright/serverless.yml': STACK, 'sell/gatewright/access/a.yml': '' };
    using one = folderWith({
      ...files,
      'shop/access/readme.yml': '',
      'shop/serverless.yml': 'service: shop',
    });
    assert.equal(defaultAccessFolder(one.root), join('sell', 'gatewright', 'access'));
    using several = folderWith({ ...files, 'other/serverless.yml': STACK, 'other/access/a.yml': '' });
    assert.equal(defaultAccessFolder(several.root), 'access');
  });
});

describe('accessFoldersOf', () => {
  it('names possible places of the documents of a folder or a template, existing or not', () => {
    using service = folderWith({ 'template.yaml': '' });
    const found = accessFoldersOf([service.root, join(service.root, 'template.yaml')]);

    assert.deepEqual(found, [join(service.root, 'access'), join(service.root, 'gatewright', 'access')]);
  });
});
