/** The line of an attribute in the configuration, from which a property of the template is made. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { placeOfFirst } from '../../../../../packages/gateway/console/records/find-places.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { aPlan } from '../../../../support/a-terraform-plan.ts';
import { OPTIONS } from '../stack-builders.ts';

const MAIN = `resource "aws_api_gateway_rest_api" "api" {
  name = "api"
}

resource "aws_api_gateway_authorizer" "by_default" {
  name = "by_default"
  type = "REQUEST" # type
}

resource "aws_api_gateway_authorizer" "own" {
  name            = "own"
  type            = "REQUEST"
  identity_source = "method.request.header.Key" # source
}

resource "aws_lambda_function" "fn" {
  function_name = "fn"
  handler       = "index.handler" # handler
  timeout       = 5
}

resource "aws_lambda_permission" "fn" {
  function_name = "fn"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:aws:execute-api:us-east-1:123456789012:other/*" # arn
}

resource "aws_sqs_queue" "jobs" {
  name       = "jobs.fifo"
  fifo_queue = true # fifo
}
`;
const BY_DEFAULT = {
  name: 'by_default',
  type: 'REQUEST',
  identity_source: 'method.request.header.Authorization',
};
const PLAN = aPlan({
  resources: [
    { type: 'aws_api_gateway_rest_api', name: 'api', values: { name: 'api' } },
    // The provider fills in the default, so that the plan has the identity source.
    { type: 'aws_api_gateway_authorizer', name: 'by_default', values: BY_DEFAULT },
    {
      type: 'aws_api_gateway_authorizer',
      name: 'own',
      values: { name: 'own', type: 'REQUEST', identity_source: 'method.request.header.Key' },
    },
    {
      type: 'aws_lambda_function',
      name: 'fn',
      values: { function_name: 'fn', handler: 'index.handler', runtime: 'nodejs22.x', timeout: 5 },
    },
    {
      type: 'aws_lambda_permission',
      name: 'fn',
      values: {
        function_name: 'fn',
        action: 'lambda:InvokeFunction',
        principal: 'apigateway.amazonaws.com',
        source_arn: 'arn:aws:execute-api:us-east-1:123456789012:other/*',
      },
    },
    { type: 'aws_sqs_queue', name: 'jobs', values: { name: 'jobs.fifo', fifo_queue: true } },
  ],
});
const folder = mkdtempSync(join(tmpdir(), 'gatewright-terraform-places-'));

describe('the place of the member that decides, in the configuration of Terraform', () => {
  after(() => rmSync(folder, { recursive: true }));

  for (const [address, members, text] of [
    ['aws_api_gateway_authorizer.own', ['IdentitySource', 'Type'], '# source'],
    ['aws_api_gateway_authorizer.by_default', ['IdentitySource', 'Type'], '# type'],
    ['aws_lambda_function.fn', ['Handler'], '# handler'],
    ['aws_lambda_permission.fn', ['SourceArn'], '# arn'],
    ['aws_sqs_queue.jobs', ['ContentBasedDeduplication', 'FifoQueue'], '# fifo'],
  ] as const)
    it(`is the line of the first that is written: ${members.join(', ')} of ${address}`, async () => {
      writeFileSync(join(folder, 'main.tf'), MAIN);
      writeFileSync(join(folder, 'plan.json'), PLAN);
      const [stack] = await loadStacks([join(folder, 'plan.json')], OPTIONS);

      const line = MAIN.split('\n').findIndex((one) => one.endsWith(text)) + 1;

      assert.equal(placeOfFirst(stack?.resources.get(address), members), `main.tf:${line}`);
    });
});
