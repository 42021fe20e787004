/** What every source of events has in common: its properties, and the permissions of its service. */
import type { Json, JsonObject } from '../../core/stack/model.ts';
import type { SamExpansion } from './sam-expansion.ts';

/** An event below a function: what it starts, and the logical id of what SAM makes of it. */
export type SamEvent = {
  readonly ownerId: string;
  readonly eventName: string;
  /** Function and event in one: the logical id of the source's own resource. */
  readonly id: string;
  readonly properties: JsonObject;
  /** ARN of the function or of its alias. */
  readonly arn: Json;
  /** Function or alias, for a permission and a mapping. */
  readonly name: Json;
};

/** The value of a property without which SAM takes no event of this type. */
export function required(expansion: SamExpansion, event: SamEvent, property: string): Json {
  const value = event.properties[property];
  return value ?? expansion.fail(event.ownerId, `event ${event.eventName}: ${property} is required`);
}

/** Lets the source invoke the function. */
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

/** Lets a service send to a queue on behalf of one source. */
export function allowQueue(
  expansion: SamExpansion,
  event: SamEvent,
  policyId: string,
  queue: {
    readonly queueArn: Json;
    readonly queueUrl: Json;
    readonly principal: string;
    readonly sourceArn: Json;
    /** The template names it, and may do so for several events. */
    readonly mayBeShared?: boolean;
  },
): void {
  if (queue.mayBeShared === true && expansion.resources.has(policyId)) return;
  const statement: JsonObject = {
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: queue.queueArn,
    Principal: { Service: queue.principal },
    Condition: { ArnEquals: { 'aws:SourceArn': queue.sourceArn } },
  };
  expansion.make(event.ownerId, policyId, 'AWS::SQS::QueuePolicy', {
    Queues: [queue.queueUrl],
    PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
  });
}
