/** Services together: eventbridge, lambda-events. */
/** The permission that a rule lacks is written as the template of the function refers to it (docs/aws §18.13). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as events from '../../packages/gateway/services/eventbridge/service.ts';
import * as lambda from '../../packages/gateway/services/lambda-events/service.ts';
import { aStoryBench } from '../support/a-story-bench.ts';

describe('the permission that a rule lacks', () => {
  // The names that this machine gives to resources are other ones on AWS.
  it('is written with references to the resources of the template', async () => {
    const bench = aStoryBench(
      { events, lambda },
      {
        resources: `
  Paid:
    Type: AWS::Events::Rule
    Properties: { EventPattern: { source: [shop] }, Targets: [{ Id: mail, Arn: !GetAtt mail.Arn }] }`,
        functions: { mail: () => 1 },
        refuseDelivery: (_, sender) =>
          `no AWS::Lambda::Permission lets ${sender} invoke mail to deliver this event: add a permission with FunctionName mail, Action lambda:InvokeFunction, Principal events.amazonaws.com and SourceArn ${sender} (--roles off skips permissions)`,
      },
    );
    await bench.call('events', 'PutEvents', {
      Entries: [{ Source: 'shop', DetailType: 'paid', Detail: '{}' }],
    });
    await bench.engine.idle();

    assert.equal(
      bench.story()?.changes[0],
      'Add an AWS::Lambda::Permission with FunctionName !GetAtt mail.Arn, Action lambda:InvokeFunction, Principal events.amazonaws.com and SourceArn !GetAtt Paid.Arn (--roles off skips permissions).',
    );
  });
});
