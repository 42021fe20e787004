import { isJson, parseJson, textOf } from '@gatewright/aws/json-object';
import type { Json, UnknownMembers } from '@gatewright/aws/json-object';
import { describeWrongType } from '@gatewright/aws/wrong-type';
import { findJacksonFault } from '@gatewright/aws/text/jackson-fault';
import { parseArn } from '@gatewright/aws/arn';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import { OperationRefused, refuse } from '../../kernel/calls/aws-operation.ts';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { findUnserved, readDefinition } from './definition.ts';
import type { Machine } from './definition.ts';
import { runExecution } from './execution.ts';
import type { Outcome } from './execution.ts';
import { STEPFUNCTIONS_MODEL } from '../../kernel/calls/models/stepfunctions.ts';
import type { InputPolicy } from '@gatewright/aws/call-input';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Service, ServiceApi, ServicePorts, ServiceTarget } from '../../kernel/service.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';

type JsonOperation = Extract<AwsOperation, { protocol: 'json' }>;

const MODEL = new CallModel(STEPFUNCTIONS_MODEL);
const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new OperationRefused('ValidationException', message),
  wrongType: (_message, value, wanted) =>
    new OperationRefused('SerializationException', describeWrongType(value, wanted)),
};

const STANDARD = 'STANDARD';

/** The operations that this service handles, at least in part. */
export const STATES_CALLS: readonly string[] = ['StartExecution', 'StartSyncExecution', 'StopExecution'];

const INVALID_INPUT = 'Invalid execution input.';

/** Returns why the input is not JSON, in the words of AWS's parser [obs: stepfunctions]; undefined if it is JSON. */
function findInputFault(text: unknown): string | undefined {
  if (typeof text !== 'string' || text === '') return INVALID_INPUT;
  if (isJson(text)) return undefined;
  return findJacksonFault(Buffer.from(text))?.message ?? INVALID_INPUT;
}

