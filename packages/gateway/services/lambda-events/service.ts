/** Lambda's part of events: asynchronous invocations, and mappings of other services' sources. */
import { asText } from '@gatewright/aws/json-object';
import { readFunctionName } from '@gatewright/aws/function-name';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { Service, ServiceApi, ServicePorts, ServiceTarget } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { AsyncInvocations } from './async-invocations.ts';
import type { AsyncConfig } from './async-invocations.ts';
import { deliverToFunction } from './function-target.ts';
import { findConfig, readInvokeConfig } from './read-async.ts';
import { EventSourceMappings } from './event-source-mappings.ts';
import { MappingCalls } from './mapping-calls.ts';
import { readMappings } from './read-mappings.ts';
import { describeMissingRight } from './source-rights.ts';

class LambdaEventsService implements Service {
  readonly async: AsyncInvocations;
  readonly target: ServiceTarget;
  readonly api: ServiceApi;
  readonly #mappings: EventSourceMappings;
  readonly #ports: ServicePorts;
  #configs: ReadonlyMap<string, AsyncConfig> = new Map();
  #deadLetters: ReadonlyMap<string, string> = new Map();
  #isRestored = false;
  readonly #reported = new Set<string>();

  constructor(ports: ServicePorts) {
    const { invoker } = ports;
    this.#ports = ports;
    this.async = new AsyncInvocations({
      ...ports,
      configOf: (name, qualifier) => findConfig(this.#configs, this.#deadLetters, name, qualifier),
      arnOf: ports.functionArnOf,
    });
    this.#mappings = new EventSourceMappings(ports);
    const calls = new MappingCalls(this.#mappings, ports);
    this.api = { answer: ({ request }) => calls.answer(request) };
    this.target = { deliver: deliverToFunction(this.async, (name) => invoker.has(name)) };
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
    return () => {
      this.#configs = configs;
      this.#deadLetters = deadLetters;
      if (!this.#isRestored) this.async.restore();
      this.#isRestored = true;
      this.#mappings.applied(stacks, version);
      for (const mapping of mappings) this.#reportMissingRight(mapping);
    };
  }

  /** Once the roles of these stacks hold. Records are delivered nevertheless. */
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
    this.#ports.report(`${logicalId}: AWS would not create it: ${missing}`);
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
