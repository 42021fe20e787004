/** Lambda's API calls for event source mappings (Lambda API reference): Create, Get, List, Update, Delete. */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import { asNumber, asText, listOf, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import type { ServiceRequest } from '../../core/ports.ts';
import { findMappedSource } from '../../core/stack/event-sources.ts';
import type { MappedSource } from '../../core/stack/event-sources.ts';
import { errorMembers } from '../../kernel/calls/error-shapes.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { parseFunctionName } from '@gatewright/aws/function-name';
import type { Answered, ServicePorts } from '../../kernel/service.ts';
import type { EventSourceMapping, EventSourceMappings } from './event-source-mappings.ts';
import {
  describeSame,
  invalidParameter,
  notServed,
  readCall,
  readMembers,
  refuseForSource,
  refuseUnserved,
} from './mapping-members.ts';
import { describeMissingRight } from '../../core/stack/source-rights.ts';
import { MAPPING_PATH } from '../../kernel/calls/service-rights.ts';

const LATEST = '$LATEST';
/** The maximum number of mappings on one page of ListEventSourceMappings. */
const PAGE = 100;

type Ports = Pick<
  ServicePorts,
  'accountId' | 'clock' | 'functionArnOf' | 'invoker' | 'permits' | 'random'
> & {
  /** Whether a stack defines the version or alias with this ARN. */
  readonly hasQualified: (arn: string) => boolean;
};
type Reply = { readonly status: number; readonly fields: UnknownMembers };

export class MappingCalls {
  readonly #mappings: EventSourceMappings;
  readonly #ports: Ports;

  constructor(mappings: EventSourceMappings, ports: Ports) {
    this.#mappings = mappings;
    this.#ports = ports;
  }

  /** Handles a call; undefined if the call does not concern mappings. */
  async answer(request: ServiceRequest): Promise<Answered | undefined> {
    if (!MAPPING_PATH.test(request.path)) return undefined;
    try {
      const { method, path, query, headers, body } = request;
      if (parseJsonObject(body?.toString() || '{}') === undefined)
        throw new OperationRefused(
          'InvalidRequestContentException',
          'Could not parse request body into json',
        );
      const input = readCall({ method, path, query, rawHeaders: headers, body: body ?? '' });
      const reply = input && (await this.#run(request, input));
      return reply && print(reply.status, reply.fields);
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      const { code, message } = error;
      const type = code === 'ValidationException' ? {} : { Type: 'User' };
      const fields = { ...type, ...errorMembers('lambda', { code, message }) };
      return print(STATUSES[code] ?? 400, fields, ['x-amzn-ErrorType', code]);
    }
  }

  async #run({ method, region }: ServiceRequest, input: UnknownMembers): Promise<Reply> {
    const id = asText(input['UUID']);
    if (id === undefined)
      return method === 'GET' ? { status: 200, fields: this.#list(input) } : this.#create(input, region);
    const known = this.#mappings.find(id);
    if (known === undefined)
      throw new OperationRefused('ResourceNotFoundException', 'The resource you requested does not exist.');
    if (method === 'GET') return { status: 200, fields: this.#print(known) };
    if (method === 'PUT') return this.#update(known, input);
    this.#mappings.delete(known.id);
    return { status: 202, fields: this.#print(known, 'Deleting') };
  }

  async #create(input: UnknownMembers, region: string): Promise<Reply> {
    const given = readMembers(input, false);
    const source = asText(given['EventSourceArn']) ?? '';
    const service = parseArn(source)?.service ?? '';
    refuseForSource(service, given, input);
    const functionArn = this.#arnOfFunction(given['FunctionName']);
    const same = this.#mappings.all.find(
      ({ properties }) =>
        properties['EventSourceArn'] === source && this.#arnOf(properties['FunctionName']) === functionArn,
    );
    if (same !== undefined)
      throw new OperationRefused(
        'ResourceConflictException',
        `${describeSame(service, source, asText(given['FunctionName']) ?? '')}. ` +
          `Please update or delete the existing mapping with UUID ${same.id}`,
      );
    if (this.#mappings.isFull)
      throw invalidParameter(
        'The limit of event source mappings is reached; delete mappings that you do not need',
      );
    refuseUnserved(input);
    const made = { id: this.#ports.random.uuid(), region, properties: given, modifiedAt: this.#now() };
    await this.#put(made);
    const state = isOff(given['Enabled']) ? 'Disabled' : 'Creating';
    return { status: 202, fields: this.#print(made, state) };
  }

  async #update(known: EventSourceMapping, input: UnknownMembers): Promise<Reply> {
    const properties = { ...known.properties, ...readMembers(input, true) };
    this.#arnOfFunction(properties['FunctionName']);
    const { service = '' } = parseArn(asText(properties['EventSourceArn']) ?? '') ?? {};
    refuseForSource(service, properties, input);
    refuseUnserved(input);
    const changed = { ...known, properties, modifiedAt: this.#now() };
    await this.#put(changed);
    const [wasOff, isNowOff] = [isOff(known.properties['Enabled']), isOff(properties['Enabled'])];
    const state = wasOff === isNowOff ? 'Updating' : isNowOff ? 'Disabling' : 'Enabling';
    return { status: 202, fields: this.#print(changed, state) };
  }

  #list(input: UnknownMembers): UnknownMembers {
    const [source, functionName] = [asText(input['EventSourceArn']), asText(input['FunctionName'])];
    const after = Buffer.from(asText(input['Marker']) ?? '', 'base64url').toString();
    const size = Math.min(asNumber(input['MaxItems']) ?? PAGE, PAGE);
    const rest = this.#mappings.all.filter(
      ({ id, properties }) =>
        id > after &&
        (source === undefined || properties['EventSourceArn'] === source) &&
        (functionName === undefined || this.#arnOf(properties['FunctionName']) === this.#arnOf(functionName)),
    );
    const page = rest.slice(0, size);
    const last = page.at(-1)?.id ?? '';
    return {
      EventSourceMappings: page.map((one) => this.#print(one)),
      ...(rest.length > size ? { NextMarker: Buffer.from(last).toString('base64url') } : {}),
    };
  }

  /**
   * Stores a mapping.
   * @throws OperationRefused if a part of it is invalid or not supported by the gateway
   */
  async #put(mapping: EventSourceMapping): Promise<void> {
    const source = asText(mapping.properties['EventSourceArn']) ?? '';
    const { functionName: name } = parseFunctionName(asText(mapping.properties['FunctionName']) ?? '');
    const missing = describeMissingRight(name, source, this.#ports.permits);
    if (missing !== undefined) throw invalidParameter(missing);
    const unsupported = await this.#mappings.put(mapping).catch((error: unknown) => {
      if (!(error instanceof DefinitionError)) throw error;
      throw invalidParameter(wordsOf(error));
    });
    const [first] = unsupported;
    if (first === undefined) return;
    const known = findMappedSource(parseArn(source)?.service ?? '');
    if (first.property === 'EventSourceArn' && known !== undefined)
      throw invalidParameter(describeMissing(known, source));
    if (known === undefined)
      throw notServed(`event source mappings of ${source}`, 'map a queue or a stream of a loaded stack');
    throw notServed(`${first.property ?? source} of event source mappings`, first.consequence);
  }

  #print(mapping: EventSourceMapping, state?: string): UnknownMembers {
    const functionArn = this.#arnOf(mapping.properties['FunctionName']);
    return printMapping(mapping, { accountId: this.#ports.accountId, functionArn }, state);
  }

  /** If the name ends with `:$LATEST`, the ARN does, too (recorded by LocalStack: test_function_name_variations). */
  #arnOf(functionName: unknown): string {
    const { functionName: name, qualifier } = parseFunctionName(asText(functionName) ?? '');
    const arn = this.#ports.functionArnOf(name);
    return qualifier === undefined ? arn : `${arn}:${qualifier}`;
  }

  /**
   * Returns the ARN of a function, version or alias.
   * @throws OperationRefused for an unknown function, version or alias, with the same message (aws/aws-cdk#2084)
   */
  #arnOfFunction(functionName: unknown): string {
    const { functionName: name, qualifier = LATEST } = parseFunctionName(asText(functionName) ?? '');
    const arn = this.#arnOf(functionName);
    const isThere = this.#ports.invoker.has(name) && (qualifier === LATEST || this.#ports.hasQualified(arn));
    if (isThere) return arn;
    throw invalidParameter('Function does not exist');
  }

  #now(): number {
    return this.#ports.clock.nowEpochMs();
  }
}

const STATUSES: Readonly<Record<string, number>> = {
  ResourceNotFoundException: 404,
  ResourceConflictException: 409,
  NotImplementedException: 501,
};

function describeMissing({ kind }: MappedSource, arn: string): string {
  return kind === 'queue'
    ? 'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. ' +
        'SQS Error Message: The specified queue does not exist.'
    : `Stream not found: ${arn}`;
}

function print(status: number, fields: object, more: readonly string[] = []): Answered {
  const headers = ['Content-Type', 'application/json', ...more];
  return { kind: 'answered', status, headers, body: Buffer.from(JSON.stringify(fields)) };
}

/** Defaults of omitted members (Lambda API reference, "EventSourceMappingConfiguration"). */
const DEFAULTS_OF_QUEUE = { BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] };
const DEFAULTS_OF_STREAM = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  BisectBatchOnFunctionError: false,
  MaximumRecordAgeInSeconds: -1,
  MaximumRetryAttempts: -1,
  TumblingWindowInSeconds: 0,
  FunctionResponseTypes: [],
  DestinationConfig: { OnFailure: {} },
  // The gateway does not store the results of batches, so a mapping is shown as AWS shows a mapping that has not read
  // anything yet.
  LastProcessingResult: 'No records processed',
};

