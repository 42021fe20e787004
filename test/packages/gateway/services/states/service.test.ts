import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServicePorts } from '../../../../../packages/gateway/kernel/service.ts';
import * as states from '../../../../../packages/gateway/services/states/service.ts';
import { anEventEngine, stackOf } from '../../../../support/an-event-engine.ts';
import { EPOCH_MS, VirtualClock } from '../../../../support/virtual-ports.ts';

const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:cook';
const EXECUTION = 'arn:aws:states:us-east-1:123456789012:execution:cook';

/** Another account, whose state machines are not known here. */
const OTHERS_MACHINE = MACHINE.replace('123456789012', '210987654321');

function call(action: string, input: object | undefined) {
  const clock = new VirtualClock();
  const ports = { clock, accountId: '210987654321', random: { uuid: () => 'a-uuid' } };
  const operation = { protocol: 'json', action, input, service: 'states' };
  return states.open(ports as unknown as ServicePorts).api?.answer({ operation } as never);
}

// LocalStack, tests/aws/services/stepfunctions/v2/test_sfn_api.py::test_invalid_start_execution_arn
describe('a state machine of this account that does not exist', () => {
  for (const action of ['StartExecution', 'StartSyncExecution'])
    it(`is not started by ${action}`, () => {
      assert.partialDeepStrictEqual(call(action, { stateMachineArn: OTHERS_MACHINE }), {
        status: 400,
        code: 'StateMachineDoesNotExist',
        message: `State Machine Does Not Exist: '${OTHERS_MACHINE}'`,
      });
    });
});

// Step Functions API reference, StartExecution and StopExecution.
describe('StartExecution', () => {
  for (const [given, name, expected] of [
    ['its own name', 'soup-1', 'soup-1'],
    ['none', undefined, 'a-uuid'],
  ] as const)
    it(`names an execution ${expected} if the call gives ${given}`, () => {
      assert.deepEqual(call('StartExecution', { stateMachineArn: MACHINE, input: '{"a":1}', name }), {
        kind: 'result',
        fields: { executionArn: `${EXECUTION}:${expected}`, startDate: EPOCH_MS / 1000 },
      });
    });

  for (const { what, input, code } of [
    { what: 'no machine', input: {}, code: 'ValidationException' },
    {
      what: 'an empty name',
      input: { stateMachineArn: MACHINE, name: '' },
      code: 'ValidationException',
    },
    { what: 'a machine without its ARN', input: { stateMachineArn: 'cook' }, code: 'InvalidArn' },
    {
      what: 'an input that is not JSON',
      input: { stateMachineArn: MACHINE, input: '{' },
      code: 'InvalidExecutionInput',
    },
    {
      what: 'an input that is not text',
      input: { stateMachineArn: MACHINE, input: { a: 1 } },
      code: 'SerializationException',
    },
    { what: 'a body that is not an object', input: undefined, code: 'SerializationException' },
  ])
    it(`refuses ${what} with ${code}`, () => {
      assert.partialDeepStrictEqual(call('StartExecution', input), { code });
    });
});

