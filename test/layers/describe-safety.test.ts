import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeSafety } from '../../layers/describe-safety.ts';

const table = (members: Record<string, unknown>, policy?: string) => ({
  Type: 'AWS::DynamoDB::Table',
  ...(policy !== undefined && { DeletionPolicy: policy }),
  Properties: members,
});
const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: {} };
const recovered = { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } };

describe('describeSafety', () => {
  it('says that nobody is notified of the alarms, but only if there is no address', () => {
    const Resources = { A: alarm, B: alarm };

    const [line = ''] = describeSafety({ Resources, Parameters: { AlarmMailbox: { Default: '' } } });
    assert.match(
      line,
      /^alarmEmail is empty, so nobody is notified when one of the 2 alarms goes off: add alarmEmail/,
    );
    assert.deepEqual(
      describeSafety({ Resources, Parameters: { AlarmMailbox: { Default: 'ops@example.com' } } }),
      [],
    );
    assert.deepEqual(describeSafety({ Resources: {}, Parameters: { AlarmMailbox: { Default: '' } } }), []);
  });

  it('says what protects the tables, with equal tables together', () => {
    const safe = table({ ...recovered, DeletionProtectionEnabled: true }, 'RetainExceptOnCreate');
    const first = table({ ...recovered, DeletionProtectionEnabled: false }, 'RetainExceptOnCreate');

    const [kept = '', unprotected = '', bare = ''] = describeSafety({
      Resources: { Keys: safe, Usage: safe, Fresh: first, Cache: table({}) },
    });
    assert.equal(
      kept,
      'Keys, Usage: the table is kept when the stack is deleted (deletionPolicy: RetainExceptOnCreate); point-in-time recovery is on; deletion protection is on',
    );
    assert.match(
      unprotected,
      /^Fresh: .*deletion protection is off, which lets CloudFormation delete the table/,
    );
    assert.match(
      bare,
      /^Cache: the table is deleted with the stack.*recovery is off; deletion protection is not set$/,
    );
  });
});
