/**
 * Lambda's part of event handling: asynchronous invocations, and event source mappings for sources of other services.
 */
import { asText } from '@gatewright/aws/json-object';
import { parseFunctionName, readFunctionName } from '@gatewright/aws/function-name';
import type { FunctionHome } from '@gatewright/aws/function-name';
import { functionHomeOf } from '../../core/stack/home.ts';
import { findMappedSource } from '../../core/stack/event-sources.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { Service, ServiceApi, ServicePorts, ServiceTarget } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { AsyncInvocations } from './async-invocations.ts';
import type { AsyncConfig } from './async-invocations.ts';
import { EventSourceMappings } from './event-source-mappings.ts';
import { MappingCalls } from './mapping-calls.ts';
import { describeSame, refusalForSource } from './mapping-members.ts';
import { describeMissingRight } from '../../core/stack/source-rights.ts';
import { DELIVERED, final } from '../../kernel/event-ports.ts';
import { DEFAULT_ASYNC } from '../../kernel/delivery/retries.ts';
import { parseArn } from '@gatewright/aws/arn';

const QUALIFIED = ['AWS::Lambda::Alias', 'AWS::Lambda::Version'];

class LambdaEventsService implements Service {
  readonly async: AsyncInvocations;
  readonly target: ServiceTarget;
  readonly api: ServiceApi;
  readonly #mappings: EventSourceMappings;
  readonly #ports: ServicePorts;
  #configs: ReadonlyMap<string, AsyncConfig> = new Map();
  #deadLetters: ReadonlyMap<string, string> = new Map();
  /** The ARNs of the versions and aliases that the stacks define. */
  #qualified: ReadonlySet<string> = new Set();
  #isRestored = false;
  readonly #reported = new Set<string>();

  #homes: ReadonlyMap<string, FunctionHome> = new Map();

  constructor(ports: ServicePorts) {
    const { invoker } = ports;
    this.#ports = ports;
    this.async = new AsyncInvocations({
      ...ports,
      configOf: (name, qualifier) => findConfig(this.#configs, this.#deadLetters, name, qualifier),
      arnOf: ports.functionArnOf,
    });
    this.#mappings = new EventSourceMappings(ports);
    const calls = new MappingCalls(this.#mappings, {
      ...ports,
      hasQualified: (arn) => this.#qualified.has(arn),
    });
    this.api = { answer: ({ request }) => calls.answer(request) };
    this.target = {
      deliver: deliverToFunction(
        this.async,
        (name) => invoker.has(name),
        (name) => this.#homes.get(name),
      ),
    };
  }