// LocalStack's snapshot of test_invalid_start_execution_input, recorded 2023-06-22
describe('the input of an execution', () => {
  for (const [input, reason] of [
    [
      'not some json',
      "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    ],
    [
      "{'not': 'json'}",
      "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
    ],
    ['', 'Invalid execution input.'],
  ] as const)
    it(`is refused if it is ${JSON.stringify(input)}`, () => {
      assert.partialDeepStrictEqual(call('StartExecution', { stateMachineArn: MACHINE, input }), {
        code: 'InvalidExecutionInput',
        message: `Invalid State Machine Execution Input: '${reason}'`,
      });
    });

  it('may be a number, a text or null', () => {
    for (const input of ['2', '"text"', 'null'])
      assert.partialDeepStrictEqual(call('StartExecution', { stateMachineArn: MACHINE, input }), {
        kind: 'result',
      });
  });
});

// LocalStack's snapshots of test_start_execution_idempotent and of test_start_sync_execution
describe('a machine of a stack', () => {
  const machine = (type: string) => {
    const bench = anEventEngine(
      { states },
      {
        resources: `
  Cook: { Type: AWS::StepFunctions::StateMachine, Properties: { StateMachineName: cook, StateMachineType: ${type}, RoleArn: r, DefinitionString: '{}' } }`,
      },
    );
    const start = (input: object) =>
      bench.call('states', 'StartExecution', { stateMachineArn: MACHINE, name: 'soup', ...input });
    return { bench, start };
  };

  it('is started once under a name, and again only with the same input', async () => {
    const { bench, start } = machine('STANDARD');
    const first = await start({ input: '{"a":1}' });
    await bench.advance(5_000);

    assert.deepEqual(await start({ input: '{"a":1}' }), first);
    assert.partialDeepStrictEqual(await start({ input: '{"a":2}' }), {
      __type: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${EXECUTION}:soup'`,
    });
  });

  // API reference, StartExecution, `name`; moto, test_stepfunctions_idempotency.py (tests that run against AWS)
  it('is not started again under the name of an execution that has been stopped, even with the same input', async () => {
    const { bench, start } = machine('STANDARD');
    await start({ input: '{"a":1}' });
    await bench.call('states', 'StopExecution', { executionArn: `${EXECUTION}:soup` });

    for (const input of ['{"a":1}', '{"a":2}'])
      assert.partialDeepStrictEqual(await start({ input }), {
        __type: 'ExecutionAlreadyExists',
        message: `Execution Already Exists: '${EXECUTION}:soup'`,
      });
  });

  it('can be stopped if it was started by an alias of its machine', async () => {
    const { bench, start } = machine('STANDARD');
    const { executionArn } = Object(await start({ stateMachineArn: `${MACHINE}:PROD`, input: '{}' }));

    const stopped = Object(await bench.call('states', 'StopExecution', { executionArn }));
    assert.equal(typeof stopped.stopDate, 'number', JSON.stringify(stopped));
  });

  it('takes any input again under a name if it is of the express type', async () => {
    const { start } = machine('EXPRESS');
    const { executionArn: first } = Object(await start({ input: '{"a":1}' }));
    const { executionArn: second } = Object(await start({ input: '{"a":2}' }));

    // LocalStack, tests/aws/services/stepfunctions/v2/express/test_express_async.py (recorded)
    for (const arn of [first, second])
      assert.match(String(arn), /^arn:aws:states:[\w-]+:\d{12}:express:\w+:soup:[0-9a-f-]{36}$/);
    assert.notEqual(first, second);
  });

  it('runs synchronously only if it is of the express type', async () => {
    const { bench } = machine('STANDARD');
    const refused = await bench.call('states', 'StartSyncExecution', { stateMachineArn: MACHINE });

    assert.partialDeepStrictEqual(refused, {
      __type: 'StateMachineTypeNotSupported',
      message: 'This operation is not supported by this type of state machine',
    });
  });
});

// API reference, StartExecution and StopExecution; LocalStack, test_create_activity_invalid_name, for the words
describe('an execution of this account', () => {
  const started = async () => {
    const bench = anEventEngine(
      { states },
      {
        resources: `
  Cook: { Type: AWS::StepFunctions::StateMachine, Properties: { StateMachineName: cook, RoleArn: r, DefinitionString: '{}' } }`,
      },
    );
    await bench.call('states', 'StartExecution', { stateMachineArn: MACHINE, name: 'soup' });
    return bench;
  };

  it('is stopped if it was started', async () => {
    const bench = await started();

    assert.ok(
      'stopDate' in
        Object(await bench.call('states', 'StopExecution', { executionArn: `${EXECUTION}:soup` })),
    );
    assert.partialDeepStrictEqual(
      await bench.call('states', 'StopExecution', { executionArn: `${EXECUTION}:tea` }),
      {
        __type: 'ExecutionDoesNotExist',
        message: `Execution Does Not Exist: '${EXECUTION}:tea'`,
      },
    );
  });

  for (const name of ['a b', 'a?', 'a/b', 'a\u0007'])
    it(`cannot be named ${JSON.stringify(name)}`, async () => {
      const bench = await started();

      assert.partialDeepStrictEqual(
        await bench.call('states', 'StartExecution', { stateMachineArn: MACHINE, name }),
        { __type: 'InvalidName', message: `Invalid Name: '${name}'` },
      );
    });
});

describe('StopExecution', () => {
  it('says when it has stopped an execution, and refuses an invalid one', () => {
    assert.deepEqual(call('StopExecution', { executionArn: `${EXECUTION}:soup-1` }), {
      kind: 'result',
      fields: { stopDate: EPOCH_MS / 1000 },
    });
    assert.partialDeepStrictEqual(call('StopExecution', { executionArn: MACHINE }), { code: 'InvalidArn' });
    assert.partialDeepStrictEqual(call('StopExecution', {}), { code: 'ValidationException' });
  });
});

describe('what a refusal shows of an ARN', () => {
  for (const [action, input, message] of [
    ['StopExecution', { executionArn: MACHINE }, `Invalid Arn: '${MACHINE}'`],
    // LocalStack, tests/aws/services/stepfunctions/v2/test_sfn_api_express.py (recorded)
    [
      'StopExecution',
      { executionArn: 'arn:aws:states:eu-west-1:123456789012:express:cook:soup:1' },
      "Invalid Arn: 'Resource type not valid in this context: express'",
    ],
    ['StartExecution', { stateMachineArn: 'cook' }, "Invalid Arn: 'Invalid ARN prefix: cook'"],
  ] as const)
    it(`is ${message} for ${action} of ${JSON.stringify(input)}`, () => {
      assert.partialDeepStrictEqual(call(action, input), { message });
    });
});

describe('the service of state machines', () => {
  it('accepts no other protocol', () => {
    const operation = { protocol: 'query', action: 'StartExecution', parameters: new URLSearchParams() };

    assert.equal(states.open({} as ServicePorts).api?.answer({ operation } as never), undefined);
  });

  // User guide of CloudFormation, AWS::StepFunctions::StateMachineAlias, "Ref".
  for (const place of ['RoutingConfiguration: [{', 'DeploymentPreference: {'])
    it(`names an alias after its machine, whose version is in ${place.split(':')[0] ?? ''}`, () => {
      const close = place.endsWith('[{') ? '}]' : '}';
      const { resources } = stackOf({
        resources: `
  Live: { Type: AWS::StepFunctions::StateMachineAlias, Properties: { Name: live, ${place} StateMachineVersionArn: '${MACHINE}:3' ${close} } }
  Other: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !Ref Live } }`,
      });

      assert.equal(resources.get('Other')?.properties['LogGroupName'], `${MACHINE}:live`);
    });

  it('leaves other calls to other services, and starts a machine as a target with the same call', () => {
    const service = states.open({} as ServicePorts);

    assert.equal(call('StartSyncExecution', { stateMachineArn: MACHINE }), undefined);
    assert.deepEqual(service.target?.remoteCall?.(MACHINE, '{}', {}), {
      version: '1.0',
      target: 'AWSStepFunctions.StartExecution',
      input: { stateMachineArn: MACHINE, input: '{}' },
    });
  });
});
