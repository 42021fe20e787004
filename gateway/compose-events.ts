/** Events of a start: what starts functions beside requests. */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { describeFault } from './compose-parts.ts';
import { jsonReply } from './control-port/control-request.ts';
import { type HandSent, listEvents, sendByHand } from './services/events/list-events.ts';
import type { MoreEndpoints } from './control-port/local-endpoints.ts';
import { EventEngine } from './services/events/event-engine.ts';
import { readEvents } from './services/events/read-events.ts';
import { goesElsewhere } from './services/service-client.ts';
import type { EventDefinitions } from './services/events/read-events.ts';
import type { Parts } from './compose-parts.ts';
import type { Tolerance } from './errors.ts';
import type { ResolvedStack } from './definition/model.ts';
import type { ServiceClient } from './ports.ts';

type EventParts = Pick<Parts, 'options' | 'clock' | 'random' | 'runtime' | 'recorder' | 'closing'> & {
  /** Of integrations, for targets that are not here. */
  readonly services: ServiceClient;
  readonly ownUrl: () => string | undefined;
};

export function openEvents(at: EventParts): EventEngine {
  const { options, clock, random, runtime, recorder, closing, services, ownUrl } = at;
  const { accountId, dynamodb, log } = options;
  const events = new EventEngine({
    ...{ invoker: runtime, clock, random, services, accountId },
    isElsewhere: elsewhereOf(options, ownUrl),
    dataDirectory: dynamodb.kind === 'embedded' ? dynamodb.dataDirectory : undefined,
    report: (message) => log.write(message),
  });
  recorder.local = (request, operation) =>
    events.answer(request, operation).catch((fault: unknown) => {
      log.write(describeFault(fault));
      return { kind: 'error', status: 500, code: 'InternalError', message: 'Internal server error' };
    });
  recorder.onObject = (change) => events.buckets.changed(change);
  closing.add(() => events.close());
  return events;
}

function elsewhereOf(
  { awsEndpoints, dynamodb }: Parts['options'],
  controlUrl: () => string | undefined,
): (service: string) => boolean {
  return (service) =>
    service === 'dynamodb-streams'
      ? dynamodb.kind !== 'embedded'
      : goesElsewhere(service, awsEndpoints, controlUrl());
}

export function readEventsOf(
  stacks: readonly ResolvedStack[],
  parts: Pick<Parts, 'options' | 'controlUrl' | 'events'>,
  tolerance: Tolerance,
): EventDefinitions {
  return readEvents(
    stacks,
    {
      isElsewhere: elsewhereOf(parts.options, () => parts.controlUrl),
      anchorMs: parts.events.startedAt,
    },
    tolerance,
  );
}

/** What a person means by a logical id: the name of the queue, topic, bus or schedule; any other text is a name itself. */
export function nameOfLogical(wanted: string, { served }: Pick<Parts, 'served'>): string {
  const found = served.stacks.map(({ resources }) => resources.get(wanted)).find((one) => one !== undefined);
  // A queue is known by its URL, a topic by its ARN, a schedule by its name.
  return found?.physicalId.split(/[:/|]/).at(-1) ?? wanted;
}

/** What `gatewright events` asks. */
export function openEventsApi({ events, served }: Pick<Parts, 'events' | 'served'>): MoreEndpoints {
  return async (request, path) => {
    if (path !== 'events') return undefined;
    if (request.method === 'GET')
      return jsonReply(200, { sources: listEvents(events), asynchronous: events.async.size });
    if (request.method !== 'POST') return undefined;
    const sent = readSent(request.body.toString());
    if (sent === undefined) return jsonReply(400, { message: 'Wanted: {"target": a name, "body": text}' });
    const outcome = await sendByHand(events, { ...sent, target: nameOfLogical(sent.target, { served }) });
    switch (outcome.kind) {
      case 'sent':
        return jsonReply(200, { sent: outcome.arn });
      case 'refused':
        return jsonReply(409, { message: outcome.message });
      case 'unknown': {
        const names = outcome.names.length === 0 ? 'are none' : `are ${outcome.names.join(', ')}`;
        return jsonReply(404, {
          message: `There is no queue, topic, bus or schedule "${sent.target}"; there ${names}`,
        });
      }
    }
  };
}

function readSent(text: string): HandSent | undefined {
  const { target, body, ...more } = parseJsonObject(text) ?? {};
  if (typeof target !== 'string' || typeof body !== 'string') return undefined;
  const { groupId, source, detailType } = more;
  const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    ...{ target, body, groupId: textOf(groupId) },
    ...{ source: textOf(source), detailType: textOf(detailType) },
  };
}