const SHOWN_OTHERWISE = ['FunctionName', 'Enabled', 'KmsKeyArn', 'Tags'];

/**
 * Formats a mapping as API calls return it.
 * @param state a state such as `Creating`, which overrides the state of the mapping
 */
function printMapping(
  { id, region, properties, modifiedAt }: EventSourceMapping,
  { accountId, functionArn }: { readonly accountId: string; readonly functionArn: string },
  state?: string,
): UnknownMembers {
  const given = Object.entries(properties).filter(
    ([name, value]) =>
      !SHOWN_OTHERWISE.includes(name) &&
      // Criteria without a filter are not shown [obs].
      (name !== 'FilterCriteria' || listOf(membersOf(value), 'Filters').length > 0),
  );
  const { EventSourceArn: source, Enabled: isEnabled, KmsKeyArn: keyArn } = properties;
  const kind = findMappedSource(parseArn(asText(source) ?? '')?.service ?? '')?.kind;
  return {
    ...(kind === 'queue' ? DEFAULTS_OF_QUEUE : DEFAULTS_OF_STREAM),
    ...Object.fromEntries(given),
    ...(keyArn === undefined ? {} : { KMSKeyArn: keyArn }),
    UUID: id,
    EventSourceMappingArn: `arn:${partitionOf(region)}:lambda:${region}:${accountId}:event-source-mapping:${id}`,
    FunctionArn: functionArn,
    LastModified: modifiedAt / 1000,
    State: state ?? (isOff(isEnabled) ? 'Disabled' : 'Enabled'),
    StateTransitionReason: kind === 'queue' ? 'USER_INITIATED' : 'User action',
  };
}

/** Whether the mapping is disabled. Templates may contain the value as a string. */
function isOff(isEnabled: unknown): boolean {
  return isEnabled === false || isEnabled === 'false';
}

/** The properties whose messages are whole sentences about the source. The second one is a property of the queue. */
const ABOUT_SOURCE = ['EventSourceArn', 'VisibilityTimeout'];

/**
 * Returns the message with which a call is refused. A message about the source is already a whole sentence; any other
 * message needs the name of its property as the subject.
 */
function wordsOf({ place: { property = '' }, message }: DefinitionError): string {
  if (property.startsWith('FilterCriteria')) return 'Invalid filter pattern definition.';
  return ABOUT_SOURCE.includes(property) ? message : `${property} ${message}`.trim();
}
