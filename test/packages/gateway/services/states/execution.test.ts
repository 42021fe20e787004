import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as states from '../../../../../packages/gateway/services/states/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:cook';
const V2 = 'tests/aws/services/stepfunctions/v2';

class Exception extends Error {
  override readonly name = 'Exception';
}

function aMachine(definition: object, properties: object = {}) {
  const machine = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'cook',
      StateMachineType: 'EXPRESS',
      RoleArn: 'arn:aws:iam::123456789012:role/cook',
      DefinitionString: JSON.stringify(definition),
      ...properties,
    },
  };
  return anEventEngine(
    { states },
    {
      resources: `  Cook: ${JSON.stringify(machine)}`,
      functions: {
        echo: (event) => event,
        raise: () => {
          throw new Exception('Some exception was raised.');
        },
      },
    },
  );
}

async function run(definition: object, input: unknown = {}, properties: object = {}) {
  const bench = aMachine(definition, properties);
  const ended = bench.call('states', 'StartSyncExecution', {
    stateMachineArn: MACHINE,
    name: 'soup',
    input: JSON.stringify(input),
  });
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise(setImmediate);
    await bench.advance(1_000);
  }
  return ended;
}

const oneState = (state: object) => ({ StartAt: 'State_0', States: { State_0: state } });
const pass = (parameters: object) => oneState({ Type: 'Pass', Parameters: parameters, End: true });
const call = (text: string) => pass({ 'FunctionResult.$': text });
const raise = (rest: object) => ({
  StartAt: 'Start',
  States: {
    Start: {
      Type: 'Task',
      Resource: 'arn:aws:lambda:us-east-1:123456789012:function:raise',
      ...rest,
    },
    Caught: { Type: 'Pass', End: true },
  },
});

// LocalStack's snapshot v2/express/test_express_sync.snapshot.json, `test_base[BASE_PASS_RESULT]`, recorded 26-06-2024
describe('StartSyncExecution', () => {
  it('answers with the output of the machine, its times and what is billed', async () => {
    const answer = await run(oneState({ Type: 'Pass', Result: { Arg1: 'argument1' }, End: true }));

    assert.partialDeepStrictEqual(answer, {
      billingDetails: { billedDurationInMilliseconds: 100, billedMemoryUsedInMB: 64 },
      input: '{}',
      inputDetails: { included: true },
      name: 'soup',
      output: '{"Arg1":"argument1"}',
      outputDetails: { included: true },
      stateMachineArn: MACHINE,
      status: 'SUCCEEDED',
    });
    assert.match(
      String(answer['executionArn']),
      /^arn:aws:states:us-east-1:123456789012:express:cook:soup:[0-9a-f-]{36}$/,
    );
    assert.equal(typeof answer['startDate'], 'number');
  });

  it('gives the machine what DefinitionSubstitutions say', async () => {
    const { output } = await run(
      pass({ table: '${Table}' }),
      {},
      {
        DefinitionSubstitutions: { Table: 'dish"es' },
      },
    );

    assert.equal(output, '{"table":"dish\\"es"}');
  });

  it('ends a machine that takes longer than its TimeoutSeconds', async () => {
    const definition = { ...oneState({ Type: 'Wait', Seconds: 60, End: true }), TimeoutSeconds: 5 };

    assert.partialDeepStrictEqual(await run(definition), { status: 'TIMED_OUT', error: 'States.Timeout' });
  });

  it('ends a machine that loops without waiting', async () => {
    const definition = oneState({ Type: 'Pass', Next: 'State_0' });

    assert.partialDeepStrictEqual(await run(definition), { status: 'TIMED_OUT' });
  });
});

describe('a part of a machine that does not run here', () => {
  for (const [what, definition, named] of [
    ['JSONata', { ...pass({}), QueryLanguage: 'JSONata' }, 'the state machine uses JSONata'],
    [
      'a service that does not run here',
      oneState({ Type: 'Task', Resource: 'arn:aws:states:::ecs:runTask', End: true }),
      'the state State_0 calls arn:aws:states:::ecs:runTask',
    ],
    ...['createBackup', 'flyToTheMoon'].map(
      (action) =>
        [
          `an operation that no service answers, ${action}`,
          oneState({ Type: 'Task', Resource: `arn:aws:states:::aws-sdk:dynamodb:${action}`, End: true }),
          `the state State_0 calls arn:aws:states:::aws-sdk:dynamodb:${action}, an operation that the gateway does not serve`,
        ] as const,
    ),
    [
      'variables',
      oneState({ Type: 'Pass', Assign: { a: 1 }, End: true }),
      'the state State_0 uses variables (Assign)',
    ],
  ] as const)
    it(`is named instead of an answer: ${what}`, async () => {
      const bench = aMachine(definition);
      const outcome = await bench.send({
        service: 'states',
        headers: ['X-Amz-Target', 'AWSStepFunctions.StartSyncExecution'],
        body: JSON.stringify({ stateMachineArn: MACHINE }),
      });

      assert.partialDeepStrictEqual(outcome, { kind: 'unreachable', reason: 'unserved' });
      assert.ok('message' in outcome && outcome.message.includes(named), JSON.stringify(outcome));
      assert.deepEqual(
        bench.unsupported.map(({ consequence }) => consequence.includes(named)),
        [true],
        'it is also said at the start',
      );
    });
});