/** The characters that names must not contain (API reference, StartExecution, `name`). */
// oxlint-disable-next-line no-control-regex -- the page lists control characters
const NOT_IN_NAME = /[\s?*<>{}[\]"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

const STATE_MACHINE = /^arn:[^:]+:states:[^:]*:\d{12}:stateMachine:[^:]{1,80}(?::[^:]+)?$/;

/** The operations that need a running execution. */
const OF_RUNS = /Execution|MapRun|SendTask|GetActivityTask|TestState/;

/** The number of parts of an ARN without a version or an alias. */
const MACHINE_PARTS = 7;

type Started = { readonly input: unknown; readonly startDate: number; readonly hasEnded: boolean };

/** The number of executions whose names are kept. */
const MAX_STARTED = 1_000;
/**
 * The maximum number of executions that run at the same time. A machine may start itself, and each execution then waits
 * for the next.
 */
const MAX_RUNNING = 1_000;

class StatesService implements Service {
  readonly api: ServiceApi = {
    jsonVersion: '1.0',
    adviseInstead: ({ operation }) => {
      if (operation.protocol !== 'json' || !OF_RUNS.test(operation.action)) return undefined;
      const machine = this.#findMachine(textOf(operation.input ?? {}, 'stateMachineArn'));
      if (machine !== undefined && operation.action === 'StartSyncExecution')
        return `change the state machine, because ${machine.unserved ?? 'the gateway does not run it'}`;
      return 'if you need no result, call StartExecution, which the gateway only records; the gateway runs state machines only for StartSyncExecution, and only express state machines of loaded stacks';
    },
    answer: ({ operation }) => {
      if (operation.protocol !== 'json') return undefined;
      if (operation.input === undefined) return refuse('SerializationException', '');
      try {
        MODEL.check(operation.action, operation.input, POLICY);
      } catch (error) {
        if (error instanceof OperationRefused) return error.toResult();
        throw error;
      }
      return this.#answer(operation, operation.input);
    },
  };
  readonly target: ServiceTarget = {
    remoteCall: (arn, body) => ({
      version: '1.0',
      target: 'AWSStepFunctions.StartExecution',
      input: { stateMachineArn: arn, input: body },
    }),
  };
  readonly #ports: ServicePorts;
  /** The state machines of the stacks by ARN. */
  #machines = new Map<string, KnownMachine>();
  /** The executions of standard state machines by ARN. */
  readonly #started = new Map<string, Started>();
  #running = 0;

  constructor(ports: ServicePorts) {
    this.#ports = ports;
  }

  prepare(stacks: StackReading): () => void {
    const machines = stacks.ofType('AWS::StepFunctions::StateMachine');
    const known = machines.map((reader) => {
      const machine = readMachine(reader, stacks.isElsewhere);
      // Executions of standard machines are only recorded and never run, so their parts need no report.
      if (machine.unserved !== undefined && machine.type !== STANDARD)
        reader.unsupported(undefined, `StartSyncExecution is refused, because ${machine.unserved}`);
      return [reader.resource.physicalId, machine] as const;
    });
    return () => {
      this.#machines = new Map(known);
    };
  }

  reset(): void {
    this.#started.clear();
  }

  /**
   * Handles a call. Executions that nobody waits for are only recorded. Synchronous executions run if the gateway runs
   * everything in the definition.
   */
  #answer(
    { action }: JsonOperation,
    input: UnknownMembers,
  ): OperationResult | undefined | Promise<OperationResult | undefined> {
    switch (action) {
      case 'StopExecution':
        return this.#stop(input['executionArn']);
      case 'StartExecution':
        return this.#start(input);
      case 'StartSyncExecution':
        return this.#startSync(input);
      default:
        return undefined;
    }
  }

  #stop(arn: unknown): OperationResult {
    if (typeof arn === 'string' && arn.includes(':express:'))
      return refuse('InvalidArn', "Invalid Arn: 'Resource type not valid in this context: express'");
    if (typeof arn !== 'string' || !arn.includes(':execution:'))
      return refuse('InvalidArn', `Invalid Arn: '${typeof arn === 'string' ? arn : ''}'`);
    // The gateway does not know executions in other accounts.
    if (parseArn(arn)?.accountId === this.#ports.accountId && !this.#started.has(arn))
      return refuse('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    const known = this.#started.get(arn);
    if (known !== undefined) this.#started.set(arn, { ...known, hasEnded: true });
    return { kind: 'result', fields: { stopDate: this.#now() } };
  }

  #startSync(asked: UnknownMembers): OperationResult | undefined | Promise<OperationResult | undefined> {
    const { stateMachineArn: arn, input = '{}', name: given } = asked;
    const machine = String(arn);
    if (this.#typeOf(machine) === STANDARD)
      return refuse(
        'StateMachineTypeNotSupported',
        'This operation is not supported by this type of state machine',
      );
    const refusal = this.#refuseStart(asked);
    const known = this.#findMachine(machine);
    if (refusal !== undefined || known === undefined || known.unserved !== undefined) return refusal;
    const name = typeof given === 'string' && given !== '' ? given : this.#ports.random.uuid();
    const executionArn = this.#expressArn(machine, name);
    return this.#run(known.machine, { arn: executionArn, name, input: String(input) }, asked);
  }

  /** Runs the machine, and returns the answer to StartSyncExecution. */
  async #run(
    machine: Machine,
    execution: { readonly arn: string; readonly name: string; readonly input: string },
    { includedData, traceHeader }: UnknownMembers,
  ): Promise<OperationResult> {
    if (this.#running >= MAX_RUNNING)
      return refuse('ExecutionLimitExceeded', 'The maximum number of running executions has been reached.');
    const startDate = this.#now();
    const input = parseJson(execution.input) as Json;
    this.#running += 1;
    const outcome = await runExecution(machine, { ...execution, input }, this.#ports).finally(() => {
      this.#running -= 1;
    });
    const stopDate = this.#now();
    const included = includedData !== 'METADATA_ONLY';
    return {
      kind: 'result',
      fields: {
        executionArn: execution.arn,
        stateMachineArn: machine.arn,
        name: execution.name,
        startDate,
        stopDate,
        ...describeOutcome(outcome, included),
        ...(included && { input: execution.input }),
        inputDetails: { included },
        outputDetails: { included },
        ...(traceHeader !== undefined && { traceHeader }),
        billingDetails: {
          billedMemoryUsedInMB: 64,
          billedDurationInMilliseconds: Math.max(1, Math.ceil((stopDate - startDate) * 10)) * 100,
        },
      },
    };
  }

  /** The gateway does not know state machines of other accounts. Their executions are recorded. */
  #refuseUnknown(machine: string): OperationResult | undefined {
    if (this.#typeOf(machine) !== undefined || parseArn(machine)?.accountId !== this.#ports.accountId)
      return undefined;
    return refuse('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machine}'`);
  }

  /** Returns the refusal of an invalid start, in AWS's order of checks. */
  #refuseStart({
    stateMachineArn: machine,
    name: given,
    input = '{}',
  }: UnknownMembers): OperationResult | undefined {
    if (typeof machine !== 'string' || !STATE_MACHINE.test(machine))
      return refuse(
        'InvalidArn',
        `Invalid Arn: 'Invalid ARN prefix: ${typeof machine === 'string' ? machine : ''}'`,
      );
    const fault = findInputFault(input);
    if (fault !== undefined)
      return refuse('InvalidExecutionInput', `Invalid State Machine Execution Input: '${fault}'`);
    const unknown = this.#refuseUnknown(machine);
    if (unknown !== undefined) return unknown;
    if (typeof given === 'string' && NOT_IN_NAME.test(given))
      return refuse('InvalidName', `Invalid Name: '${given}'`);
    return undefined;
  }

  #start(asked: UnknownMembers): OperationResult {
    const { stateMachineArn, name: given, input = '{}' } = asked;
    const refusal = this.#refuseStart(asked);
    if (refusal !== undefined) return refusal;
    const machine = String(stateMachineArn);
    const name = typeof given === 'string' && given !== '' ? given : this.#ports.random.uuid();
    const executionArn =
      this.#typeOf(machine) === 'EXPRESS'
        ? this.#expressArn(machine, name)
        : `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.#started.get(executionArn);
    if (known !== undefined && (known.hasEnded || known.input !== input))
      return refuse('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    const startDate = known?.startDate ?? this.#now();
    if (this.#typeOf(machine) === STANDARD) this.#keep(executionArn, { input, startDate, hasEnded: false });
    return { kind: 'result', fields: { executionArn, startDate } };
  }

  #typeOf(machine: string): string | undefined {
    return this.#findMachine(machine)?.type;
  }

  #findMachine(machine: string): KnownMachine | undefined {
    return this.#machines.get(unqualified(machine));
  }

  /** The ARN of an execution of an express state machine ends with an id that Step Functions makes. */
  #expressArn(machine: string, name: string): string {
    return `${machine.replace(':stateMachine:', ':express:')}:${name}:${this.#ports.random.uuid()}`;
  }

  #keep(executionArn: string, started: Started): void {
    this.#started.set(executionArn, started);
    const [oldest] = this.#started.keys();
    if (this.#started.size > MAX_STARTED && oldest !== undefined) this.#started.delete(oldest);
  }

  #now(): number {
    return this.#ports.clock.nowEpochMs() / 1000;
  }
}

type KnownMachine = {
  readonly type: string;
  readonly machine: Machine;
  /** Why the gateway does not run the machine, as the end of a sentence; undefined if it runs the machine. */
  readonly unserved: string | undefined;
};

function readMachine(reader: ResourceReader, isElsewhere: StackReading['isElsewhere']): KnownMachine {
  const { resource } = reader;
  const arn = resource.physicalId;
  const definition = readDefinition(resource.properties);
  const roleArn = textOf(resource.properties, 'RoleArn');
  return {
    type: textOf(resource.properties, 'StateMachineType') || STANDARD,
    machine: {
      arn,
      name: arn.split(':').at(-1) ?? '',
      roleArn,
      definition: definition ?? {},
    },
    unserved:
      definition === undefined
        ? 'the template does not contain the definition as JSON: write it into Definition, DefinitionString or the file that DefinitionUri names'
        : roleArn === ''
          ? 'the state machine has no RoleArn, so the rights of its tasks are not known'
          : findUnserved(definition, isElsewhere),
  };
}

/**
 * Describes the end of an express execution, as StartSyncExecution returns it [obs: stepfunctions,
 * v2/express/test_express_sync].
 */
function describeOutcome(outcome: Outcome, included: boolean): UnknownMembers {
  const { status } = outcome;
  if (status === 'SUCCEEDED') return { status, ...(included && { output: JSON.stringify(outcome.output) }) };
  if (status === 'TIMED_OUT') return { status, error: outcome.error };
  const { error, cause } = outcome;
  return { status, ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

/** Returns the ARN without a version or an alias. */
function unqualified(machine: string): string {
  return machine.split(':').slice(0, MACHINE_PARTS).join(':');
}

export function open(ports: ServicePorts): Service {
  return new StatesService(ports);
}
