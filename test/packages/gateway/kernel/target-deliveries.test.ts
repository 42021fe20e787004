/** Source: EventBridge user guide, "Event retry policy and using dead-letter queues", docs/aws §18.5. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Agenda } from '../../../../packages/gateway/kernel/agenda.ts';
import { EventJournal } from '../../../../packages/gateway/kernel/event-journal.ts';
import { DELIVERED, final } from '../../../../packages/gateway/kernel/event-ports.ts';
import { DEFAULT_TARGET, TargetDeliveries } from '../../../../packages/gateway/kernel/target-deliveries.ts';
import { Work } from '../../../../packages/gateway/kernel/work.ts';
import { CountingRandom, EPOCH_MS, VirtualClock } from '../../../support/virtual-ports.ts';
import type { Delivery, DeliveryOutcome } from '../../../../packages/gateway/kernel/event-ports.ts';
import type { EventTarget } from '../../../../packages/gateway/kernel/target-deliveries.ts';

const BUSY: DeliveryOutcome = { kind: 'failed', isFinal: false, code: '503', message: 'busy' };

type Sent = { readonly arn: string; readonly atMs: number; readonly delivery: Delivery | undefined };

function aDelivery(answer: (arn: string) => DeliveryOutcome, target: Partial<EventTarget> = {}) {
  const clock = new VirtualClock();
  const work = new Work();
  const said: string[] = [];
  const sent: Sent[] = [];
  const report = (message: string): void => void said.push(message);
  const agenda = new Agenda(clock, report);
  const deliveries = new TargetDeliveries({
    clock,
    agenda,
    work,
    report,
    journal: new EventJournal(clock, new CountingRandom(), report),
    targets: {
      send: (arn, _body, delivery) => {
        sent.push({ arn, atMs: clock.nowEpochMs() - EPOCH_MS, delivery });
        return Promise.resolve(answer(arn));
      },
      sendHere: () => assert.fail('not asked'),
    },
  });
  const start = (): void =>
    deliveries.deliver(
      { arn: 'arn:target', deadLetterArn: undefined, ...DEFAULT_TARGET, ...target },
      'event',
      { source: 'shop' },
      'arn:rule',
    );
  /** Moves the clock to each time at which something is due. */
  const play = async (): Promise<void> => {
    await work.idle();
    for (let due = agenda.nextDue; due !== undefined; due = agenda.nextDue) {
      clock.advance(due - clock.nowEpochMs());
      agenda.moved();
      await work.idle();
    }
  };
  return { start, play, sent, said };
}

describe('TargetDeliveries', () => {
  it('delivers accepted events once', async () => {
    const { start, play, sent, said } = aDelivery(() => DELIVERED);

    start();
    await play();

    assert.deepEqual(sent, [
      { arn: 'arn:target', atMs: 0, delivery: { source: 'shop', sender: 'arn:rule' } },
    ]);
    assert.deepEqual(said, []);
  });

  it('tries again after a second, then twice as long each time, up to ten minutes', async () => {
    const { start, play, sent } = aDelivery(() => BUSY, { maxRetries: 12 });

    start();
    await play();

    const waits = sent.map(({ atMs }, index) => (atMs - (sent[index - 1]?.atMs ?? 0)) / 1_000);
    assert.deepEqual(waits, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
  });

  it('gives up after the retries of the target, or at its maximum age, and says so', async () => {
    for (const [target, tries] of [
      [{ maxRetries: 0 }, 1],
      [{ maxRetries: 3 }, 4],
      [{ maxAgeMs: 3_000 }, 3],
      [{ maxAgeMs: 2_999 }, 2],
    ] as const) {
      const { start, play, sent, said } = aDelivery(() => BUSY, target);

      start();
      await play();

      assert.equal(sent.length, tries, JSON.stringify(target));
      assert.deepEqual(said, ['arn:rule could not deliver an event to arn:target: busy']);
    }
  });

  it('gives up at once if a retry cannot help', async () => {
    const { start, play, sent } = aDelivery(() => final('404', 'no such queue'));

    start();
    await play();

    assert.equal(sent.length, 1);
  });

  it('passes what it gives up to the dead-letter queue, with the reason', async () => {
    const failing = final('404', 'x'.repeat(2_000));
    const { start, play, sent } = aDelivery((arn) => (arn === 'arn:dead' ? DELIVERED : failing), {
      deadLetterArn: 'arn:dead',
    });

    start();
    await play();

    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    assert.deepEqual(sent[1], {
      arn: 'arn:dead',
      atMs: 0,
      delivery: {
        attributes: {
          RULE_ARN: text('arn:rule'),
          TARGET_ARN: text('arn:target'),
          ERROR_CODE: text('404'),
          ERROR_MESSAGE: text('x'.repeat(1_024)),
          RETRY_ATTEMPTS: text('0'),
        },
        // The policy of the dead-letter queue decides, too.
        sender: 'arn:rule',
      },
    });
  });

  for (const [limit, condition, retries] of [
    [{ maxRetries: 2 }, 'MaximumRetryAttempts', '2'],
    [{ maxAgeMs: 3_000 }, 'MaximumEventAgeInSeconds', '2'],
  ] as const)
    it(`tells the dead-letter queue that ${condition} ended the retries, and how many there were`, async () => {
      const { start, play, sent } = aDelivery((arn) => (arn === 'arn:dead' ? DELIVERED : BUSY), {
        deadLetterArn: 'arn:dead',
        ...limit,
      });

      start();
      await play();

      const { EXHAUSTED_RETRY_CONDITION: ended, RETRY_ATTEMPTS: tries } =
        sent.at(-1)?.delivery?.attributes ?? {};
      assert.deepEqual([ended?.StringValue, tries?.StringValue], [condition, retries]);
    });

  it('gives no attribute of the dead-letter queue an empty text, which SQS refuses', async () => {
    const { start, play, sent } = aDelivery(() => final('', ''), { deadLetterArn: 'arn:dead' });

    start();
    await play();

    const { ERROR_CODE: code, ERROR_MESSAGE: message } = sent[1]?.delivery?.attributes ?? {};
    assert.deepEqual([code?.StringValue, message?.StringValue], ['-', '-']);
  });

  it('reports what happens if a dead-letter queue fails as well', async () => {
    const { start, play, said } = aDelivery(() => final('NOT_SERVED', 'sqs does not run here'), {
      deadLetterArn: 'arn:dead',
    });

    start();
    await play();

    assert.deepEqual(said, [
      'arn:rule could not deliver an event to arn:target: sqs does not run here',
      'the dead-letter queue arn:dead did not receive the event: sqs does not run here',
    ]);
  });
});