type Row = {
  readonly title: string;
  readonly source: string;
  readonly definition: object;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
};

const at = (message: string, state = 'State_0') =>
  `An error occurred while executing the state '${state}' (entered at the event id #2). ${message}`;
const intrinsic = (file: string, test: string) => `${V2}/intrinsic_functions/${file}.py::${test}`;
const wait = `${V2}/base/test_wait.py::test_base_wait_seconds_path`;
const invalid = `${V2}/scenarios/test_base_scenarios.py::test_invalid_jsonpath`;

/** Recorded by LocalStack on AWS: the last event of the history of an execution. */
const RECORDED: readonly Row[] = [
  {
    title: 'Fail names the error and the cause',
    source: `${V2}/express/test_express_sync.py::test_base[BASE_RAISE_FAILURE], 26-06-2024`,
    definition: oneState({
      Type: 'Fail',
      Error: 'SomeFailure',
      Cause: "This state machines raises a 'SomeFailure' failure.",
    }),
    error: 'SomeFailure',
    cause: "This state machines raises a 'SomeFailure' failure.",
  },
  {
    title: 'States.Format prints objects as Java does',
    source: `${intrinsic('test_generic', 'test_format_2')}, 09-02-2023`,
    definition: call("States.Format('fst={} and snd={}.', $.fst, $.snd)"),
    input: { fst: { Arg1: 1, Arg2: [] }, snd: 'b' },
    output: { FunctionResult: 'fst={Arg1=1, Arg2=[]} and snd=b.' },
  },
  {
    title: 'States.StringToJson of a blank text is null',
    source: `${intrinsic('test_json_manipulation', 'test_string_to_json')}, 09-02-2023`,
    definition: call('States.StringToJson($.text)'),
    input: { text: ' ' },
    output: { FunctionResult: null },
  },
  {
    title: 'States.StringSplit splits at each character and drops empty parts',
    source: `${intrinsic('test_string_operations', 'test_string_split')}, 05-12-2024`,
    definition: call('States.StringSplit($.fst, $.snd)'),
    input: { fst: 'This.is+a,test=string', snd: '.+,=' },
    output: { FunctionResult: ['This', 'is', 'a', 'test', 'string'] },
  },
  {
    title: 'States.ArrayPartition keeps a shorter last part',
    source: `${intrinsic('test_array', 'test_array_partition')}, 09-02-2023`,
    definition: call('States.ArrayPartition($.list, 4)'),
    input: { list: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    output: { FunctionResult: [[1, 2, 3, 4], [5, 6, 7, 8], [9]] },
  },
  {
    title: 'a missing path of a payload is told with the input',
    source: `${invalid}[INVALID_JSONPATH_IN_STRING_EXPR_JSONPATH], 02-01-2025`,
    definition: pass({ 'value.$': '$.no_such_jsonpath' }),
    input: { 'int-literal': 0 },
    error: 'States.Runtime',
    cause: at(
      `The JSONPath '$.no_such_jsonpath' specified for the field 'value.$' could not be found in the input '{"int-literal":0}'`,
    ),
  },
  {
    title: 'a missing InputPath is told',
    source: `${invalid}[INVALID_JSONPATH_IN_INPUTPATH], 02-01-2025`,
    definition: oneState({ Type: 'Pass', InputPath: '$.NoSuchInputPath', End: true }),
    error: 'States.Runtime',
    cause: at("Invalid path '$.NoSuchInputPath' : No results for path: $['NoSuchInputPath']"),
  },
  ...(
    [
      [-1, 'references a negative value: $.seconds == -1'],
      [1.5, 'cannot be parsed as a long value: $.seconds == 1.5'],
      [undefined, 'does not reference an input value: $.seconds'],
    ] as const
  ).map(([seconds, reason]) => ({
    title: `Wait of ${seconds} seconds is refused`,
    source: `${wait}, 22-03-2024`,
    definition: oneState({ Type: 'Wait', SecondsPath: '$.seconds', End: true }),
    input: { seconds },
    error: 'States.Runtime',
    cause: at(`The SecondsPath parameter ${reason}`),
  })),
  {
    title: 'Map of a text is refused',
    source: `${V2}/evaluate_jsonata/test_base_evaluate_expressions.py::test_base_map_from_input, 22-07-2025`,
    definition: oneState({ Type: 'Map', ItemProcessor: pass({}), End: true }),
    input: 'string',
    error: 'States.Runtime',
    cause: at('Map state input must be an array but was: "string"'),
  },
  {
    title: 'MaxConcurrencyPath must be a number',
    source: `${V2}/scenarios/test_base_scenarios.py::test_max_concurrency_path[NoNumber], 19-06-2024`,
    definition: oneState({
      Type: 'Map',
      ItemsPath: '$.items',
      MaxConcurrencyPath: '$.max',
      ItemProcessor: pass({}),
      End: true,
    }),
    input: { items: ['HelloWorld'], max: 'NoNumber' },
    error: 'States.Runtime',
    cause: at('The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: $.max'),
  },
  {
    title: 'Map gives each item, its index and the constant to its processor',
    source: `${V2}/scenarios/test_base_scenarios.py::test_map_state_legacy_config_inline_item_selector, 08-02-2024`,
    definition: oneState({
      Type: 'Map',
      ItemsPath: '$.items',
      ItemSelector: { constant: 'c', 'mapValue.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index' },
      ItemProcessor: oneState({ Type: 'Pass', End: true }),
      End: true,
    }),
    input: { items: ['Hello', 'World'] },
    output: [
      { constant: 'c', mapValue: 'Hello', index: 0 },
      { constant: 'c', mapValue: 'World', index: 1 },
    ],
  },
  {
    title: 'Parallel lists the outputs in the order of the branches',
    source: `${V2}/scenarios/test_base_scenarios.py::test_parallel_state_order, 15-12-2023`,
    definition: oneState({
      Type: 'Parallel',
      Branches: [
        oneState({ Type: 'Wait', Seconds: 2, End: true }),
        oneState({ Type: 'Pass', Result: 1, End: true }),
      ],
      End: true,
    }),
    input: 0,
    output: [0, 1],
  },
  {
    title: 'a catcher gets the error of a function',
    source: `${V2}/express/test_express_sync.py::test_catch, 15-07-2024`,
    definition: raise({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }], End: true }),
    output: {
      Error: 'Exception',
      Cause: '{"errorType":"Exception","errorMessage":"Some exception was raised."}',
    },
  },
  {
    title: 'a retried function that keeps failing is caught in the end',
    source: `${V2}/express/test_express_sync.py::test_retry, 15-07-2024`,
    definition: raise({
      Retry: [{ ErrorEquals: ['Exception'], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 }],
      Catch: [{ ErrorEquals: ['Exception'], ResultPath: '$.error', Next: 'Caught' }],
      End: true,
    }),
    input: { a: 1 },
    output: {
      a: 1,
      error: {
        Error: 'Exception',
        Cause: '{"errorType":"Exception","errorMessage":"Some exception was raised."}',
      },
    },
  },
];

