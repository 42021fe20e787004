/** Events of a start: what starts functions beside requests. */
import { describeFault } from './compose-parts.ts';
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
