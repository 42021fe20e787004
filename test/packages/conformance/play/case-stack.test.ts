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

/** Describes the stack by each state in turn, and by the last one from then on. */
function aTarget(states: readonly JsonObject[], refused?: string) {
  const sent: string[] = [];
  let left = states;
  const target: ControlTarget = {
    region: 'us-east-1',
    accountId: '123456789012',
    send(_service, { call }) {
      sent.push(call);
      if (call === refused)
        return Promise.resolve({ status: 400, body: {}, error: { code: 'Refused', message: 'no' } });
      const [state = {}, ...others] = left;
      if (call === 'DescribeStacks' && others.length > 0) left = others;
      return Promise.resolve({ status: 200, body: { Stacks: [state], TopicArn: 'arn' } });
    },
  };
  return { target, sent };
}

describe('openStack', () => {
  it('asks CloudFormation for a stack whose name the case needs', async () => {
    const { target, sent } = aTarget([{ StackStatus: 'CREATE_IN_PROGRESS' }, COMPLETE]);

    const opened = await openStack(target, NAMED);
    const left = await opened.remove();

    assert.deepEqual([...opened.outputs, left], [['Stack', 's'], undefined]);
    assert.deepEqual(sent, ['CreateStack', 'DescribeStacks', 'DescribeStacks', 'DeleteStack']);
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

  for (const { name, states, refused, stack, says } of [
    {
      name: 'refuses it',
      states: [],
      refused: 'CreateStack',
      stack: NAMED,
      says: 'the stack of the case was not deployed: CreateStack failed: Refused "no"',
    },
    {
      name: 'fails to create it',
      states: [{ StackStatus: 'ROLLBACK_COMPLETE', StackStatusReason: 'no topic' }],
      refused: undefined,
      stack: NAMED,
      says: 'the stack of the case was not deployed: the stack has the status ROLLBACK_COMPLETE: no topic',
    },
    {
      name: 'leaves out a resource',
      states: [COMPLETE],
      refused: undefined,
      stack: DISTRIBUTION,
      says: 'the target deployed the stack of the case without AWS::CloudFront::Distribution',
    },
  ])
    it(`does not run the case if CloudFormation ${name}`, async () => {
      const { target, sent } = aTarget(states, refused);

      await assert.rejects(openStack(target, stack), new NotAsked(says));
      assert.equal(sent.at(-1), refused ?? 'DeleteStack');
    });

  it('says that a stack was left behind', async () => {
    const { target } = aTarget([COMPLETE], 'DeleteStack');

    assert.match(
      (await (await openStack(target, NAMED)).remove()) ?? '',
      /^the stack conformance-[0-9a-f-]+ was left behind: Refused "no"$/,
    );
  });
});

describe('readOutputs', () => {
  it('reads the outputs of the first stack', async () => {
    assert.deepEqual([...(await readOutputs(aTarget([COMPLETE]).target))], [['Stack', 's']]);
  });
});
