import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeAlarm } from '../../../../../../packages/gateway/services/cloudwatch/alarms/judge-alarm.ts';
import type { MetricAlarm } from '../../../../../../packages/gateway/services/cloudwatch/alarms/alarm.ts';

const PAGE = 'CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"';
const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

type Treatment = MetricAlarm['treatMissingData'];
type Outcome = 'ALARM' | 'OK' | 'INSUFFICIENT_DATA' | 'keep';

/** `0` within the threshold, `X` beyond it, `-` missing, the newest last, as in AWS's tables. */
function judge(drawn: string, m: number, treatMissingData: Treatment, n = 3): Outcome {
  const values = drawn.split(' ').toReversed();
  const judgement = judgeAlarm(
    {
      evaluationPeriods: n,
      datapointsToAlarm: m,
      treatMissingData,
      operator: 'GreaterThanThreshold',
      threshold: 0,
    },
    values.map((sign, index) => ({
      at: (values.length - index) * 60_000,
      value: sign === '-' ? undefined : sign === 'X' ? 1 : 0,
    })),
  );
  return judgement.kind === 'keep' ? 'keep' : judgement.value;
}

/** Both tables, a row each: MISSING, IGNORE, BREACHING, NOT BREACHING. */
const TABLES: readonly (readonly [drawn: string, m: number, outcomes: readonly Outcome[]])[] = [
  ['0 - X - X', 3, ['OK', 'OK', 'OK', 'OK']],
  ['0 - - - -', 3, ['OK', 'OK', 'OK', 'OK']],
  ['- - - - -', 3, ['INSUFFICIENT_DATA', 'keep', 'ALARM', 'OK']],
  ['0 X X - X', 3, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['- - X - -', 3, ['ALARM', 'keep', 'ALARM', 'OK']],
  ['0 - X - X', 2, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 0 X 0 X', 2, ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 - X - -', 2, ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - - 0', 2, ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - X -', 2, ['ALARM', 'keep', 'ALARM', 'OK']],
];

describe('judgeAlarm', () => {
  for (const [drawn, m, outcomes] of TABLES)
    for (const [index, treatment] of TREATMENTS.entries())
      it(`judges ${drawn} of a ${m} out of 3 alarm as ${outcomes[index]} if missing data is ${treatment}`, () => {
        assert.equal(judge(drawn, m, treatment), outcomes[index], PAGE);
      });

  it('does not ring for one breaching point that has just come', () => {
    for (const drawn of ['- - - - X', '- - - X -'])
      assert.equal(judge(drawn, 3, 'missing'), 'keep', `${PAGE}: “does not go immediately into ALARM state”`);
  });

  it('evaluates the newest real points only, if there are enough', () => {
    assert.equal(judge('X X 0 0 0', 2, 'breaching'), 'OK', `${PAGE}: “not needed and are ignored”`);
    assert.equal(judge('- - X', 1, 'missing', 1), 'ALARM');
    assert.equal(
      judge('X - -', 1, 'notBreaching', 1),
      'ALARM',
      `${PAGE}: “repeatedly re-evaluate the last set”`,
    );
  });
});
