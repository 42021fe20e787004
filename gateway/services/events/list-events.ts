/** What starts functions in this start, for `gatewright events`, and how an event is sent to it by hand. */
import { isJson } from '@gatewright/aws/json-object';
import { parseArn } from '@gatewright/aws/arn';
import type { DeliveryOutcome } from './event-ports.ts';
import type { EventEngine } from './event-engine.ts';

/** A source of events, and what it starts or feeds. */
type EventSource = {
  readonly kind: 'queue' | 'stream' | 'topic' | 'rule' | 'schedule' | 'bucket';
  readonly name: string;
  /** Names of functions, and of what else is fed. */
  readonly targets: readonly string[];
  /** What waits, when it comes next: half a sentence. */
  readonly state: string;
};

export type HandSent = {
  readonly target: string;
  readonly body: string;
  readonly groupId?: string | undefined;
  readonly source?: string | undefined;
  readonly detailType?: string | undefined;
};

export function listEvents(engine: EventEngine): readonly EventSource[] {
  return [
    ...queuesOf(engine),
    ...streamsOf(engine),
    ...topicsOf(engine),
    ...engine.buses.rules
      .filter(({ test }) => test !== undefined)
      .map(({ name, targets, isEnabled }): EventSource => ({
        ...{ kind: 'rule', name, state: isEnabled ? '' : 'switched off' },
        targets: targets.map(({ arn }) => nameOf(arn)),
      })),
    ...engine.schedules.next.map(({ definition, at }): EventSource => ({
      ...{ kind: 'schedule', name: definition.name, targets: definition.targets.map(nameOf) },
      state: `${definition.expression}, ${at === undefined ? 'never again' : `next ${new Date(at).toISOString()}`}`,
    })),
    ...engine.buckets.all.map(({ bucket, event, targetArn }): EventSource => ({
      ...{ kind: 'bucket', name: bucket, state: event ?? 'all events' },
      targets: [targetArn === undefined ? 'default' : nameOf(targetArn)],
    })),
  ];
}

function queuesOf(engine: EventEngine): EventSource[] {
  return engine.queues.all.map((queue) => {
    const { visible, inFlight, delayed } = queue.count();
    return {
      ...{ kind: 'queue', name: queue.definition.name },
      targets: engine.functionsOf(queue.definition.arn),
      state: `${visible} waiting, ${inFlight} in flight, ${delayed} delayed`,
    };
  });
}

function streamsOf(engine: EventEngine): EventSource[] {
  return engine.streams.consumers.map(({ mapping, tableName, waiting, ageMs }) => ({
    ...{ kind: 'stream', name: tableName, targets: [mapping.functionName] },
    state: `${waiting} waiting, the oldest for ${Math.round(ageMs / 1000)} s`,
  }));
}

function topicsOf(engine: EventEngine): EventSource[] {
  return engine.topics.all.map(({ arn }) => ({
    ...{ kind: 'topic', name: nameOf(arn), state: '' },
    targets: engine.topics.subscriptionsOf(arn).map(({ endpoint }) => nameOf(endpoint)),
  }));
}

/** The last part of what an ARN names. */
function nameOf(arn: string): string {
  return (parseArn(arn)?.resource ?? arn).split(/[:/]/).at(-1) ?? arn;
}

type SendOutcome =
  | { readonly kind: 'sent'; readonly arn: string }
  /** By which names something could be sent. */
  | { readonly kind: 'unknown'; readonly names: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

/** To a queue, a topic or a bus, or in the place of a schedule's time. */
export async function sendByHand(
  engine: EventEngine,
  { target, body, groupId, source, detailType }: HandSent,
): Promise<SendOutcome> {
  const schedule = engine.schedules.find(target);
  if (schedule !== undefined) {
    engine.schedules.runNow(schedule);
    return { kind: 'sent', arn: schedule.arn };
  }
  const arns = [
    ...engine.queues.all.map(({ definition: { arn } }) => arn),
    ...engine.topics.all.map(({ arn }) => arn),
    ...engine.buses.arns,
  ];
  const arn = arns.find((each) => each === target || nameOf(each) === target);
  if (arn === undefined) {
    const schedules = engine.schedules.next.map(({ definition: { name } }) => name);
    return { kind: 'unknown', names: [...arns.map(nameOf), ...schedules] };
  }
  if (arn.includes(':event-bus/') && !isJson(body))
    return { kind: 'refused', message: 'the detail of an event must be JSON' };
  const delivery = { groupId, ...(source && { source }), ...(detailType && { detailType }) };
  const outcome: DeliveryOutcome = await engine.targets.send(arn, body, delivery);
  return outcome.kind === 'delivered' ? { kind: 'sent', arn } : { kind: 'refused', message: outcome.message };
}
