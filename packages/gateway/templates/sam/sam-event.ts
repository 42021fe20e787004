import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { SamChange, SamExpansion } from './sam-expansion.ts';

/** An event of a function: its target, and the logical id of the generated resource. */
export type SamEvent = {
  readonly ownerId: string;
  readonly eventName: string;
  /**
   * The combined names of the function and the event. This is the logical id of the resource that belongs to the event
   * source itself.
   */
  readonly id: string;
  readonly properties: JsonObject;
  readonly arn: Json;
  readonly name: Json;
};

export function required(expansion: SamExpansion, event: SamEvent, property: string): Json {
  const value = event.properties[property];
  return value ?? expansion.fail(event.ownerId, `event ${event.eventName}: ${property} is required`);
}

/**
 * Returns the logical id that a property refers to. It must be the id of a resource of this template.
 * @param what the kind of resource for the error message, for example `bucket`
 */
export function requiredRef(
  expansion: SamExpansion,
  event: SamEvent,
  property: string,
  what: string,
): string {
  const { Ref: id } = membersOf(required(expansion, event, property));
  if (typeof id === 'string' && expansion.has(id)) return id;
  return expansion.fail(
    event.ownerId,
    `event ${event.eventName}: ${property} must be a Ref to a ${what} in this template`,
  );
}

/** Applies the changes to other resources. It must be called after every resource has been expanded. */
export function applyChanges(expansion: SamExpansion): void {
  for (const change of expansion.changes)
    expansion.attempt(
      'the event does not invoke the function',
      () => {
        applyChange(expansion, change);
      },
      () => undefined,
    );
}

function applyChange(
  expansion: SamExpansion,
  { ownerId, eventName, resourceId, type, change }: SamChange,
): void {
  const resource = expansion.resources.get(resourceId);
  if (!isJsonObject(resource) || resource['Type'] !== type)
    return expansion.fail(ownerId, `event ${eventName}: ${resourceId} is not an ${type}`);
  const Properties = change(membersOf(resource['Properties']));
  expansion.copy(resourceId, { ...resource, Properties });
}

export function allowSource(
  expansion: SamExpansion,
  event: SamEvent,
  principal: Json,
  source: JsonObject,
): void {
  expansion.make(event.ownerId, `${event.id}Permission`, 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: event.name,
    Principal: principal,
    ...source,
  });
}

export function allowQueue(
  expansion: SamExpansion,
  event: SamEvent,
  policyId: string,
  queue: {
    readonly queueArn: Json;
    readonly queueUrl: Json;
    /** The principal that may send to the queue: a service, or everyone, which SAM allows for topics. */
    readonly principal: string;
    readonly sourceArn: Json;
    /** True if the template itself names the resource, possibly for several events. */
    readonly mayBeShared?: boolean;
  },
): void {
  if (queue.mayBeShared === true && expansion.resources.has(policyId)) return;
  const statement: JsonObject = {
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: queue.queueArn,
    Principal: queue.principal === '*' ? '*' : { Service: queue.principal },
    Condition: { ArnEquals: { 'aws:SourceArn': queue.sourceArn } },
  };
  expansion.make(event.ownerId, policyId, 'AWS::SQS::QueuePolicy', {
    Queues: [queue.queueUrl],
    PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
  });
}
