/**
 * Reads and validates the members of CreateEventSourceMapping and UpdateEventSourceMapping as Lambda does (Lambda API
 * reference).
 */
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy, MemberTable } from '@gatewright/aws/call-input';
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import type { JsonObject as Properties, UnknownMembers } from '@gatewright/aws/json-object';
import { findMappedSource, MAPPING_SETTINGS } from '../../core/stack/event-sources.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { checkFilterCriteria } from '../../kernel/delivery/event-pattern.ts';

const STARTING_POSITIONS = ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'];

const MEMBERS: MemberTable = {
  EventSourceArn: { type: 'text', isRequired: true },
  FunctionName: { type: 'text', isRequired: true },
  Enabled: { type: 'flag' },
  BatchSize: { type: 'number', least: 1, most: 10_000 },
  MaximumBatchingWindowInSeconds: { type: 'number', least: 0, most: 300 },
  FilterCriteria: { type: 'object' },
  FunctionResponseTypes: { type: 'list', each: { values: ['ReportBatchItemFailures'] } },
  ScalingConfig: { type: 'object' },
  StartingPosition: { type: 'text', values: STARTING_POSITIONS },
  StartingPositionTimestamp: { type: 'number', least: 0, most: 1e11 },
  ParallelizationFactor: { type: 'number', least: 1, most: 10 },
  BisectBatchOnFunctionError: { type: 'flag' },
  MaximumRecordAgeInSeconds: { type: 'number', least: -1, most: 604_800 },
  MaximumRetryAttempts: { type: 'number', least: -1, most: 10_000 },
  TumblingWindowInSeconds: { type: 'number', least: 0, most: 900 },
  DestinationConfig: { type: 'object' },
  KMSKeyArn: { type: 'text' },
  MetricsConfig: { type: 'object' },
  Tags: { type: 'object' },
};

/**
 * Members that are not supported. Some of them configure sources that cannot invoke functions here. The others limit or
 * protect something, and would have no effect.
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
/** Members of an update, none of which is required. */
const UPDATE_MEMBERS: MemberTable = Object.fromEntries(
  Object.entries(MEMBERS).flatMap(([name, member]) =>
    FIXED.includes(name) ? [] : [[name, { ...member, isRequired: false }]],
  ),
);

const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new OperationRefused('ValidationException', message),
  wrongType: (message) => new OperationRefused('SerializationException', message),
};

/**
 * Returns the members that a call sets.
 * @throws OperationRefused if a member is invalid or not supported here
 */
export function readMembers(input: UnknownMembers, isUpdate: boolean): Properties {
  const filterRefusal = checkFilterCriteria(input['FilterCriteria']);
  if (filterRefusal !== undefined) throw invalidParameter(filterRefusal);
  const refused = NOT_SERVED.find((name) => isGiven(input[name]));
  if (refused !== undefined) throw invalidParameter(`${refused} is not served here`);
  const members = isUpdate ? UPDATE_MEMBERS : MEMBERS;
  const reader = new CallInput(input, POLICY);
  reader.object('ScalingConfig')?.read('MaximumConcurrency', 'number', { least: 2, most: 1_000 });
  reader.checkAll(members);
  // Empty lists are included, because an empty list removes the previous value.
  const given = Object.entries(input).filter(([name]) => Object.hasOwn(members, name) && reader.has(name));
  // The cast is safe because the values come from parsed text.
  return Object.fromEntries(given) as Properties;
}

/**
 * Refuses members that this kind of source does not allow.
 * @param service the service in the source's ARN
 * @throws OperationRefused if there is such a member
 */
export function refuseForSource(service: string, properties: UnknownMembers): void {
  const window = properties['MaximumBatchingWindowInSeconds'] ?? 0;
  const { kind, type } = findMappedSource(service) ?? {};
  if (kind === 'queue') {
    const other = MAPPING_SETTINGS.stream.find((name) => isGiven(properties[name]));
    if (other !== undefined) throw invalidParameter(`${other} is not valid for ${type} event sources.`);
    if (Number(properties['BatchSize']) > 10 && window === 0)
      throw invalidParameter(
        'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
      );
    return;
  }
  if (isGiven(properties['ScalingConfig']))
    throw invalidParameter('ScalingConfig is not valid for stream event sources.');
  if (!isGiven(properties['StartingPosition']))
    throw invalidParameter(`${validationMessage(violation(undefined, 'startingPosition', MUST.notBeNull))}.`);
}

export function invalidParameter(message: string): OperationRefused {
  return new OperationRefused('InvalidParameterValueException', message);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
