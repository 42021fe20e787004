/** Members of Create- and UpdateEventSourceMapping and Lambda's validation of them (Lambda API reference). */
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import { membersOf } from '@gatewright/aws/json-object';
import type { JsonObject as Properties, UnknownMembers } from '@gatewright/aws/json-object';
import { findMappedSource, MAPPING_SETTINGS } from '../../core/stack/event-sources.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';

type Member =
  | { readonly kind: 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'flag' | 'object' }
  | { readonly kind: 'text'; readonly allowed?: readonly string[] }
  | { readonly kind: 'list'; readonly allowed: readonly string[] };

const number = (least: number, most: number): Member => ({ kind: 'number', least, most });

const MEMBERS: Readonly<Record<string, Member>> = {
  EventSourceArn: { kind: 'text' },
  FunctionName: { kind: 'text' },
  Enabled: { kind: 'flag' },
  BatchSize: number(1, 10_000),
  MaximumBatchingWindowInSeconds: number(0, 300),
  FilterCriteria: { kind: 'object' },
  FunctionResponseTypes: { kind: 'list', allowed: ['ReportBatchItemFailures'] },
  ScalingConfig: { kind: 'object' },
  StartingPosition: { kind: 'text', allowed: ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'] },
  StartingPositionTimestamp: number(0, 1e11),
  ParallelizationFactor: number(1, 10),
  BisectBatchOnFunctionError: { kind: 'flag' },
  MaximumRecordAgeInSeconds: number(-1, 604_800),
  MaximumRetryAttempts: number(-1, 10_000),
  TumblingWindowInSeconds: number(0, 900),
  DestinationConfig: { kind: 'object' },
  KMSKeyArn: { kind: 'text' },
  MetricsConfig: { kind: 'object' },
  Tags: { kind: 'object' },
};

/**
 * Unsupported members: sources that invoke nothing here, and settings that limit or protect and would have no
 * effect.
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

/** The members that a call sets. @throws OperationRefused */
export function readMembers(input: UnknownMembers, isUpdate: boolean): Properties {
  const refused = NOT_SERVED.find((name) => isGiven(input[name]));
  if (refused !== undefined) throw invalidParameter(`${refused} is not served here`);
  const given = Object.entries(input).filter(
    ([name, value]) =>
      // An empty list removes what was set before.
      Object.hasOwn(MEMBERS, name) &&
      value !== undefined &&
      value !== null &&
      !(isUpdate && FIXED.includes(name)),
  );
  const required = isUpdate ? [] : ['EventSourceArn', 'FunctionName'];
  const missing = required
    .filter((name) => !isGiven(input[name]))
    .map((name) => violation(undefined, small(name), MUST.notBeNull));
  const wrong = [...missing, ...given.flatMap(([name, value]) => wrongMember(name, value) ?? [])];
  if (wrong.length > 0) throw new OperationRefused('ValidationException', validationMessage(...wrong));
  // Of a parsed text.
  return Object.fromEntries(given) as Properties;
}

/**
 * Checks what this kind of source does not allow. @param service as the source's ARN names it @throws
 * OperationRefused
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
    throw invalidParameter(
      `${validationMessage(violation(undefined, small('StartingPosition'), MUST.notBeNull))}.`,
    );
}

export function invalidParameter(message: string): OperationRefused {
  return new OperationRefused('InvalidParameterValueException', message);
}

function wrongMember(name: string, value: unknown): string | undefined {
  const member = MEMBERS[name] ?? { kind: 'object' };
  switch (member.kind) {
    case 'flag':
      if (typeof value !== 'boolean') throw unreadable(name, 'a boolean');
      return undefined;
    case 'object':
      if (typeof value !== 'object' || Array.isArray(value)) throw unreadable(name, 'an object');
      return name === 'ScalingConfig' ? wrongConcurrency(value) : undefined;
    case 'list':
      if (!Array.isArray(value)) throw unreadable(name, 'a list');
      return value.every((one) => member.allowed.includes(String(one)))
        ? undefined
        : violation(JSON.stringify(value), small(name), MUST.beOneOf(member.allowed));
    case 'text':
      if (typeof value !== 'string') throw unreadable(name, 'a string');
      return member.allowed === undefined || member.allowed.includes(value)
        ? undefined
        : violation(value, small(name), MUST.beOneOf(member.allowed));
    case 'number':
      return wrongNumber(name, value, member);
  }
}

function wrongConcurrency(value: unknown): string | undefined {
  const { MaximumConcurrency: most } = membersOf(value);
  return isGiven(most)
    ? wrongNumber('scalingConfig.maximumConcurrency', most, { least: 2, most: 1_000 })
    : undefined;
}

function wrongNumber(
  name: string,
  value: unknown,
  { least, most }: { readonly least: number; readonly most: number },
): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unreadable(name, 'a number');
  if (value >= least && value <= most) return undefined;
  const constraint = value < least ? MUST.haveValueFrom(least) : MUST.haveValueTo(most);
  return violation(String(value), small(name), constraint);
}

function unreadable(name: string, kind: string): OperationRefused {
  return new OperationRefused('SerializationException', `${name} must be ${kind}`);
}

function small(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
