/** Lambda's API calls for event source mappings (Lambda API reference): Create, Get, List, Update, Delete. */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import type { ServiceRequest } from '../../core/ports.ts';
import { findMappedSource } from '../../core/stack/event-sources.ts';
import type { MappedSource } from '../../core/stack/event-sources.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { readFunctionName } from '@gatewright/aws/function-name';
import type { Answered, ServicePorts } from '../../kernel/service.ts';
import type { EventSourceMapping, EventSourceMappings } from './event-source-mappings.ts';
import { invalidParameter, readMembers, refuseForSource } from './mapping-members.ts';
import { describeMissingRight } from './source-rights.ts';

const PATH = /^\/2015-03-31\/event-source-mappings(?:\/([^/]+))?\/?$/;
/** Maximum number of mappings on one page of ListEventSourceMappings. */
const PAGE = 100;

type Ports = Pick<ServicePorts, 'accountId' | 'clock' | 'functionArnOf' | 'invoker' | 'permits' | 'random'>;
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
    const found = PATH.exec(request.path);
    if (found === null) return undefined;
    try {
      const reply = await this.#run(request, found[1]);
      return reply && print(reply.status, reply.fields);
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      const { code, message } = error;
      const fields = { Type: 'User', Message: message, message };
      return print(STATUSES[code] ?? 400, fields, ['x-amzn-ErrorType', code]);
    }
  }

  async #run(
    { method, region, query, body }: ServiceRequest,
    id: string | undefined,
  ): Promise<Reply | undefined> {
    if (id === undefined) {
      if (method === 'GET') return { status: 200, fields: this.#list(new URLSearchParams(query)) };
      return method === 'POST' ? this.#create(readBody(body), region) : undefined;
    }
    const known = this.#mappings.find(decodeURIComponent(id));
    if (known === undefined)
      throw new OperationRefused('ResourceNotFoundException', 'The resource you requested does not exist.');
    switch (method) {
      case 'GET':
        return { status: 200, fields: this.#print(known) };
      case 'PUT':
        return this.#update(known, readBody(body));
      case 'DELETE':
        this.#mappings.delete(known.id);
        return { status: 202, fields: this.#print(known, 'Deleting') };
      default:
        return undefined;
    }
  }

  async #create(input: UnknownMembers, region: string): Promise<Reply> {
    const given = readMembers(input, false);
    const functionArn = this.#arnOfFunction(given['FunctionName'], region);
    const source = asText(given['EventSourceArn']) ?? '';
    const service = parseArn(source)?.service ?? '';
    refuseForSource(service, given);
    const same = this.#mappings.all.find(
      ({ properties }) =>
        properties['EventSourceArn'] === source && this.#arnOf(properties['FunctionName']) === functionArn,
    );
    if (same !== undefined)
      throw new OperationRefused(
        'ResourceConflictException',
        `An event source mapping with ${findMappedSource(service)?.type ?? service} arn (" ${source} ") and function ` +
          `(" ${readFunctionName(asText(given['FunctionName']) ?? '').functionName} ") already exists. ` +
          `Please update or delete the existing mapping with UUID ${same.id}`,
      );
    if (this.#mappings.isFull)
      throw invalidParameter(
        'The limit of event source mappings is reached; delete mappings that you do not need',
      );
    const made = { id: this.#ports.random.uuid(), region, properties: given, modifiedAt: this.#now() };
    await this.#put(made);
    return { status: 202, fields: this.#print(made, 'Creating') };
  }

  async #update(known: EventSourceMapping, input: UnknownMembers): Promise<Reply> {
    const properties = { ...known.properties, ...readMembers(input, true) };
    this.#arnOfFunction(properties['FunctionName'], known.region);
    refuseForSource(parseArn(asText(properties['EventSourceArn']) ?? '')?.service ?? '', properties);
    const changed = { ...known, properties, modifiedAt: this.#now() };
    await this.#put(changed);
    const [wasOff, isNowOff] = [isOff(known.properties['Enabled']), isOff(properties['Enabled'])];
    const state = wasOff === isNowOff ? 'Updating' : isNowOff ? 'Disabling' : 'Enabling';
    return { status: 202, fields: this.#print(changed, state) };
  }

  #list(query: URLSearchParams): UnknownMembers {
    const [source, functionName] = [query.get('EventSourceArn'), query.get('FunctionName')];
    const after = Buffer.from(query.get('Marker') ?? '', 'base64url').toString();
    const wanted = Number(query.get('MaxItems') ?? PAGE);
    const size = Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, PAGE) : PAGE;
    const rest = this.#mappings.all.filter(
      ({ id, properties }) =>
        id > after &&
        (source === null || properties['EventSourceArn'] === source) &&
        (functionName === null || this.#arnOf(properties['FunctionName']) === this.#arnOf(functionName)),
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
   * @throws OperationRefused if a part of it is invalid or not supported here
   */
  async #put(mapping: EventSourceMapping): Promise<void> {
    const source = asText(mapping.properties['EventSourceArn']) ?? '';
    const { functionName: name } = readFunctionName(asText(mapping.properties['FunctionName']) ?? '');
    const missing = describeMissingRight(name, source, this.#ports.permits);
    if (missing !== undefined) throw invalidParameter(missing);
    const unsupported = await this.#mappings.put(mapping).catch((error: unknown) => {
      if (!(error instanceof DefinitionError)) throw error;
      throw invalidParameter([error.place.property, error.message].filter(Boolean).join(' '));
    });
    const [first] = unsupported;
    if (first === undefined) return;
    const known = findMappedSource(parseArn(source)?.service ?? '');
    throw invalidParameter(
      first.property === 'EventSourceArn' && known !== undefined
        ? describeMissing(known, source)
        : `${first.property ?? source}: ${first.consequence}`,
    );
  }

  #print(mapping: EventSourceMapping, state?: string): UnknownMembers {
    const functionArn = this.#arnOf(mapping.properties['FunctionName']);
    return printMapping(mapping, { accountId: this.#ports.accountId, functionArn }, state);
  }

  #arnOf(functionName: unknown): string {
    const { functionName: name, qualifier } = readFunctionName(asText(functionName) ?? '');
    const arn = this.#ports.functionArnOf(name);
    return qualifier === undefined ? arn : `${arn}:${qualifier}`;
  }

  /**
   * Returns the ARN of a function.
   * @throws OperationRefused for an unknown function
   */
  #arnOfFunction(functionName: unknown, region: string): string {
    const { functionName: name } = readFunctionName(asText(functionName) ?? '');
    if (this.#ports.invoker.has(name)) return this.#arnOf(functionName);
    const arn = `arn:${partitionOf(region)}:lambda:${region}:${this.#ports.accountId}:function:${name}`;
    throw new OperationRefused('ResourceNotFoundException', `Function not found: ${arn}`);
  }

  #now(): number {
    return this.#ports.clock.nowEpochMs();
  }
}

const STATUSES: Readonly<Record<string, number>> = {
  ResourceNotFoundException: 404,
  ResourceConflictException: 409,
};

function describeMissing({ kind }: MappedSource, arn: string): string {
  return kind === 'queue'
    ? 'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. ' +
        'SQS Error Message: The specified queue does not exist.'
    : `Stream not found: ${arn}`;
}

function readBody(body: ServiceRequest['body']): UnknownMembers {
  const input = parseJsonObject(body?.toString() ?? '{}');
  if (input !== undefined) return input;
  throw new OperationRefused('InvalidRequestContentException', 'Could not parse request body into json');
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
};

const SHOWN_OTHERWISE = ['FunctionName', 'Enabled', 'KmsKeyArn', 'Tags'];

/**
 * Prints a mapping as API calls return it.
 * @param state a state such as `Creating`, which overrides the state of the mapping
 */
function printMapping(
  { id, region, properties, modifiedAt }: EventSourceMapping,
  { accountId, functionArn }: { readonly accountId: string; readonly functionArn: string },
  state?: string,
): UnknownMembers {
  const given = Object.entries(properties).filter(([name]) => !SHOWN_OTHERWISE.includes(name));
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
    StateTransitionReason: 'User action',
  };
}

/** Whether the mapping is disabled. Templates may contain the value as a text. */
function isOff(isEnabled: unknown): boolean {
  return isEnabled === false || isEnabled === 'false';
}