  prepare(stacks: StackReading): () => void {
    const { version } = this.#mappings;
    const mappings = this.#mappings.readersIn(stacks);
    readMappings(mappings, stacks);
    const configs = new Map(stacks.ofType('AWS::Lambda::EventInvokeConfig').map(readInvokeConfig));
    const deadLetters = new Map(
      stacks.ofType('AWS::Lambda::Function').flatMap((reader) => {
        const arn = reader.text('DeadLetterConfig.TargetArn');
        return arn === undefined ? [] : [[reader.resource.physicalId, arn] as const];
      }),
    );
    const qualified = QUALIFIED.flatMap((type) => stacks.ofType(type)).map(
      ({ resource }) => resource.physicalId,
    );
    const homes = stacks.stacks.flatMap((stack) =>
      stack.functions.map(({ name }) => [name, functionHomeOf(stack)] as const),
    );
    return () => {
      this.#homes = new Map(homes);
      this.#qualified = new Set(qualified);
      this.#configs = configs;
      this.#deadLetters = deadLetters;
      if (!this.#isRestored) this.async.restore();
      this.#isRestored = true;
      this.#mappings.applied(stacks, version);
      for (const mapping of mappings) this.#reportMissingRight(mapping);
    };
  }

  /**
   * Reports a missing permission. It must be called only when the roles of these stacks are in effect. Records are
   * delivered even if a permission is missing.
   */
  #reportMissingRight({ resource }: ResourceReader): void {
    const { logicalId, properties } = resource;
    const { functionName: name } = readFunctionName(asText(properties['FunctionName']) ?? '');
    const missing = describeMissingRight(
      name,
      asText(properties['EventSourceArn']) ?? '',
      this.#ports.permits,
    );
    if (missing === undefined || this.#reported.has(logicalId + missing)) return;
    this.#reported.add(logicalId + missing);
    this.#ports.report(`AWS would not create the event source mapping ${logicalId}: ${missing}`);
  }

  get pending(): number {
    return this.async.size;
  }

  reset(): void {
    this.async.clear();
    this.#mappings.clear();
  }
}

export function open(ports: ServicePorts): LambdaEventsService {
  return new LambdaEventsService(ports);
}

/** Delivers events to functions, which are invoked asynchronously regardless of the source. */
function deliverToFunction(
  async: AsyncInvocations,
  has: (functionName: string) => boolean,
  homeOf: (functionName: string) => FunctionHome | undefined,
): NonNullable<ServiceTarget['deliver']> {
  return (arn, payload, { options }) => {
    const { functionName, qualifier } = readFunctionName(arn, homeOf(parseFunctionName(arn).functionName));
    if (!has(functionName)) return final('NOT_FOUND', `Function not found: ${arn}`);
    return async.accept({ functionName, qualifier, payload, options })
      ? DELIVERED
      : { kind: 'failed', isFinal: false, code: 'THROTTLING', message: 'too many events are waiting' };
  };
}

/** Settings of asynchronous events: `AWS::Lambda::EventInvokeConfig`, and a function's dead-letter queue. */
type AsyncConfigs = ReadonlyMap<string, AsyncConfig>;

function asyncKey(functionName: string, qualifier: string | undefined): string {
  return `${functionName}:${qualifier ?? '$LATEST'}`;
}

function readInvokeConfig(reader: ResourceReader): readonly [key: string, config: AsyncConfig] {
  const { functionName: name, qualifier } = reader.functionName('FunctionName');
  const given = reader.text('Qualifier');
  const age = reader.integer('MaximumEventAgeInSeconds', DEFAULT_ASYNC.maxAgeMs / 1000, 60, 21_600);
  const config: AsyncConfig = {
    maxAgeMs: age * 1000,
    maxRetries: reader.integer('MaximumRetryAttempts', DEFAULT_ASYNC.maxRetries, 0, 2),
    onSuccess: reader.text('DestinationConfig.OnSuccess.Destination'),
    onFailure: reader.text('DestinationConfig.OnFailure.Destination'),
  };
  return [asyncKey(name, given === undefined || given === '$LATEST' ? qualifier : given), config];
}

/** Finds the settings of an invocation. The dead-letter queue belongs to the function, even if an alias is invoked. */
function findConfig(
  configs: AsyncConfigs,
  deadLetters: ReadonlyMap<string, string>,
  functionName: string,
  qualifier: string | undefined,
): AsyncConfig | undefined {
  const own = configs.get(asyncKey(functionName, qualifier));
  const deadLetterArn = deadLetters.get(functionName);
  return deadLetterArn === undefined ? own : { ...DEFAULT_ASYNC, ...own, deadLetterArn };
}

// Reads `AWS::Lambda::EventSourceMapping`. Each mapping is read by the service of its source.

/** Reads the mappings. Call it after every service has offered its sources. */
function readMappings(mappings: readonly ResourceReader[], stacks: StackReading): void {
  const names = new Set(stacks.functions.map(({ name }) => name));
  for (const mapping of mappings) {
    if (!names.has(mapping.functionName('FunctionName').functionName))
      mapping.unsupported(
        'FunctionName',
        `${mapping.text('FunctionName') ?? ''} is not a function of the loaded stacks; the mapping invokes no function`,
      );
    noteRefusal(mapping, mappings.slice(0, mappings.indexOf(mapping)));
    readSource(mapping, stacks);
  }
}

/** Reports what Lambda would refuse when the mapping is created, if all members of the mapping are known. */
function noteRefusal(mapping: ResourceReader, before: readonly ResourceReader[]): void {
  const { properties, unresolved = [] } = mapping.resource;
  const service = parseArn(mapping.text('EventSourceArn') ?? '')?.service ?? '';
  if (findMappedSource(service) === undefined || unresolved.length > 0) return;
  const refused = refusalForSource(service, properties);
  if (refused !== undefined)
    mapping.note(refused.member, refused.message, 'the gateway still reads the source');
  const keyOf = (one: ResourceReader): string =>
    `${one.text('EventSourceArn') ?? ''} ${one.text('FunctionName') ?? ''}`;
  if (before.some((one) => (one.resource.unresolved ?? []).length === 0 && keyOf(one) === keyOf(mapping)))
    mapping.note(
      'EventSourceArn',
      describeSame(service, mapping.text('EventSourceArn') ?? '', mapping.text('FunctionName') ?? ''),
      'the gateway reads the source for both mappings',
    );
}

function readSource(mapping: ResourceReader, stacks: StackReading): void {
  const arn = mapping.text('EventSourceArn') ?? '';
  const source = stacks.sourceOf(parseArn(arn)?.service ?? '');
  if (source === undefined) {
    mapping.unsupported(
      'EventSourceArn',
      `${arn === '' ? 'this source' : arn} invokes no function in this gateway`,
    );
    return;
  }
  if (source === 'elsewhere') {
    mapping.unsupported(
      undefined,
      'calls to the event source go to the endpoint that you set, so the mapping invokes no function in this gateway',
    );
    return;
  }
  const read = source(arn);
  if (read === undefined)
    mapping.unsupported('EventSourceArn', `${arn} is not in a loaded stack; the mapping invokes no function`);
  else read(mapping);
}
