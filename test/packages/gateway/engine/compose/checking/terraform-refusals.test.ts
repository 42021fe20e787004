/** What AWS refuses of a Terraform plan, with the line of the configuration file from which the plan was made. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import { aPlan, aState, refs } from '../../../../../support/a-terraform-plan.ts';
import type { Planned } from '../../../../../support/a-terraform-plan.ts';
import { REFUSED_PLANS } from './refused-plans.ts';

let folder = '';
const folders: string[] = [];

type Refusal = { readonly id: string; readonly file: string; readonly line: number | undefined };

async function refusals(plan: string): Promise<readonly Refusal[]> {
  const file = join(folder, 'plan.json');
  writeFileSync(file, plan);
  const { findings } = await examineStacks([file], {
    stage: 'dev',
    region: 'eu-west-1',
    accountId: '123456789012',
    parameters: {},
    environment: {},
    directory: folder,
  });
  return findings
    .filter(({ severity }) => severity === 'refused')
    .map(({ id, file: found, line }) => ({ id, file: basename(found), line }));
}

const PERMISSION: Planned = {
  type: 'aws_lambda_permission',
  name: 'p',
  values: { action: 'lambda:InvokeFunction', principal: 'amazonaws.com', function_name: 'f' },
  expressions: { principal: { constant_value: 'amazonaws.com' } },
};

describe('examineStacks for a Terraform plan', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-plan-'));
    folders.push(folder);
  });
  after(() => {
    for (const each of folders) rmSync(each, { recursive: true });
  });

  for (const { name, text, resources, id, source } of REFUSED_PLANS)
    it(`names ${name} and its line`, async () => {
      const lines = text.trimStart().split('\n');
      writeFileSync(join(folder, 'main.tf'), lines.join('\n'));
      const line = lines.findIndex((each) => each.endsWith('# here')) + 1;

      const found = await refusals(aPlan({ resources }));

      assert.deepEqual(found, [{ id, file: 'main.tf', line }], source);
    });

  it('names the plan, without a line, if no configuration file is next to it', async () => {
    assert.deepEqual(await refusals(aPlan({ resources: [PERMISSION] })), [
      { id: 'lambda-permission-principal', file: 'plan.json', line: undefined },
    ]);
  });

  it('leaves out values that the configuration does not set, because the provider does not send them', async () => {
    const unset = { ...PERMISSION, expressions: {} };

    assert.deepEqual(await refusals(aPlan({ resources: [unset] })), []);
  });

  it('leaves out a state, because AWS has accepted what is deployed', async () => {
    assert.deepEqual(await refusals(aState([PERMISSION])), []);
  });

  it('leaves out members that the provider has in another form', async () => {
    const resources: Planned[] = [
      {
        type: 'aws_sqs_queue',
        name: 'jobs',
        values: { name: 'jobs', fifo_queue: false },
        expressions: { name: {}, fifo_queue: { constant_value: false } },
      },
      {
        type: 'aws_api_gateway_rest_api',
        name: 'a',
        values: { name: 'a', minimum_compression_size: '-1' },
        expressions: { name: {}, minimum_compression_size: { constant_value: '-1' } },
      },
      {
        type: 'aws_lambda_permission',
        name: 'p',
        values: { action: 'lambda:InvokeFunction', principal: 's3.amazonaws.com', function_name: 'f' },
        expressions: { action: {}, principal: {}, function_name: refs('aws_lambda_function.f.arn') },
      },
    ];

    assert.deepEqual(await refusals(aPlan({ resources })), []);
  });
});
