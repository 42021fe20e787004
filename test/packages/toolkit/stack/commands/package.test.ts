/** `gatewright package` up to the deploy tool: which folder is the stack, and which ids of APIs are looked up. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { makeId } from '@gatewright/aws/physical-ids';
import { packageCommand, serviceFolder } from '../../../../../packages/toolkit/stack/commands/package.ts';
import { anOslsService } from '../../../../support/an-osls-service.ts';
import { runCommandHere } from '../../../../support/command-in-process.ts';
import { aLoopbackServer } from '../../../../support/signed-tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-package-'));
after(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, 'access'), { recursive: true });
});

function write(name: string, text: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Packaging ends here: a stage that serverless.yml does not have is refused after the ids were looked up. */
const withStages = (stages: string): string => `params: { default: {}, ${stages} }\n`;
const UNKNOWN_STAGE = /error: unknown stage "prod"; the stages in serverless\.yml are (.*)\n$/;

const documentOf = (api: string): string => `version: 1
api: { ${api} }
routes: ..
issuers: [{ id: main, type: oidc, issuer: 'https://issuer.example/', audience: [a] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [main] }]
rules: [{ id: all, effect: allow, methods: [GET], paths: [/**] }]
`;
const inventoryOf = (id?: string): string =>
  JSON.stringify({ kind: 'rest', routes: [], apiIds: id === undefined ? {} : { prod: [id] } });

function protect(name: string, api: string, id?: string): void {
  write(`access/${name}.yml`, documentOf(api));
  write(`access/${name}.routes.json`, inventoryOf(id));
}

const NAMED = 'prod: { stack: shop-prod, logicalId: Api, stage: prod }';
const LOCAL_ID = makeId(10, 'shop-prod', 'Api');

const pack = (args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) =>
  runCommandHere(['package', '--stage', 'prod', ...args], { cwd: folder, environment });

describe('the folder of the stack', () => {
  it('is the one named, this one, or the one below that gatewright init has made', async () => {
    write('serverless.yml', withStages('here: {}'));
    const here = await pack();
    write('gatewright/serverless.yml', withStages('below: {}'));
    const below = await pack();
    write('other/serverless.yml', withStages('other: {}'));
    const other = await pack(['other']);

    assert.deepEqual(
      [here, below, other].map(({ code, stderr }) => [code, UNKNOWN_STAGE.exec(stderr)?.[1]]),
      [
        [1, 'here'],
        [1, 'below'],
        [1, 'other'],
      ],
    );
    assert.equal(serviceFolder(join(folder, 'other')), join(folder, 'other'));
  });

  it('is refused if it has no definition', async () => {
    const { code, stderr } = await pack();

    assert.equal(code, 1);
    assert.match(stderr, /^error: .*\/gatewright has no serverless\.yml: run gatewright init first\n$/);
    assert.throws(() => serviceFolder(join(folder, 'nowhere')), {
      code: 'USAGE',
      message: /nowhere has no serverl/,
    });
  });
});

describe('the ids of protected APIs', () => {
  beforeEach(() => write('serverless.yml', withStages('dev: {}')));

  it('need nothing if each document names or has one', async () => {
    protect('written', 'prod: { stack: shop-prod, logicalId: Api, apiId: a1b2c3d4e5, stage: prod }');
    protect('known', NAMED, 'z9y8x7w6v5');
    const { stderr } = await pack();

    assert.match(stderr, UNKNOWN_STAGE);
    assert.ok(stderr.startsWith('error:'), stderr);
  });

  it('are reported as missing if no document names an API in the stage, without asking AWS', async () => {
    protect('menu', 'dev: { stack: menu-dev, logicalId: Api, stage: dev }');
    const { stderr } = await pack();

    assert.match(
      stderr,
      /^warning: menu: the document does not name an API for stage prod, .* returns 500\. To protect an API, add prod under api in the document\nerror:/,
    );
  });

  it('are reported as missing without a region, each kind with its own message', async () => {
    protect('orders', NAMED);
    protect('menu', NAMED, LOCAL_ID);
    const both = await pack();
    protect('menu', NAMED, 'z9y8x7w6v5');
    const one = await pack();
    protect('menu', NAMED, LOCAL_ID);
    protect('orders', NAMED, 'z9y8x7w6v5');
    const other = await pack();

    const unknown =
      /^warning: orders: the id of the API in stage prod is still unknown\. .* \(AWS_REGION is not set\)$/m;
    const local = /^warning: menu: in stage prod, only the API id of the local gateway is known, /m;
    assert.deepEqual(
      [both, one, other].map(({ stderr }) => [
        unknown.test(stderr),
        local.test(stderr),
        UNKNOWN_STAGE.test(stderr),
      ]),
      [
        [true, true, true],
        [true, false, true],
        [false, true, true],
      ],
      both.stderr,
    );
  });

  it('are looked up in the region that the SDKs use too, and stored in addition to the local one', async () => {
    const asked: string[] = [];
    await using cloudFormation = await aLoopbackServer((request, response) => {
      asked.push(`${request.headers.authorization?.split('/')[2] ?? ''} ${request.url ?? ''}`);
      const isKnown = request.url?.includes('shop-prod') === true;
      const detail = { StackResourceDetail: { PhysicalResourceId: isKnown ? 'z9y8x7w6v5' : '-' } };
      response.end(
        JSON.stringify({ DescribeStackResourceResponse: { DescribeStackResourceResult: detail } }),
      );
    });
    protect('menu', NAMED, LOCAL_ID);
    protect('orders', NAMED.replace('shop-prod', 'orders-prod'));
    const { stdout, stderr } = await pack([], {
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDOFADA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: cloudFormation.url,
    });

    assert.equal(stdout, 'menu: z9y8x7w6v5 in stage prod\n', stderr);
    assert.match(
      stderr,
      /^warning: orders: CloudFormation has no API Api in stack orders-prod in region eu-west-1; deploy the API, then this stack again/m,
    );
    const { apiIds } = JSON.parse(readFileSync(join(folder, 'access/menu.routes.json'), 'utf8')) as {
      apiIds: { prod: readonly string[] };
    };
    assert.deepEqual([...apiIds.prod].sort(), [LOCAL_ID, 'z9y8x7w6v5'].sort());
    assert.deepEqual(
      asked.map((text) => text.replace(/\?.*StackName=([\w-]+).*/, ' $1')),
      ['eu-west-1 / shop-prod', 'eu-west-1 / orders-prod'],
    );
  });
});

describe('gatewright package', () => {
  it('takes the tools that the help names', () => {
    const form = packageCommand().options.find(({ long }) => long === '--form');

    assert.deepEqual(
      [form?.argChoices, form?.defaultValue],
      [['serverless', 'sam', 'cdk', 'terraform'], 'serverless'],
    );
  });

  it('lists what it has written, with sizes and places', async () => {
    using service = anOslsService(`write('a.zip', '${'x'.repeat(2048)}');`);
    const { code, stdout, stderr } = await pack([service.request.serviceDirectory, '--output', 'out']);

    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      'a.zip  2.0 KB\nnot in the stack: waf, portal. To add a part, run npx gatewright init --add waf\npackaged stage prod for serverless in out\n',
    );
  });
});
