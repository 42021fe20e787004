/** The events of this run, which call functions without a request. */
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import { describeNames } from '../../../core/stack/function.ts';
import { jsonReply } from '../../../core/api-call.ts';
import type { ControlReply } from '../../../core/api-call.ts';
import type { HttpClient, LogGroups, ServiceClient } from '../../../core/ports.ts';
import { findRefusedDelivery } from '../../../control/deliveries/refused-delivery.ts';
import { findRefusedByRole } from '../../../control/deliveries/target-roles.ts';
import { findDenial } from '../../../kernel/calls/aws-call.ts';
import { guardCalls } from '../../../kernel/calls/guarded-services.ts';
import { stopLoops } from '../../../kernel/calls/stop-loops.ts';
import { isForwarded } from '../../../kernel/calls/service-client.ts';
import type { ItemFeed } from '../../../kernel/item-feed.ts';
import type { HandTarget } from '../../../kernel/event-rows.ts';
import type { MoreEndpoints } from '../../../server/control-port/local-endpoints.ts';
import { ServiceHost } from '../../service-host.ts';
import { catalogueOf } from './catalogue.ts';
import type { Parts } from '../parts.ts';

type ServiceParts = Pick<
  Parts,
  'options' | 'clock' | 'random' | 'runtime' | 'closing' | 'values' | 'kept' | 'functionIdentities' | 'served'
> & {
  /** The client for integrations, and for targets that the gateway does not run. */
  readonly services: ServiceClient;
  readonly ownUrl: () => string | undefined;
  readonly http: HttpClient;
  readonly logGroups: LogGroups;
  readonly items: ItemFeed;
};

export function openServiceHost(at: ServiceParts): ServiceHost {
  const { options, clock, random, runtime, closing, services, ownUrl, values, http, kept, logGroups } = at;
  const { accountId, dynamodb, log, awsEndpoints } = options;
  const guarded = guardCalls(runtime, (name) => at.served.functionArnOf(name), at.functionIdentities);
  const host = new ServiceHost({
    catalogue: catalogueOf(options),
    // If an invocation names a role, as a state machine does, the role needs the permission.
    invoker: { ...guarded, invoke: stopLoops((invocation) => guarded.invoke(invocation), loopsOf(at)) },
    clock,
    random,
    services,
    http,
    logGroups,
    items: at.items,
    permits(functionName, action, resource) {
      const caller = at.functionIdentities.all.find(({ name }) => name === functionName);
      return caller === undefined || findDenial(caller, [{ action, resource }]) === undefined;
    },
    refuseDelivery:
      options.roles === true
        ? (target, sender, roleArn) =>
            roleArn === undefined
              ? findRefusedDelivery(at.served.account, target, sender)
              : findRefusedByRole(at.functionIdentities, target, { sender, roleArn })
        : undefined,
    settings: options,
    accountId,
    isElsewhere: (service) =>
      service === 'dynamodb-streams'
        ? dynamodb.kind !== 'embedded'
        : isForwarded(service, awsEndpoints, ownUrl()),
    kept,
    writtenObjects: values,
    report: (message) => log.write(message),
  });
  closing.add(() => host.close());
  return host;
}

/** Returns which functions may run in a loop. */
export function loopsOf({ served }: Pick<Parts, 'served'>): Parameters<typeof stopLoops>[1] {
  return {
    isAllowed: (functionName) =>
      served.stacks.some(({ resources }) =>
        [...resources.values()].some(
          ({ type, physicalId, properties }) =>
            type === 'AWS::Lambda::Function' &&
            physicalId === functionName &&
            properties['RecursiveLoop'] === 'Allow',
        ),
      ),
  };
}

/**
 * Returns the name of a queue, topic, bus, stream or schedule by its logical id. If no resource has this logical id,
 * the text itself is used as the name.
 */
export function resolveName(wanted: string, { served }: Pick<Parts, 'served'>): string {
  const found = served.stacks.map(({ resources }) => resources.get(wanted)).find((one) => one !== undefined);
  // The physical id is a URL for a queue, an ARN for a topic, and a name for a schedule.
  return found?.physicalId.split(/[:/|]/).at(-1) ?? wanted;
}

