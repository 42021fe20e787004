/**
 * Runs an express state machine to its end. The states follow the Amazon States Language with JSONPath.
 * @see https://states-language.net/spec.html
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { asNumber, isJsonList, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ServicePorts } from '../../kernel/service.ts';
import { chooseNext, parseTimestamp } from './choices.ts';
import { innerMachines } from './definition.ts';
import type { Machine } from './definition.ts';
import { evaluate, fillPayload } from './payload.ts';
import { readPath, readPathField, writeResult } from './paths.ts';
import type { Scope } from './paths.ts';
import { findCatcher, RetryCount } from './retries.ts';
import { runTask } from './run-task.ts';
import { exceeded, MAX_DATA_BYTES, RuntimeFailure, StateFailure, withinLimit } from './state-failure.ts';

type ExecutionPorts = Pick<ServicePorts, 'invoker' | 'services' | 'random' | 'clock' | 'agenda'>;

export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED'; readonly error?: string | undefined; readonly cause?: string | undefined }
  | { readonly status: 'TIMED_OUT'; readonly error: string };

/** The maximum duration of an express execution (developer guide, "Service quotas"). */
const LONGEST_MS = 300_000;
/** The number of visited states after which other work of the gateway gets its turn. */
const STATES_PER_TURN = 100;
/** The maximum number of visited states, which ends loops without a Wait state. */
const MAX_STATES = 100_000;
/** The time in milliseconds for which states may run before other work of the gateway gets its turn. */
const TURN_MS = 20;
/** The maximum number of concurrent iterations of an inline Map state (developer guide, "Map workflow state"). */
const MAX_CONCURRENCY = 40;

class TimedOut extends Error {}

/** An execution, or one attempt of a Parallel or Map state. If one of its branches fails, the others end, too. */
type Branch = { isEnded: boolean; readonly outer: Branch | undefined };

function isOver(branch: Branch): boolean {
  for (let at: Branch | undefined = branch; at !== undefined; at = at.outer) if (at.isEnded) return true;
  return false;
}

