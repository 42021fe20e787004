/**
 * Reads and validates the members of CreateEventSourceMapping and UpdateEventSourceMapping as Lambda does (Lambda API
 * reference).
 */
import type { InputPolicy } from '@gatewright/aws/call-input';
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import { parseFunctionName } from '@gatewright/aws/function-name';
import { asText } from '@gatewright/aws/json-object';
import type { JsonObject as Properties, UnknownMembers } from '@gatewright/aws/json-object';
import {
  NO_EVENT_SOURCE,
  NO_SOURCE_ACCESS,
  notASource,
  SERVICES_OF_MAPPINGS,
} from '../../core/deployability/call-words.ts';
import { findMappedSource, MAPPING_SETTINGS } from '../../core/stack/event-sources.ts';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { LAMBDA_MODEL } from '../../kernel/calls/models/lambda.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { checkFilterCriteria } from '../../kernel/delivery/event-pattern.ts';

const CALLS = new CallModel(LAMBDA_MODEL);

type Request = Parameters<CallModel['readRest']>[0];

/**
 * Returns the members of a call from its path, query and body; undefined for another operation.
 * @throws OperationRefused for members that Lambda's validator refuses
 */
export function readCall(request: Request): UnknownMembers | undefined {
  const found = CALLS.readRest(request);
  if (found !== undefined) CALLS.check(found.operation, found.members, POLICY);
  return found?.members;
}

/** The members that are stored in a mapping. */
const KEPT = [
  'EventSourceArn',
  'FunctionName',
  ...MAPPING_SETTINGS.every.map((name) => (name === 'KmsKeyArn' ? 'KMSKeyArn' : name)),
  'ScalingConfig',
  ...MAPPING_SETTINGS.stream,
  'Tags',
];

/**
 * Members that the gateway does not support. Some of them configure sources that cannot invoke functions in the
 * gateway. The others limit or protect something, and would have no effect.
 */
const NOT_SERVED = [
  'AmazonManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
  'LoggingConfig',
  'ProvisionedPollerConfig',
  'Queues',
  'SelfManagedEventSource',
  'SelfManagedKafkaEventSourceConfig',
  'SourceAccessConfigurations',
  'Topics',
];
const FIXED = ['EventSourceArn', 'StartingPosition', 'StartingPositionTimestamp', 'Tags'];
const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new OperationRefused('ValidationException', message),
  wrongType: (message) => new OperationRefused('SerializationException', message),
};

/**
 * Returns the members that a call sets.
 * @throws OperationRefused if a member is invalid
 */
export function readMembers(input: UnknownMembers, isUpdate: boolean): Properties {
  const filterRefusal = checkFilterCriteria(input['FilterCriteria']);
  if (filterRefusal !== undefined) throw invalidParameter(filterRefusal);
  const members = KEPT.filter((name) => !isUpdate || !FIXED.includes(name));
  // Empty lists are included, because an empty list removes the previous value.
  const given = Object.entries(input).filter(
    ([name, value]) => members.includes(name) && (value ?? undefined) !== undefined,
  );
  // The cast is safe because the values come from parsed text.
  return Object.fromEntries(given) as Properties;
}

/**
 * Refuses members that the gateway does not support. This is checked last, so that what Lambda refuses is refused in
 * its words.
 */
export function refuseUnserved(input: UnknownMembers): void {
  const refused = NOT_SERVED.find((name) => isGiven(input[name]));
  if (refused !== undefined) throw notServed(`${refused} of event source mappings`, 'leave it out');
}

/**
 * The status 501 and this code distinguish what the gateway lacks from what Lambda refuses.
 * @param then the remedy, or the consequence
 */
export function notServed(what: string, then: string): OperationRefused {
  return new OperationRefused('NotImplementedException', `The gateway does not support ${what}; ${then}.`);
}

/** The member that makes Lambda refuse a mapping, and Lambda's message. */
type RefusedMember = { readonly member: string; readonly message: string };

/**
 * Returns the first member that this kind of source does not allow, or that it requires and the mapping lacks;
 * undefined if there is none. AWS checks a mapping of a template by the same rules.
 * @param service the service in the source's ARN
 */
export function refusalForSource(service: string, properties: UnknownMembers): RefusedMember | undefined {
  const { kind, type } = findMappedSource(service) ?? {};
  if (kind === 'queue') return refusalForQueue(properties, type ?? service);
  if (isGiven(properties['ScalingConfig']))
    return { member: 'ScalingConfig', message: 'ScalingConfig is not valid for stream event sources.' };
  const { StartingPosition: position } = properties;
  if (!isGiven(position))
    return {
      member: 'StartingPosition',
      message: `${validationMessage(violation(undefined, 'startingPosition', MUST.notBeNull))}.`,
    };
  if (position !== 'AT_TIMESTAMP') return undefined;
  if (service === 'dynamodb')
    return {
      member: 'StartingPosition',
      message: `Unsupported starting position for arn type: ${asText(properties['EventSourceArn']) ?? ''}`,
    };
  return isGiven(properties['StartingPositionTimestamp'])
    ? undefined
    : { member: 'StartingPositionTimestamp', message: 'Need to specify a timestamp' };
}

function refusalForQueue(properties: UnknownMembers, type: string): RefusedMember | undefined {
  const other = MAPPING_SETTINGS.stream.find((name) => isGiven(properties[name]));
  if (other === 'DestinationConfig')
    return {
      member: other,
      message: 'Unsupported DestinationConfig parameter for given event source mapping type.',
    };
  if (other !== undefined)
    return { member: other, message: `${other} is not valid for ${type} event sources.` };
  const window = Number(properties['MaximumBatchingWindowInSeconds'] ?? 0);
  // See aws/aws-lambda-dotnet#1758
  if (window > 0 && asText(properties['EventSourceArn'])?.endsWith('.fifo') === true)
    return {
      member: 'MaximumBatchingWindowInSeconds',
      message: 'Batching window is not supported for FIFO queues',
    };
  return Number(properties['BatchSize']) > 10 && window === 0
    ? {
        member: 'BatchSize',
        message:
          'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
      }
    : undefined;
}

/**
 * @param input the members of the call, also those that are not stored
 * @throws OperationRefused for members that this kind of source does not allow
 */
export function refuseForSource(service: string, properties: UnknownMembers, input: UnknownMembers): void {
  if (!isGiven(properties['EventSourceArn'])) {
    if (!isGiven(input['SelfManagedEventSource'])) throw invalidParameter(NO_EVENT_SOURCE);
    if (!isGiven(input['SourceAccessConfigurations'])) throw invalidParameter(NO_SOURCE_ACCESS);
    return;
  }
  if (!SERVICES_OF_MAPPINGS.includes(service))
    throw invalidParameter(notASource(asText(properties['EventSourceArn']) ?? ''));
  const refused = refusalForSource(service, properties);
  if (refused !== undefined) throw invalidParameter(refused.message);
}

/** Returns the refusal of a second mapping. Its wording was recorded for queues and for streams. */
export function describeSame(service: string, source: string, functionName: string): string {
  const name = parseFunctionName(functionName).functionName;
  const { kind, type } = findMappedSource(service) ?? {};
  const mapping =
    kind === 'queue'
      ? `An event source mapping with ${type ?? service} arn (" ${source} ") and function (" ${name} ")`
      : `The event source arn (" ${source} ") and function (" ${name} ") provided mapping`;
  return `${mapping} already exists`;
}

export function invalidParameter(message: string): OperationRefused {
  return new OperationRefused('InvalidParameterValueException', message);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