/** Returns names with the logical ids that `resolveName` also accepts, such as `shop-dev-jobs (Jobs)`. */
export function withLogicalIds(
  names: readonly string[],
  { served }: Pick<Parts, 'served'>,
): readonly string[] {
  const ids = new Map(
    served.stacks.flatMap(({ resources }) =>
      [...resources.keys()].map((logicalId) => [resolveName(logicalId, { served }), logicalId] as const),
    ),
  );
  return names.map((name) => describeNames({ name, logicalId: ids.get(name) }));
}

/** Returns the endpoints that `gatewright events` uses. */
export function openEventsApi({ events, served }: Pick<Parts, 'events' | 'served'>): MoreEndpoints {
  return async (request, path) => {
    if (path !== 'events') return undefined;
    if (request.method === 'GET')
      return jsonReply(200, { sources: events.rows, asynchronous: events.pending });
    if (request.method !== 'POST') return undefined;
    const redriven = redrive(events, request.body.toString(), served);
    if (redriven !== undefined) return redriven;
    const sent = readSent(request.body.toString());
    if (sent === undefined) return jsonReply(400, { message: 'Expected {"target": string, "body": string}' });
    return sendByHand(
      { events, served },
      { ...sent, target: resolveName(sent.target, { served }) },
      sent.target,
    );
  };
}

/**
 * Handles the request `{"target": queue, "redrive": true}`.
 * @returns the reply; undefined for any other request
 */
function redrive(events: ServiceHost, text: string, served: Parts['served']): ControlReply | undefined {
  const { target, redrive: isAsked } = parseJsonObject(text) ?? {};
  if (isAsked !== true || typeof target !== 'string') return undefined;
  const name = resolveName(target, { served });
  const found = events.handTargets.find(
    (one) => one.redrive !== undefined && [one.arn, one.name].includes(name),
  );
  if (found?.redrive === undefined)
    return jsonReply(409, { message: `"${target}" is not the dead-letter queue of another queue.` });
  return jsonReply(200, { moved: found.redrive() });
}

/**
 * Sends a message to a queue, a topic or a bus, or runs a schedule at once.
 * @param called the name of the target in the message of the reply
 */
async function sendByHand(
  { events, served }: Pick<Parts, 'events' | 'served'>,
  sent: HandSent,
  called: string,
): Promise<ControlReply> {
  const { target: wanted, body, groupId, source, detailType } = sent;
  const all = events.handTargets;
  const isWanted = ({ arn, name }: HandTarget): boolean => arn === wanted || name === wanted;
  const schedules = all.filter(({ run }) => run !== undefined);
  const others = all.filter(({ run }) => run === undefined);
  const found = schedules.find(isWanted) ?? others.find(isWanted);
  if (found === undefined) {
    const both = [...others, ...schedules].map(({ name }) => name);
    const names = withLogicalIds(both, { served }).join(', ');
    return jsonReply(404, {
      message: `Unknown queue, topic, bus, stream or schedule "${called}"; ${names === '' ? 'this gateway has none' : `expected one of ${names}`}`,
    });
  }
  const { arn, run, refuse } = found;
  run?.();
  if (run !== undefined) return jsonReply(200, { sent: arn });
  const refusal = refuse?.(body);
  if (refusal !== undefined) return jsonReply(409, { message: refusal });
  const delivery = { groupId, ...(source && { source }), ...(detailType && { detailType }) };
  const outcome = await events.journal.apart(() => events.targets.send(arn, body, delivery));
  return outcome.kind === 'delivered'
    ? jsonReply(200, { sent: arn })
    : jsonReply(409, { message: outcome.message });
}

type HandSent = {
  readonly target: string;
  readonly body: string;
  readonly groupId?: string | undefined;
  readonly source?: string | undefined;
  readonly detailType?: string | undefined;
};

function readSent(text: string): HandSent | undefined {
  const { target, body, ...more } = parseJsonObject(text) ?? {};
  if (typeof target !== 'string' || typeof body !== 'string') return undefined;
  const { groupId, source, detailType } = more;
  return {
    target,
    body,
    groupId: asText(groupId),
    source: asText(source),
    detailType: asText(detailType),
  };
}
