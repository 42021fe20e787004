import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isStack, namesOtherStage } from '../../../../../packages/gatewright/command/init/init-folder.ts';
import { documentFile, ruleForUsers } from '../../../../../packages/gatewright/command/init/init-files.ts';

const API = { stack: 'shop-dev', logicalId: 'HttpApi', stage: 'dev', kind: 'http' } as const;
const trusts = [{ issuer: 'https://example.eu.auth0.com/', audience: ['https://shop'] }];
const open = { path: '/menu', authorizer: undefined };
const guarded = { path: '/orders/{id}', authorizer: undefined, trusts };

describe('ruleForUsers', () => {
  // A rule of all routes brought a warning of the open ones at every command.
  it('names the routes with an authorizer, if others are open', () => {
    assert.match(
      ruleForUsers({ ...API, routes: [open, guarded, guarded] }).join(),
      /paths: \['\/orders\/\{id\}'\]/,
    );
  });

  it('names all routes if all have an authorizer, or none has one yet', () => {
    for (const routes of [[guarded], [open], []])
      assert.match(ruleForUsers({ ...API, routes }).join(), /paths: \[\/\*\*\]/);
  });
});

describe('documentFile', () => {
  const written = (routes: NonNullable<Parameters<typeof ruleForUsers>[0]['routes']>) =>
    documentFile({ api: { ...API, routes }, routes: '../..', up: '../../', rules: [] });

  it('takes over the issuers that the API trusts, each once, as a line to uncomment', () => {
    assert.equal(
      written([guarded, guarded])
        .match(/^ {2}# The API now trusts this issuer: .*$/gm)
        ?.join(),
      '  # The API now trusts this issuer: { id: main, type: oidc, issuer: https://example.eu.auth0.com/, audience: [https://shop] }',
    );
  });

  it('recognizes a user pool by its issuer, and says where its clients are not known', () => {
    const pool = {
      issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC',
      audience: 'any' as const,
    };

    assert.match(
      written([{ ...guarded, trusts: [pool] }]),
      /\{ id: main, type: cognito, userPoolId: eu-west-1_AbC, clients: \[…\], tokenUse: id \}/,
    );
  });

  it('says nothing about an API without an authorizer', () => {
    assert.doesNotMatch(written([open]), /trusts now/);
  });
});

describe('isStack', () => {
  const rows: readonly (readonly [definition: string, is: boolean])[] = [
    ['plugins: [gatewright/stack]', true],
    ['plugins:\n  - gatewright/stack\n', true],
    ['params:\n  default: ${file(../node_modules/gatewright/stack/stack.json):params}', true],
    // A gateway response that a service of its own takes over (docs/guides/sell/quota.md).
    ['resources: [${file(node_modules/gatewright/stack/over-quota.json)}]', false],
    ['# plugins: [gatewright/stack]\nservice: shop', false],
    ['plugins: [gatewright]', false],
    // The folder into which the plug-in writes the stack.
    ["package:\n  patterns: ['!.gatewright/stack', '!.gatewright/stack/**']", false],
    ['plugins: [gatewright] # not gatewright/stack', false],
    ['plugins:\n  - gatewright/stack # the stack of all services', true],
  ];
  for (const [definition, is] of rows)
    it(`${is ? 'recognizes the stack by' : 'takes for a service of its own'} ${JSON.stringify(definition)}`, () => {
      assert.equal(isStack(definition), is);
    });
});

describe('namesOtherStage', () => {
  for (const [provider, is] of [
    ['{ name: aws, stage: test }', true],
    ['{ name: aws, stage: "${opt:stage, \'test\'}" }', true],
    ['{ name: aws, stage: dev }', false],
    ['{ name: aws, stage: "${opt:stage, \'dev\'}" }', false],
    ['{ name: aws }', false],
    ['${file(provider.yml)}', false],
  ] as const)
    it(`is ${is} for the provider ${provider}`, () => {
      assert.equal(namesOtherStage(`service: shop\nprovider: ${provider}\n`), is);
    });

  it('is false without a serverless.yml', () => assert.equal(namesOtherStage(''), false));
});