/** Rules of the developer guide. */
const DOCUMENTED: readonly Row[] = [
  {
    title: 'ResultSelector and ResultPath of a task',
    source: 'developer guide, input-output-inputpath-params and input-output-resultpath',
    definition: oneState({
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'echo', 'Payload.$': '$' },
      ResultSelector: { 'status.$': '$.StatusCode', 'said.$': '$.Payload.word' },
      ResultPath: '$.result',
      OutputPath: '$.result',
      End: true,
    }),
    input: { word: 'soup' },
    output: { status: 200, said: 'soup' },
  },
  {
    title: 'Choice takes the first rule that applies',
    source: 'developer guide, state-choice',
    definition: {
      StartAt: 'Choose',
      States: {
        Choose: {
          Type: 'Choice',
          Choices: [
            { Variable: '$.missing', IsPresent: true, Next: 'No' },
            {
              And: [
                { Variable: '$.price', NumericGreaterThan: 10 },
                { Not: { Variable: '$.name', StringMatches: 'x*' } },
              ],
              Next: 'Yes',
            },
          ],
          Default: 'No',
        },
        Yes: { Type: 'Succeed' },
        No: { Type: 'Fail' },
      },
    },
    input: { price: 11, name: 'soup' },
    output: { price: 11, name: 'soup' },
  },
];

for (const [evidence, rows] of [
  ['recorded', RECORDED],
  ['documented', DOCUMENTED],
] as const)
  describe(`an express machine, as ${evidence}`, () => {
    for (const { title, source, definition, input = {}, output, error, cause } of rows)
      it(`${title} (${source})`, async () => {
        const answer = await run(definition, input);
        const got =
          answer['status'] === 'SUCCEEDED'
            ? { output: JSON.parse(String(answer['output'])) as unknown }
            : { error: answer['error'], cause: answer['cause'] };

        assert.deepEqual(got, error === undefined ? { output } : { error, cause }, JSON.stringify(answer));
      });
  });

// LocalStack's snapshots v2/services/test_sqs_task_service and v2/error_handling/test_task_service_lambda
describe('a task that calls a service', () => {
  it('fails with the name and the cause of the SDK if the function does not exist', async () => {
    const Resource = 'arn:aws:lambda:us-east-1:123456789012:function:none';
    const answer = await run(oneState({ Type: 'Task', Resource, End: true }));

    assert.equal(answer['error'], 'Lambda.ResourceNotFoundException');
    assert.match(
      String(answer['cause']),
      /^Function not found: \S+:none:\$LATEST \(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: \S+; Proxy: null\)$/,
    );
  });
});