export async function runExecution(
  machine: Machine,
  execution: { readonly arn: string; readonly name: string; readonly input: Json },
  ports: ExecutionPorts,
): Promise<Outcome> {
  const startedAt = ports.clock.nowEpochMs();
  const branch: Branch = { isEnded: false, outer: undefined };
  const run = new Execution(
    machine,
    {
      Execution: {
        Id: execution.arn,
        Input: execution.input,
        Name: execution.name,
        RoleArn: machine.roleArn,
        StartTime: new Date(startedAt).toISOString(),
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
    },
    ports,
  );
  const limitMs = Math.min(LONGEST_MS, (asNumber(machine.definition['TimeoutSeconds']) ?? LONGEST_MS) * 1000);
  const { promise, reject } = Promise.withResolvers<never>();
  const wake = ports.agenda.at(startedAt + limitMs, () => reject(new TimedOut()));
  try {
    const output = await Promise.race([
      run.machine(machine.definition, execution.input, { context: {}, branch }),
      promise,
    ]);
    return { status: 'SUCCEEDED', output };
  } catch (error) {
    if (error instanceof TimedOut) return { status: 'TIMED_OUT', error: 'States.Timeout' };
    if (error instanceof StateFailure) return { status: 'FAILED', error: error.error, cause: error.why };
    throw error;
  } finally {
    branch.isEnded = true;
    wake.cancel();
  }
}

type Inner = {
  /** `Map` of the context object, inside a Map state. */
  readonly context: JsonObject;
  readonly branch: Branch;
};

type Visit = {
  readonly name: string;
  readonly state: JsonObject;
  readonly input: Json;
  readonly scope: Scope;
  readonly inner: Inner;
  /** The id of the event in the history with which the state was entered. Causes of errors contain it. */
  readonly enteredAt: number;
};

type Step = { readonly output: Json; readonly next: string | undefined };

class Execution {
  readonly #machine: Machine;
  readonly #context: JsonObject;
  readonly #ports: ExecutionPorts;
  /** The events of the history so far; the first one is the start of the execution. */
  #events = 1;
  #visited = 0;
  /** The monotonic time at which the present turn of the event loop began to run states. */
  #turnBeganMs: number;

  constructor(machine: Machine, context: JsonObject, ports: ExecutionPorts) {
    this.#machine = machine;
    this.#context = context;
    this.#ports = ports;
    this.#turnBeganMs = ports.clock.monotonicMs();
  }

  /** Runs a machine, a branch or a processor, and returns its output. */
  async machine(definition: JsonObject, input: Json, inner: Inner): Promise<Json> {
    const states = mapOf(definition, 'States');
    let name: string | undefined = textOf(definition, 'StartAt');
    let value = input;
    while (name !== undefined) {
      const step: Step = await this.#visit(name, membersOf(states[name]), value, inner);
      ({ output: value, next: name } = step);
    }
    return value;
  }

  async #visit(name: string, state: JsonObject, input: Json, inner: Inner): Promise<Step> {
    this.#events += 1;
    const retries = new RetryCount(state);
    const enteredAt = this.#events;
    const enteredTime = new Date(this.#ports.clock.nowEpochMs()).toISOString();
    for (;;) {
      await this.#enter(inner.branch);
      const counted = ['Task', 'Parallel', 'Map'].includes(textOf(state, 'Type'));
      const context = {
        ...this.#context,
        ...inner.context,
        State: { Name: name, EnteredTime: enteredTime, ...(counted && { RetryCount: retries.total }) },
      };
      const visit = { name, state, input, inner, enteredAt, scope: { input, context } };
      try {
        const step = await this.#run(visit);
        this.#events += 1;
        return { ...step, output: withinLimit(step.output, name) };
      } catch (error) {
        const failure = locate(error, visit);
        const waitMs = retries.nextWaitMs(failure, () => this.#ports.random.fraction());
        if (waitMs === undefined) return catchFailure(visit, failure);
        await this.#wait(waitMs);
      }
    }
  }

  /** Counts a visit or a retry of a state, and gives other work of the gateway its turn. */
  async #enter(branch: Branch): Promise<void> {
    this.#visited += 1;
    if (
      this.#visited % STATES_PER_TURN === 0 ||
      this.#ports.clock.monotonicMs() - this.#turnBeganMs > TURN_MS
    ) {
      await nextTurn();
      this.#turnBeganMs = this.#ports.clock.monotonicMs();
    }
    if (isOver(branch) || this.#visited > MAX_STATES) throw new TimedOut();
  }

  /** Runs the branches of one attempt. If one fails, the others end before their next state. */
  async #together<Result>(branch: Branch, runs: readonly Promise<Result>[]): Promise<readonly Result[]> {
    try {
      return await Promise.all(runs);
    } catch (error) {
      branch.isEnded = true;
      throw error;
    }
  }

  async #run(visit: Visit): Promise<Step> {
    const { state, input, scope } = visit;
    const effective = readPathField(state['InputPath'], scope);
    const at: Visit = { ...visit, scope: { ...scope, input: effective } };
    switch (textOf(state, 'Type')) {
      case 'Succeed':
        return { output: this.#output(at, effective), next: undefined };
      case 'Fail':
        throw this.#failureOf(at);
      case 'Choice':
        return { output: this.#output(at, effective), next: choose(at) };
      case 'Wait':
        await this.#waitAsAsked(at);
        return { output: this.#output(at, effective), next: nextOf(state) };
      case 'Pass': {
        const result = state['Result'] ?? this.#fill('Parameters', at);
        return this.#end(at, input, result);
      }
      default: {
        const raw = await this.#work(at);
        const selector = state['ResultSelector'];
        const selected =
          selector === undefined ? raw : fillPayload(selector, { ...at.scope, input: raw }, this.#ports);
        return this.#end(at, input, selected);
      }
    }
  }

  #end(visit: Visit, raw: Json, result: Json): Step {
    const combined = writeResult(raw, visit.state['ResultPath'], result);
    return { output: this.#output(visit, combined), next: nextOf(visit.state) };
  }

  #output({ state, scope }: Visit, value: Json): Json {
    return readPathField(state['OutputPath'], { ...scope, input: value });
  }

  #fill(name: string, { state, scope }: Visit): Json {
    const template = state[name];
    return template === undefined ? scope.input : fillPayload(template, scope, this.#ports);
  }

  #work(visit: Visit): Promise<Json> {
    const type = textOf(visit.state, 'Type');
    if (type === 'Task') return this.#task(visit);
    return type === 'Parallel' ? this.#parallel(visit) : this.#map(visit);
  }

  async #task(visit: Visit): Promise<Json> {
    const { state } = visit;
    this.#events += 3;
    const path = state['TimeoutSecondsPath'];
    const seconds = asNumber(path === undefined ? state['TimeoutSeconds'] : readPathField(path, visit.scope));
    const timeoutMs = seconds === undefined ? LONGEST_MS : Math.min(LONGEST_MS, seconds * 1000);
    const call = runTask(
      {
        resource: textOf(state, 'Resource'),
        payload: this.#fill('Parameters', visit),
        timeoutMs,
        machine: this.#machine,
      },
      this.#ports,
    );
    if (seconds === undefined) return call;
    const { promise, reject } = Promise.withResolvers<never>();
    const dueMs = this.#ports.clock.nowEpochMs() + timeoutMs;
    const wake = this.#ports.agenda.at(dueMs, () => reject(new StateFailure('States.Timeout')));
    try {
      return await Promise.race([call, promise]);
    } finally {
      wake.cancel();
      call.catch(() => undefined);
    }
  }

  #parallel(visit: Visit): Promise<Json> {
    this.#events += 2;
    const input = this.#fill('Parameters', visit);
    const inner = anAttempt(visit.inner);
    const branches = innerMachines(visit.state).map((branch) => this.machine(branch, input, inner));
    return this.#together(inner.branch, branches);
  }

  async #map(visit: Visit): Promise<Json> {
    const { state, scope } = visit;
    const items = readPathField(state['ItemsPath'], scope);
    if (!isJsonList(items)) {
      const path = state['ItemsPath'];
      // If the field is absent or `$`, the message does not name a path [obs: stepfunctions,
      // scenarios/test_base_scenarios, "Attempting to map over non-iterable node."].
      throw typeof path === 'string' && path !== '$'
        ? new StateFailure('States.Runtime', `Reference path "${path}" must point to array.`)
        : new RuntimeFailure(`Map state input must be an array but was: ${JSON.stringify(items)}`);
    }
    this.#events += 2;
    const [processor = {}] = innerMachines(state);
    const template = state['ItemSelector'] ?? state['Parameters'];
    const outputs: Json[] = [];
    const queue = items.entries();
    const { branch } = anAttempt(visit.inner);
    let sizeBytes = 0;
    const worker = async (): Promise<void> => {
      for (const [index, value] of queue) {
        const context = { Map: { Item: { Index: index, Value: value } } };
        const at = { ...scope, context: { ...scope.context, ...context } };
        const input = template === undefined ? value : fillPayload(template, at, this.#ports);
        const output = await this.machine(processor, input, { context, branch });
        sizeBytes += Buffer.byteLength(JSON.stringify(output));
        if (sizeBytes > MAX_DATA_BYTES) throw exceeded(visit.name);
        outputs[index] = output;
      }
    };
    const count = Math.min(concurrencyOf(visit), items.length);
    await this.#together(
      branch,
      Array.from({ length: count }, () => worker()),
    );
    return outputs;
  }

  #failureOf({ state, scope }: Visit): StateFailure {
    const read = (name: string): string | undefined => {
      const path = state[`${name}Path`];
      if (typeof path !== 'string') return textOf(state, name) || undefined;
      return printText(evaluate(`${name}Path`, path, scope, this.#ports));
    };
    return new StateFailure(read('Error'), read('Cause'));
  }

  async #waitAsAsked({ state, scope }: Visit): Promise<void> {
    const { Seconds: seconds, SecondsPath: path, Timestamp: time, TimestampPath: timePath } = state;
    if (typeof path === 'string') {
      const found = readPath(path, scope);
      if (typeof found !== 'number')
        throw new RuntimeFailure(`The SecondsPath parameter does not reference an input value: ${path}`);
      if (!Number.isInteger(found))
        throw new RuntimeFailure(
          `The SecondsPath parameter cannot be parsed as a long value: ${path} == ${found}`,
        );
      if (found < 0)
        throw new RuntimeFailure(
          `The SecondsPath parameter references a negative value: ${path} == ${found}`,
        );
      return this.#wait(found * 1000);
    }
    if (seconds !== undefined) return this.#wait((asNumber(seconds) ?? 0) * 1000);
    const text = typeof timePath === 'string' ? readPath(timePath, scope) : time;
    const dueMs = parseTimestamp(text);
    if (dueMs === undefined)
      throw new RuntimeFailure(
        typeof timePath === 'string'
          ? `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${timePath} == ${printText(text)}`
          : `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${printText(text)}`,
      );
    return this.#wait(dueMs - this.#ports.clock.nowEpochMs());
  }

  async #wait(ms: number): Promise<void> {
    if (!(ms > 0)) return;
    await new Promise<undefined>((resolve) => {
      // The execution ends before a longer wait would end, so its timer must not exist until that time.
      const dueMs = this.#ports.clock.nowEpochMs() + Math.min(ms, LONGEST_MS);
      this.#ports.agenda.at(dueMs, () => resolve(undefined));
    });
  }
}

