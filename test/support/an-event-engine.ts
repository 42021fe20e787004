/**
 * The event engine alone: functions are closures, time moves on request, and templates are read as `gatewright start`
 * reads them.
 */
import { join } from 'node:path';
import { RESOURCE_TYPES } from '../../packages/gateway/engine/compose/services/catalogue.ts';
import { ServiceHost } from '../../packages/gateway/engine/service-host.ts';
import { Faults } from '../../packages/gateway/core/errors.ts';
import { Recorder } from '../../packages/gateway/kernel/calls/recorder.ts';
import { NO_STORED_ENTRIES, openStoredEntries } from '../../packages/gateway/kernel/stored-entries.ts';
import { StackSet } from '../../packages/gateway/templates/stacks.ts';
import { classifyResources } from '../../packages/gateway/templates/classify.ts';
import { parseSource } from '../../packages/gateway/templates/cloudformation/template-source.ts';
import { toRawStack } from '../../packages/gateway/templates/cloudformation/template-stack.ts';
import type { ResolvedStack, UnsupportedItem } from '../../packages/gateway/core/stack/model.ts';
import { NO_WRITTEN_OBJECTS } from '../../packages/gateway/kernel/service.ts';
import type { ServicePorts, ServiceSettings } from '../../packages/gateway/kernel/service.ts';
import type { HttpOutcome, ServiceRequest } from '../../packages/gateway/core/ports.ts';
import { adoptServices, entriesOf, type OpenedServices, type ServiceModules } from './a-recorder.ts';
import {
  CountingRandom,
  FakeBackend,
  type FakeFunction,
  FakeInvoker,
  VirtualClock,
} from './virtual-ports.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

export type EventBench<Modules extends ServiceModules = ServiceModules> = {
  readonly services: OpenedServices<Modules>;
  readonly engine: ServiceHost;
  readonly clock: VirtualClock;
  readonly invoker: FakeInvoker;
  readonly recorder: Recorder;
  readonly reports: string[];
  readonly stacks: readonly ResolvedStack[];
  /** The lines that services wrote to log groups. */
  readonly logged: (readonly [group: string, line: string])[];
  readonly unsupported: readonly UnsupportedItem[];
  readonly faults: Faults;
  /** Loads the same stacks again, as a reload does. */
  reload(): void;
  /** Moves the clock, and waits for the work that this starts. */
  advance(ms: number): Promise<void>;
  /** Sends a call in the JSON protocol, and parses its answer. */
  call(service: string, action: string, input: object): Promise<Record<string, unknown>>;
  send(request: Partial<ServiceRequest> & { readonly service: string }): Promise<HttpOutcome>;
};

export type EventBenchOptions = {
  /** `Resources` of a template in YAML. */
  readonly resources: string;
  readonly functions?: Readonly<Record<string, FakeFunction>>;
  readonly dataDirectory?: string;
  readonly isElsewhere?: (service: string) => boolean;
  readonly settings?: ServiceSettings;
  /** What each role allows. By default, every role allows everything. */
  readonly permits?: ServicePorts['permits'];
  /** Why a delivery is refused. By default, none is. */
  readonly refuseDelivery?: (targetArn: string, sender: string) => string | undefined;
};

const TARGETS: Readonly<Record<string, string>> = {
  sqs: 'AmazonSQS',
  events: 'AWSEvents',
  sns: 'AmazonSNS',
  states: 'AWSStepFunctions',
};

/** Starts an engine with only the given services. */
export function anEventEngine<Modules extends ServiceModules>(
  modules: Modules,
  options: EventBenchOptions,
): EventBench<Modules> {
  const { functions = {}, isElsewhere = () => false, dataDirectory, settings = {} } = options;
  const clock = new VirtualClock();
  const random = new CountingRandom();
  const invoker = new FakeInvoker(functions);
  const reports: string[] = [];
  const logged: (readonly [string, string])[] = [];
  const report = (message: string): void => void reports.push(message);
  const recorder: Recorder = new Recorder({ clock, random, report, find: (service) => engine.find(service) });
  const engine = new ServiceHost({
    catalogue: entriesOf(modules),
    invoker,
    clock,
    random,
    accountId: ACCOUNT,
    isElsewhere,
    report,
    kept:
      dataDirectory === undefined
        ? NO_STORED_ENTRIES
        : openStoredEntries(join(dataDirectory, 'events.jsonl')),
    writtenObjects: NO_WRITTEN_OBJECTS,
    http: new FakeBackend(),
    logGroups: { write: (group, line) => void logged.push([group, line]) },
    settings,
    permits: options.permits ?? (() => true),
    refuseDelivery: options.refuseDelivery,
    services: { call: (request) => recorder.answer(request) },
  });
  const services = adoptServices(engine, modules);
  const faults = new Faults(false);
  const stacks = [stackOf(options)];
  const { unsupported, apply } = engine.read(stacks, faults);
  apply();
  const send: EventBench['send'] = (request) =>
    recorder.answer({
      subdomain: undefined,
      region: REGION,
      method: 'POST',
      path: '/',
      query: '',
      headers: [],
      body: undefined,
      timeoutMs: 1000,
      ...request,
    });
  return {
    engine,
    services,
    clock,
    invoker,
    recorder,
    reports,
    stacks,
    logged,
    unsupported,
    faults,
    send,
    reload: () => engine.read(stacks, faults).apply(),
    async advance(ms) {
      clock.advance(ms);
      engine.moved();
      await engine.idle();
    },
    async call(service, action, input) {
      const target = `${TARGETS[service] ?? service}.${action}`;
      const headers = ['Content-Type', 'application/x-amz-json-1.0', 'X-Amz-Target', target];
      const outcome = await send({ service, headers, body: JSON.stringify(input) });
      if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
      return JSON.parse(outcome.body.toString()) as Record<string, unknown>;
    },
  };
}

/** Resolves a stack with these resources, and with a function for each name in `functions`. */
export function stackOf({ resources, functions = {} }: EventBenchOptions): ResolvedStack {
  const names = Object.keys(functions);
  const made = names.map(
    (name) =>
      `  ${name}: { Type: AWS::Lambda::Function, Properties: { FunctionName: ${name}, Runtime: nodejs24.x, ` +
      `Handler: index.handler, Role: none, Code: { ZipFile: 'exports.handler = () => 1' } } }`,
  );
  const set = new StackSet(RESOURCE_TYPES);
  const options = { stage: 'dev', region: REGION, accountId: ACCOUNT, parameters: {}, environment: {} };
  const text = ['Resources:', ...made, resources].join('\n');
  set.add(toRawStack(parseSource(text, '/app/events.yml'), 'events', options));
  const [resolver] = set.complete(['events']);
  const resolved = resolver?.resolveResources() ?? new Map();
  const stack = {
    stackName: 'events',
    stage: 'dev',
    region: REGION,
    accountId: ACCOUNT,
    file: '/app/events.yml',
    includes: [],
    outputs: new Map(),
    metadata: {},
    exports: new Map(),
    refused: new Map(),
    ...classifyResources(RESOURCE_TYPES, 'events', resolved.values()),
    resources: resolved,
    functions: names.map((name) => ({
      name,
      arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`,
      timeoutSeconds: 3,
      environment: {},
    })),
  };
  return stack as unknown as ResolvedStack;
}
