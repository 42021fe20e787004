/** The event engine alone: functions are closures, time moves when told, templates are read as a start reads them. */
import { EventEngine } from '../../gateway/services/events/event-engine.ts';
import { readEvents } from '../../gateway/services/events/read-events.ts';
import { Faults } from '../../gateway/errors.ts';
import { Recorder } from '../../gateway/services/recorder.ts';
import { StackSet } from '../../gateway/definition/stacks.ts';
import { classifyResources } from '../../gateway/definition/classify.ts';
import { parseSource } from '../../gateway/definition/cloudformation/template-source.ts';
import { toRawStack } from '../../gateway/definition/cloudformation/template-stack.ts';
import type { ResolvedStack } from '../../gateway/definition/model.ts';
import type { EventDefinitions } from '../../gateway/services/events/read-events.ts';
import type { HttpOutcome, ServiceRequest } from '../../gateway/ports.ts';
import { CountingRandom, type FakeFunction, FakeInvoker, VirtualClock } from './virtual-ports.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

export type EventBench = {
  readonly engine: EventEngine;
  readonly clock: VirtualClock;
  readonly invoker: FakeInvoker;
  readonly recorder: Recorder;
  readonly reports: string[];
  readonly definitions: EventDefinitions;
  readonly faults: Faults;
  /** Moves the clock, and waits for what that starts. */
  advance(ms: number): Promise<void>;
  /** A call in the JSON protocol, its answer read. */
  call(service: string, action: string, input: object): Promise<Record<string, unknown>>;
  send(request: Partial<ServiceRequest> & { readonly service: string }): Promise<HttpOutcome>;
};

export type EventBenchWish = {
  /** `Resources` of a template in YAML. */
  readonly resources: string;
  readonly functions?: Readonly<Record<string, FakeFunction>>;
  readonly dataDirectory?: string;
  readonly isElsewhere?: (service: string) => boolean;
};

const TARGETS: Readonly<Record<string, string>> = {
  sqs: 'AmazonSQS',
  events: 'AWSEvents',
  sns: 'AmazonSNS',
  states: 'AWSStepFunctions',
};

export function anEventEngine(wish: EventBenchWish): EventBench {
  const { functions = {}, isElsewhere = () => false, dataDirectory } = wish;
  const clock = new VirtualClock();
  const random = new CountingRandom();
  const invoker = new FakeInvoker(functions);
  const reports: string[] = [];
  const recorder = new Recorder(clock, random, ACCOUNT);
  const engine = new EventEngine({
    ...{ invoker, clock, random, accountId: ACCOUNT, isElsewhere, dataDirectory },
    services: { call: (request) => recorder.answer(request) },
    report: (message) => reports.push(message),
  });
  recorder.local = (request, operation) => engine.answer(request, operation);
  recorder.onObject = (change) => engine.buckets.changed(change);
  const faults = new Faults(false);
  const definitions = readEvents([stackOf(wish)], { isElsewhere, anchorMs: engine.startedAt }, faults);
  engine.replace(definitions);
  const send: EventBench['send'] = (request) =>
    recorder.answer({
      ...{ subdomain: undefined, region: REGION, method: 'POST', path: '/', query: '' },
      ...{ headers: [], body: undefined, timeoutMs: 1000, ...request },
    });
  return {
    ...{ engine, clock, invoker, recorder, reports, definitions, faults, send },
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

/** Each function of the wish is one of the template, too. */
function stackOf({ resources, functions = {} }: EventBenchWish): ResolvedStack {
  const names = Object.keys(functions);
  const made = names.map(
    (name) =>
      `  ${name}: { Type: AWS::Lambda::Function, Properties: { FunctionName: ${name}, Runtime: nodejs24.x, ` +
      `Handler: index.handler, Role: none, Code: { ZipFile: 'exports.handler = () => 1' } } }`,
  );
  const set = new StackSet();
  const options = { stage: 'dev', region: REGION, accountId: ACCOUNT, parameters: {}, environment: {} };
  const text = ['Resources:', ...made, resources].join('\n');
  set.add(toRawStack(parseSource(text, '/app/events.yml'), 'events', options));
  const [resolver] = set.complete(['events']);
  const resolved = resolver?.resolveResources() ?? new Map();
  const stack = {
    ...{ stackName: 'events', stage: 'dev', region: REGION, accountId: ACCOUNT, file: '/app/events.yml' },
    ...{ includes: [], outputs: new Map(), metadata: {}, exports: new Map(), refused: new Map() },
    ...classifyResources('events', resolved.values()),
    resources: resolved,
    functions: names.map((name) => ({ name, arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}` })),
  };
  return stack as unknown as ResolvedStack;
}