/**
 * Reads the maximum concurrency of a Map state; 0 means no limit of its own [obs: stepfunctions,
 * scenarios/test_base_scenarios, `test_max_concurrency_path`].
 */
function concurrencyOf({ state, scope }: Visit): number {
  const path = state['MaxConcurrencyPath'];
  const asked = typeof path === 'string' ? readPathField(path, scope) : (state['MaxConcurrency'] ?? 0);
  if (typeof asked === 'number' && Number.isInteger(asked)) return asked > 0 ? asked : MAX_CONCURRENCY;
  throw new RuntimeFailure(
    `The MaxConcurrencyPath field refers to value "${printText(asked)}" which is not a valid integer: ${printText(path)}`,
  );
}

/** Prints a value as messages show it: a text without quotes. */
function printText(value: Json = ''): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function nextOf(state: JsonObject): string | undefined {
  const next = textOf(state, 'Next');
  return next === '' ? undefined : next;
}

function choose({ name, state, scope }: Visit): string {
  const next = chooseNext(state, scope);
  if (next !== undefined) return next;
  throw new StateFailure(
    'States.NoChoiceMatched',
    `Failed to transition out of the state '${name}'. The state does not point to a next state.`,
  );
}

function anAttempt({ context, branch }: Inner): Inner {
  return { context, branch: { isEnded: false, outer: branch } };
}

/** Returns the failure of a state, whose cause names the state. */
function locate(error: unknown, { name, enteredAt }: Visit): StateFailure {
  if (!(error instanceof StateFailure)) throw error;
  return error instanceof RuntimeFailure ? error.at(name, enteredAt) : error;
}

/** @throws StateFailure if no catcher matches the error */
function catchFailure(visit: Visit, failure: StateFailure): Step {
  const catcher = findCatcher(visit.state, failure);
  if (catcher === undefined) throw failure;
  const output = { Error: failure.error ?? '', ...(failure.why !== undefined && { Cause: failure.why }) };
  try {
    return { output: writeResult(visit.input, catcher['ResultPath'], output), next: nextOf(catcher) };
  } catch (error) {
    throw locate(error, visit);
  }
}
