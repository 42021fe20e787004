/** A key whose value API Gateway makes is suggested by its name, and the suggested command reads it. */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { listTries } from '../../../../../../packages/gatewright/command/start/start-text.ts';
import { aGateway } from '../../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../../support/a-gateway.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import type { Finished } from '../../../../../support/command.ts';

/** As `CreateUsagePlan: PER_API` of SAM does, the template leaves the value and the name of the key to AWS. */
const SAM = {
  Transform: 'AWS::Serverless-2016-10-31',
};
const RESOURCES = {
  Shop: {
    Type: 'AWS::Serverless::Api',
    Properties: {
      StageName: 'dev',
      Auth: { ApiKeyRequired: true, UsagePlan: { CreateUsagePlan: 'PER_API' } },
    },
  },
  List: {
    Type: 'AWS::Serverless::Function',
    Properties: {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      InlineCode: 'exports.handler = async () => ({ statusCode: 200, body: "orders" });',
      Events: {
        Get: { Type: 'Api', Properties: { Path: '/orders', Method: 'get', RestApiId: { Ref: 'Shop' } } },
      },
    },
  },
};

let started: StartedGateway;
before(async () => {
  started = await aGateway(RESOURCES, {}, {}, SAM);
});
after(() => started.close());

const run = (...words: readonly string[]): Promise<Finished> =>
  runCommandHere(words, { cwd: dirname(started.gateway.stacks[0]?.file ?? ''), environment: {} });

describe('gatewright keys value', () => {
  it('is suggested with the request, and its value is accepted', async () => {
    const { gateway, listening } = started;
    const tries = listTries({ gateway, listening, documents: [], stage: 'dev' });
    const [, name = '', url = ''] =
      /x-api-key: \$\(.* keys value (\S+)\)" (\S+)$/.exec(tries.join('\n')) ?? assert.fail(tries.join('\n'));

    const { code, stdout, stderr } = await run('keys', 'value', name);
    assert.equal(code, 0, stderr);
    const value = stdout.trim();
    assert.match(value, /^[A-Za-z0-9]{40}$/);
    assert.equal((await fetch(url)).status, 403);
    const answered = await fetch(url, { headers: { 'x-api-key': value } });
    assert.deepEqual([answered.status, await answered.text()], [200, 'orders']);
  });

  it('prints the only key without a name, and as JSON on demand', async () => {
    const { stdout } = await run('keys', 'value', '--json');

    assert.deepEqual(Object.keys(JSON.parse(stdout) as object), ['id', 'name', 'value']);
  });

  const ENOUGH = { Value: 'a-value-of-20-characters', Enabled: true };
  for (const { what, key, more = {}, stage = 'dev', name } of [
    { what: 'by its name', key: { Name: 'partner', ...ENOUGH }, name: /^partner$/ },
    { what: 'by its id, if CloudFormation names it', key: ENOUGH, name: /^\w{10}$/ },
    {
      // https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html: names need not be unique
      what: 'by its id, if another key has its name',
      key: { Name: 'partner', ...ENOUGH },
      more: { Other: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Name: 'partner' } } },
      name: /^\w{10}$/,
    },
    { what: 'not, if it is disabled', key: { ...ENOUGH, Enabled: false } },
    { what: 'not, if nothing enables it', key: { Value: ENOUGH.Value } },
    { what: 'not, if its plan is for another stage', key: ENOUGH, stage: 'prod' },
    {
      // serverless.yml with apiKeys: [{ name: partner, value: short }]: AWS refuses the key, which thus does not exist.
      what: 'not, if AWS refuses its value',
      key: { Name: 'partner', Value: 'short', Enabled: true },
    },
  ])
    it(`is suggested for a key of the template: ${what}`, async () => {
      const other = await aGateway(
        {
          ...RESOURCES,
          ...more,
          Given: { Type: 'AWS::ApiGateway::ApiKey', Properties: key },
          Plan: {
            Type: 'AWS::ApiGateway::UsagePlan',
            DependsOn: ['ShopdevStage'],
            Properties: { ApiStages: [{ ApiId: { Ref: 'Shop' }, Stage: stage }] },
          },
          Member: {
            Type: 'AWS::ApiGateway::UsagePlanKey',
            Properties: { KeyId: { Ref: 'Given' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plan' } },
          },
          Shop: {
            Type: 'AWS::Serverless::Api',
            Properties: { StageName: 'dev', Auth: { ApiKeyRequired: true } },
          },
        },
        {},
        {},
        SAM,
      );
      const tries = listTries({ ...other, documents: [], stage: 'dev' });
      await other.close();

      const [, named] = /keys value (\S+)\)/.exec(tries.join('\n')) ?? [];
      if (name === undefined) assert.equal(named, undefined);
      else assert.match(named ?? '', name);
    });

  it('lists the existing keys if another key is requested', async () => {
    const { code, stderr } = await run('keys', 'value', 'partner');

    assert.notEqual(code, 0);
    assert.match(stderr, /the running gateway has no API key partner; expected one of \S+ \(\w+\)/);
  });
});
