/** What an SDK reads about the stacks of a start. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListExportsCommand,
} from '@aws-sdk/client-cloudformation';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { anHttpApiTemplate } from '../../../../support/a-small-template.ts';

describe('the stacks of a start', () => {
  let started: StartedGateway;
  before(async () => {
    const { Resources } = anHttpApiTemplate('exports.handler = async () => 1;') as {
      readonly Resources: object;
    };
    const Parameters = { Secret: { Type: 'String', NoEcho: true, Default: 'hush' } };
    const Outputs = { Name: { Value: { 'Fn::Sub': '${AWS::StackName}' }, Export: { Name: 'stack-name' } } };
    started = await aGateway(Resources, {}, {}, { Outputs, Parameters });
  });
  after(() => started.close());

  it('have their outputs, exports and parameters', async () => {
    const client = new CloudFormationClient({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      maxAttempts: 1,
    });
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({}));
    const { Exports: exports = [] } = await client.send(new ListExportsCommand({}));
    const { StackName: name } = stack ?? {};

    assert.equal(stack?.StackStatus, 'CREATE_COMPLETE');
    assert.deepEqual(stack.Outputs, [{ OutputKey: 'Name', OutputValue: name, ExportName: 'stack-name' }]);
    assert.deepEqual(stack.Parameters, [{ ParameterKey: 'Secret', ParameterValue: '****' }]);
    assert.deepEqual(
      exports.map(({ Name, Value }) => [Name, Value]),
      [['stack-name', name]],
    );
  });
});
