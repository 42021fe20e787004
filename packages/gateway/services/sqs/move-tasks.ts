/** Tasks that move the messages of a dead-letter queue, as `StartMessageMoveTask` starts them (docs/aws §22.5). */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { parseMoveTaskHandle, printMoveTaskHandle } from '@gatewright/aws/move-task-handle';
import type { EventPorts } from '../../kernel/event-ports.ts';
import type { Wake } from '../../kernel/agenda.ts';
import { readTextField } from '../../kernel/calls/query-input.ts';
import { invalid, SqsError } from './error.ts';
import type { LocalQueue, Queues } from './queues.ts';
import { readRequired, readWithin } from './read-input.ts';

type MoveTask = {
  readonly handle: string;
  readonly source: LocalQueue;
  readonly destinationArn: string | undefined;
  readonly perSecond: number | undefined;
  readonly toMove: number;
  readonly startedAt: number;
  moved: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  failure?: string;
  wake?: Wake;
};

type Ports = Pick<EventPorts, 'clock' | 'agenda' | 'random'> & { readonly queues: Queues };

/** The operations of this module. */
export const MOVE_TASK_CALLS: readonly string[] = [
  'CancelMessageMoveTask',
  'ListMessageMoveTasks',
  'StartMessageMoveTask',
];

const MOST_LISTED = 10;
const MOST_PER_SECOND = 500;

export class MoveTasks {
  readonly #ports: Ports;
  /** The tasks of each queue, newest first. If a queue is deleted, its tasks are deleted, too. */
  readonly #tasks = new WeakMap<LocalQueue, MoveTask[]>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * Handles an operation on tasks. Returns undefined for any other operation.
   * @throws SqsError if the call is refused
   */
  answer(action: string, input: UnknownMembers): UnknownMembers | undefined {
    switch (action) {
      case 'StartMessageMoveTask':
        return this.#start(input);
      case 'ListMessageMoveTasks': {
        const most = readWithin(input, 'MaxResults', 1, MOST_LISTED) ?? 1;
        return {
          Results: this.#tasksOf(this.#source(readRequired(input, 'SourceArn')))
            .slice(0, most)
            .map(printTask),
        };
      }
      case 'CancelMessageMoveTask':
        return this.#cancel(readRequired(input, 'TaskHandle'));
      default:
        return undefined;
    }
  }

  #start(input: UnknownMembers): UnknownMembers {
    const { queues, clock, random } = this.#ports;
    const perSecond = readWithin(input, 'MaxNumberOfMessagesPerSecond', 1, MOST_PER_SECOND);
    const source = this.#source(readRequired(input, 'SourceArn'));
    const { arn } = source.definition;
    if (queues.sourcesOf(arn).length === 0)
      throw invalid('Source queue must be configured as a Dead Letter Queue.');
    const destinationArn = readTextField(input, 'DestinationArn');
    if (destinationArn !== undefined && queues.find(destinationArn) === undefined)
      throw noResource('DestinationArn');
    const tasks = this.#tasksOf(source);
    if (tasks[0]?.status === 'RUNNING')
      throw invalid(
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    const task: MoveTask = {
      handle: printMoveTaskHandle({ taskId: random.uuid(), sourceArn: arn }),
      source,
      destinationArn,
      perSecond,
      toMove: source.count().visible,
      startedAt: clock.nowEpochMs(),
      moved: 0,
      status: 'RUNNING',
    };
    this.#tasks.set(source, [task, ...tasks].slice(0, MOST_LISTED));
    this.#run(task, task.startedAt);
    return { TaskHandle: task.handle };
  }

  #cancel(handle: string): UnknownMembers {
    const named = parseMoveTaskHandle(handle);
    if (named === undefined) throw invalid('Value for parameter TaskHandle is invalid.');
    const task = this.#tasksOf(this.#source(named.sourceArn)).find(
      (one) => one.handle === handle && one.status === 'RUNNING',
    );
    if (task === undefined) throw new SqsError('ResourceNotFoundException', 'Task does not exist.');
    task.wake?.cancel();
    task.status = 'CANCELLED';
    return { ApproximateNumberOfMessagesMoved: task.moved };
  }

  /** Moves as many messages as the rate allows per second, or all messages if no rate is set. */
  #run(task: MoveTask, dueMs: number): void {
    const { perSecond = Number.POSITIVE_INFINITY } = task;
    for (let inSecond = 0; inSecond < perSecond && task.status === 'RUNNING'; inSecond += 1) this.#step(task);
    if (task.status === 'RUNNING')
      task.wake = this.#ports.agenda.at(dueMs + 1_000, (due) => this.#run(task, due));
  }

  #step(task: MoveTask): void {
    const { source, destinationArn } = task;
    const outcome =
      this.#ports.queues.find(source.definition.arn) === source ? source.moveNext(destinationArn) : undefined;
    if (outcome === undefined || (outcome === 'moved' && task.moved + 1 >= task.toMove))
      task.status = 'COMPLETED';
    if (outcome === 'moved') task.moved += 1;
    else if (outcome !== undefined) {
      source.changeVisibility(outcome.receipt ?? '', 0);
      task.status = 'FAILED';
      task.failure =
        (destinationArn ?? outcome.diedIn) === undefined
          ? 'CouldNotDetermineMessageSource'
          : 'AWS.SimpleQueueService.NonExistentQueue';
    }
  }

  #tasksOf(source: LocalQueue): readonly MoveTask[] {
    return this.#tasks.get(source) ?? [];
  }

  #source(arn: string): LocalQueue {
    const queue = this.#ports.queues.find(arn);
    if (queue === undefined) throw noResource('SourceArn');
    return queue;
  }
}

function printTask(task: MoveTask): UnknownMembers {
  const { status, source, destinationArn, perSecond, failure } = task;
  return {
    ...(status === 'RUNNING' && { TaskHandle: task.handle }),
    Status: status,
    SourceArn: source.definition.arn,
    ...(destinationArn !== undefined && { DestinationArn: destinationArn }),
    ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(failure !== undefined && { FailureReason: failure }),
    StartedTimestamp: task.startedAt,
  };
}

function noResource(parameter: string): SqsError {
  return new SqsError(
    'ResourceNotFoundException',
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
  );
}
