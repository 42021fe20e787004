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

  it('lists the existing keys if another key is requested', async () => {
    const { code, stderr } = await run('keys', 'value', 'partner');

    assert.notEqual(code, 0);
    assert.match(stderr, /the running gateway has no API key partner; expected one of \S+ \(\w+\)/);
  });
});
