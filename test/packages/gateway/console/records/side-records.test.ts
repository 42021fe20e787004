/** The rows of events that no request caused. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeSideRow } from '../../../../../packages/gateway/console/records/side-records.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { StampedStep } from '../../../../../packages/gateway/kernel/event-step.ts';

const ALARMS = 'arn:aws:sns:us-east-1:123456789012:alarms';
const stackOf = (environment: Readonly<Record<string, string>>): ReturnType<typeof aStack> =>
  ({
    ...aStack({ Alarms: { type: 'AWS::SNS::Topic', id: ALARMS, properties: {} } }),
    functions: [{ name: 'closer', environment }],
  }) as never;

const CAME: StampedStep = {
  kind: 'accepted',
  at: ALARMS,
  id: 'm1',
  what: 'message',
  atEpochMs: 0,
  cause: 'c',
} as never;
const LOST: StampedStep = {
  kind: 'refused',
  from: ALARMS,
  to: ALARMS,
  message: '',
  atEpochMs: 0,
  cause: 'c',
} as never;

const rowWith = (environment: Readonly<Record<string, string>>, steps: readonly StampedStep[]): unknown =>
  describeSideRow(1, { form: 'event', id: 'e1', cause: 'c', atEpochMs: 0 }, {
    journal: { ofCause: () => steps },
    stacks: [stackOf(environment)],
  } as never).isToolkit;

describe('the row of an event that no request caused', () => {
  it('is folded with the toolkit’s own requests if its resource is in Gatewright’s stack', () => {
    assert.equal(rowWith({ GATEWRIGHT_STAGE: 'dev' }, [CAME]), true);
    assert.equal(rowWith({}, [CAME]), undefined);
  });

  it('is always shown if the event failed', () => {
    assert.equal(rowWith({ GATEWRIGHT_STAGE: 'dev' }, [CAME, LOST]), undefined);
  });

  it('is folded although a condition of the ledger did not hold, and shown if another table refused the write', () => {
    const environment = {
      GATEWRIGHT_STAGE: 'dev',
      GATEWRIGHT_PORTAL_TABLE: 'portal',
      GATEWRIGHT_ACCESS_TABLE: '',
    };
    const refusedBy = (target: string | undefined): StampedStep =>
      ({
        kind: 'rejected',
        functionName: 'closer',
        service: 'dynamodb',
        operation: 'UpdateItem',
        target,
        code: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
        atEpochMs: 0,
        cause: 'c',
      }) as never;

    assert.equal(rowWith(environment, [CAME, refusedBy('portal')]), true);
    assert.equal(
      rowWith(environment, [CAME, refusedBy('arn:aws:dynamodb:us-east-1:123456789012:table/portal')]),
      true,
    );
    assert.equal(rowWith(environment, [CAME, refusedBy('orders')]), undefined);
    assert.equal(rowWith(environment, [CAME, refusedBy(undefined)]), undefined);
  });
});
