/**
 * What queues hold, for services that follow metrics: when messages come, then each minute until the queue is empty.
 * @see SQS developer guide, "Available CloudWatch metrics for Amazon SQS"
 */
import type { ServicePorts } from '../../kernel/service.ts';
import type { LocalQueue } from './queues.ts';

type Options = Pick<ServicePorts, 'agenda' | 'clock' | 'metrics'>;

const MINUTE_MS = 60_000;

export class QueueMetrics {
  readonly #options: Options;
  /** Queues that are measured again at the next full minute. */
  readonly #measured = new Set<LocalQueue>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Until the queues are closed. */
  watch(queues: readonly LocalQueue[]): void {
    this.#measured.clear();
    for (const queue of queues) {
      queue.listen(() => this.#note(queue));
      if (queue.length > 0) this.#note(queue);
    }
  }

  #note(queue: LocalQueue): void {
    const { metrics, agenda, clock } = this.#options;
    if (!metrics.isFollowed || this.#measured.has(queue)) return;
    const now = clock.nowEpochMs();
    this.#publish(queue, now);
    if (queue.length === 0) return;
    this.#measured.add(queue);
    agenda.at((Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS, () => {
      if (this.#measured.delete(queue)) this.#note(queue);
    });
  }

  #publish(queue: LocalQueue, epochMs: number): void {
    const { visible, inFlight, delayed } = queue.count();
    const oldest = queue.messages[0]?.sentAt ?? epochMs;
    this.#options.metrics.publish({
      namespace: 'AWS/SQS',
      epochMs,
      sets: [['QueueName']],
      dimensions: { QueueName: queue.definition.name },
      metrics: [
        ['ApproximateNumberOfMessagesVisible', 'Count', visible],
        ['ApproximateNumberOfMessagesNotVisible', 'Count', inFlight],
        ['ApproximateNumberOfMessagesDelayed', 'Count', delayed],
        ['ApproximateAgeOfOldestMessage', 'Seconds', Math.floor((epochMs - oldest) / 1000)],
      ],
    });
  }
}
