import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openStack, readOutputs } from '../../../../packages/conformance/play/case-stack.ts';
import { NotAsked } from '../../../../packages/conformance/play/not-asked.ts';
import type { CaseStack, ControlTarget } from '../../../../packages/conformance/schema/control-case.ts';
import type { JsonObject } from '../../../../packages/conformance/schema/parity-case.ts';

const NAMED: CaseStack = {
  Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } } },
  Outputs: { Stack: { Value: { Ref: 'AWS::StackName' } } },
};
const DISTRIBUTION: CaseStack = {
  Resources: { Edge: { Type: 'AWS::CloudFront::Distribution' } },
  Outputs: { Edge: { Value: { Ref: 'Edge' } } },
};
const COMPLETE = {
  StackStatus: 'CREATE_COMPLETE',
  Outputs: [{ OutputKey: 'Stack', OutputValue: 's' }],
};

const GONE = { StackStatus: 'DELETE_COMPLETE' };

/** Describes the stack by each state in turn, and by the last one from then on. */
function aTarget(
  states: readonly JsonObject[],
  refused?: string,
  error = { code: 'ValidationError', message: 'no' },
) {
  const sent: string[] = [];
  let left = states;
  const target: ControlTarget = {
    region: 'us-east-1',
    accountId: '123456789012',
    send(_service, { call }) {
      sent.push(call);
      if (call === refused) return Promise.resolve({ status: 400, body: {}, error });
      const [state = {}, ...others] = left;
      if (call === 'DescribeStacks' && others.length > 0) left = others;
      return Promise.resolve({ status: 200, body: { Stacks: [state], TopicArn: 'arn' } });
    },
  };
  return { target, sent };
}

describe('openStack', () => {
  it('asks CloudFormation for a stack whose name the case needs', async () => {
    const { target, sent } = aTarget([
      { StackStatus: 'CREATE_IN_PROGRESS' },
      COMPLETE,
      { StackStatus: 'DELETE_IN_PROGRESS' },
      GONE,
    ]);

    const opened = await openStack(target, NAMED);
    const left = await opened.remove();

    assert.deepEqual([...opened.outputs, left], [['Stack', 's'], undefined]);
    assert.deepEqual(sent, [
      'CreateStack',
      'DescribeStacks',
      'DescribeStacks',
      'DeleteStack',
      'DescribeStacks',
      'DescribeStacks',
    ]);
  });

  it('uses the calls of the services for any other stack', async () => {
    const { target, sent } = aTarget([]);

    await openStack(target, { Resources: NAMED.Resources });

    assert.deepEqual(sent, ['CreateTopic']);
  });

  it('leaves the stack to a target that deploys it itself', async () => {
    const { target, sent } = aTarget([]);
    const own = { target, outputs: new Map(), remove: () => Promise.resolve(undefined) };

    assert.equal(await openStack({ ...target, openStack: () => Promise.resolve(own) }, NAMED), own);
    assert.deepEqual(sent, []);
  });

  for (const { name, states, error, stack = NAMED, throws } of [
    {
      name: 'does not run the case if the target does not know CreateStack',
      states: [],
      error: { code: 'InvalidAction', message: 'no' },
      throws: new NotAsked('the stack of the case was not deployed: InvalidAction "no"'),
    },
    {
      name: 'does not run the case if CreateStack refuses a type of resource',
      states: [],
      error: { code: 'ValidationError', message: 'Unrecognized resource types: [AWS::A::B]' },
      throws: new NotAsked(
        'the stack of the case was not deployed: ValidationError "Unrecognized resource types: [AWS::A::B]"',
      ),
    },
    {
      name: 'does not run the case if CloudFormation does not support a type of resource',
      states: [{ StackStatus: 'ROLLBACK_COMPLETE', StackStatusReason: 'AWS::A::B is not supported' }, GONE],
      throws: new NotAsked('the stack has the status ROLLBACK_COMPLETE: AWS::A::B is not supported'),
    },
    {
      name: 'does not run the case if CloudFormation leaves out a resource',
      states: [COMPLETE, GONE],
      stack: DISTRIBUTION,
      throws: new NotAsked('the target deployed the stack of the case without AWS::CloudFront::Distribution'),
    },
    {
      name: 'fails if CreateStack refuses the template',
      states: [],
      error: { code: 'ValidationError', message: 'no' },
      throws: new Error('CreateStack failed: ValidationError "no"'),
    },
    {
      name: 'fails if CloudFormation fails to create the stack',
      states: [{ StackStatus: 'ROLLBACK_COMPLETE', StackStatusReason: 'no topic' }, GONE],
      throws: new Error('the stack has the status ROLLBACK_COMPLETE: no topic'),
    },
  ])
    it(name, async () => {
      const { target, sent } = aTarget(states, error && 'CreateStack', error);

      await assert.rejects(openStack(target, stack), throws);
      assert.equal(sent.includes('DeleteStack'), error === undefined);
    });

  it('says that a stack was left behind', async () => {
    const failed = { StackStatus: 'DELETE_FAILED', StackStatusReason: 'not empty' };
    const refused = await openStack(aTarget([COMPLETE], 'DeleteStack').target, NAMED);
    const kept = await openStack(aTarget([COMPLETE, failed]).target, NAMED);

    assert.match(
      (await refused.remove()) ?? '',
      /^the stack conformance-[0-9a-f-]+ was left behind: DeleteStack failed: ValidationError "no"$/,
    );
    assert.match((await kept.remove()) ?? '', /was left behind: it has the status DELETE_FAILED: not empty$/);
  });

  it('stops waiting for a stack when the time is over, however long each call takes', async (context) => {
    const { target, sent } = aTarget([{ StackStatus: 'CREATE_IN_PROGRESS' }], 'DeleteStack');
    let nowMs = 0;
    context.mock.method(performance, 'now', () => (nowMs += 30_000));

    await assert.rejects(openStack(target, NAMED), {
      message: /^the stack was not complete after 120 s; the stack \S+ was left behind: /,
    });
    assert.ok(sent.length < 10);
  });
});

describe('readOutputs', () => {
  it('reads the outputs of the first stack', async () => {
    assert.deepEqual([...(await readOutputs(aTarget([COMPLETE]).target))], [['Stack', 's']]);
  });
});
