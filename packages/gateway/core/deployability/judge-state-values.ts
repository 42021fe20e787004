/**
 * Finds what makes Step Functions refuse a state machine because of the values of its states: fields of which exactly
 * one must be present, paths, the resource of a task, the fields that its integration requires, and names of states.
 * The messages are the ones that AWS returned (https://github.com/badmintoncryer/cdk-preflight, `rules/stepfunctions`;
 * each `meta.yaml` quotes the answer).
 */
import { isJsonList, isJsonObject, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { StateFault } from './judge-state-fields.ts';

type Path = readonly string[];

const INVALID = 'SCHEMA_VALIDATION_FAILED';

/** Whether the text has a value that is known only at deployment. */
const isOpen = (text: string): boolean => text.includes('${') || text.includes('{{resolve:');

/** @param isFinal whether all values of the machine are known */
export function faultsOfValues(
  state: JsonObject,
  at: Path,
  { isJsonPath, isFinal }: { readonly isJsonPath: boolean; readonly isFinal: boolean },
): readonly StateFault[] {
  return [
    ...exclusiveFields(state, at),
    ...incompleteHandlers(state, at),
    ...emptyLists(state, at),
    ...(isFinal ? faultsOfTask(state, at, isJsonPath ? 'Parameters' : 'Arguments') : []),
    ...(isJsonPath ? faultsOfPaths(state, at) : []),
  ];
}

const WITH_NEXT = ['Task', 'Parallel', 'Map', 'Pass', 'Wait'];

/** Groups of fields: states of some types must have one field of their group, and no state can have two of them. */
const EXCLUSIVE: readonly {
  readonly types: readonly string[];
  readonly fields: readonly string[];
  readonly isRequired?: true;
}[] = [
  { types: WITH_NEXT, fields: ['Next', 'End'], isRequired: true },
  {
    types: ['Wait'],
    fields: ['SecondsPath', 'Seconds', 'TimestampPath', 'Timestamp'],
    isRequired: true,
  },
  { types: ['Map'], fields: ['ItemProcessor', 'Iterator'], isRequired: true },
  ...['TimeoutSeconds', 'HeartbeatSeconds', 'MaxConcurrency', 'Error', 'Cause'].map((name) => ({
    types: [...WITH_NEXT, 'Fail'],
    fields: [name, `${name}Path`],
  })),
];

function exclusiveFields(state: JsonObject, at: Path): readonly StateFault[] {
  return EXCLUSIVE.flatMap(({ types, fields, isRequired }): readonly StateFault[] => {
    const present = fields.filter((field) => state[field] !== undefined && state[field] !== false);
    const isOne = present.length === 1 || (present.length === 0 && isRequired !== true);
    if (isOne || !types.includes(textOf(state, 'Type'))) return [];
    const all = `[${fields.join(', ')}]`;
    const [, second] = present;
    return [
      second === undefined
        ? {
            at,
            code: INVALID,
            reason: `This object should have only one of the following fields: ${all}`,
            remedy: `add ${fields.includes('End') ? 'Next with the name of a state, or End: true' : `one of ${fields.join(', ')}`}`,
          }
        : {
            at,
            place: [...at, second],
            code: INVALID,
            reason: `There should only be one of the following fields: ${all}`,
            remedy: `keep one of ${present.join(', ')}`,
          },
    ];
  });
}

/** Finds items of Retry and Catch without ErrorEquals, and items of Catch without Next. */
function incompleteHandlers(state: JsonObject, at: Path): readonly StateFault[] {
  return (
    [
      ['Retry', ['ErrorEquals']],
      ['Catch', ['ErrorEquals', 'Next']],
    ] as const
  ).flatMap(([name, needed]) => {
    const list = state[name];
    if (!isJsonList(list)) return [];
    return list.flatMap((one, index): readonly StateFault[] => {
      const missing = needed.filter((field) => membersOf(one)[field] === undefined);
      return missing.length === 0
        ? []
        : [
            {
              at: [...at, name, String(index)],
              code: INVALID,
              reason: `These fields are required: [${missing.join(', ')}]`,
              remedy: `add ${missing.map((field) => (field === 'Next' ? 'Next with the name of a state' : "ErrorEquals, as in ErrorEquals: ['States.ALL']")).join(' and ')}`,
            },
          ];
    });
  });
}

function emptyLists(state: JsonObject, at: Path): readonly StateFault[] {
  return ['Choices', 'Branches'].flatMap((name): readonly StateFault[] => {
    const list = state[name];
    return isJsonList(list) && list.length === 0
      ? [
          {
            at: [...at, name],
            code: INVALID,
            reason: 'Value cannot be empty',
            remedy: `add ${name === 'Choices' ? 'a rule' : 'a branch'}`,
          },
        ]
      : [];
  });
}

/** The fields that an optimized integration requires in Parameters (JSONPath) or Arguments (JSONata). */
const REQUIRED_BY: ReadonlyMap<string, readonly string[]> = new Map([
  ['lambda:invoke', ['FunctionName']],
  ['sqs:sendMessage', ['QueueUrl', 'MessageBody']],
  ['sns:publish', ['Message']],
  ['dynamodb:putItem', ['TableName', 'Item']],
  ['dynamodb:getItem', ['TableName', 'Key']],
  ['states:startExecution', ['StateMachineArn']],
  ['events:putEvents', ['Entries']],
  ['ecs:runTask', ['TaskDefinition']],
  ['glue:startJobRun', ['JobName']],
]);
/** Integrations that do not wait for the end of a job. */
const WITHOUT_SYNC = /^(?:lambda|sns|sqs|dynamodb|events|apigateway|aws-sdk):/;

function faultsOfTask(
  state: JsonObject,
  at: Path,
  payload: 'Parameters' | 'Arguments',
): readonly StateFault[] {
  const resource = textOf(state, 'Resource');
  if (textOf(state, 'Type') !== 'Task' || resource === '' || isOpen(resource) || resource.startsWith('{%'))
    return [];
  const place = [...at, 'Resource'];
  if (!resource.startsWith('arn:'))
    return [
      {
        at: place,
        code: INVALID,
        reason: 'Value is not a valid resource ARN',
        remedy:
          'write the ARN of a function, as in !GetAtt FUNCTION.Arn, or of an integration such as arn:aws:states:::lambda:invoke',
      },
    ];
  const [, integration, mode = ''] =
    /^arn:[^:]+:states:::(.+?)(\.sync(?::\d)?|\.waitForTaskToken)?$/.exec(resource) ?? [];
  if (integration === undefined) return [];
  if (mode.startsWith('.sync') && WITHOUT_SYNC.test(integration))
    return [
      {
        at: place,
        code: INVALID,
        reason: `The resource provided ${resource} is not recognized`,
        remedy: `write ${resource.slice(0, -mode.length)}, which waits for the response to the call`,
      },
    ];
  return lackingParameters(state, at, payload, resource, REQUIRED_BY.get(integration) ?? []);
}

function lackingParameters(
  state: JsonObject,
  at: Path,
  payload: 'Parameters' | 'Arguments',
  resource: string,
  needed: readonly string[],
): readonly StateFault[] {
  const given = state[payload];
  // A field of the other query language was already reported.
  const isOther = state[payload === 'Parameters' ? 'Arguments' : 'Parameters'] !== undefined;
  if (needed.length === 0 || typeof given === 'string' || isOther) return [];
  if (given === undefined)
    return [
      {
        at,
        code: INVALID,
        reason: `${payload} field is required for resource ARN: ${resource}`,
        remedy: `add ${payload} with ${needed.join(' and ')}`,
      },
    ];
  const members = membersOf(given);
  return needed
    .filter((name) => members[name] === undefined && members[`${name}.$`] === undefined)
    .map((name) => ({
      at: [...at, payload],
      code: INVALID,
      reason: `The field '${name}' is required but was missing`,
      remedy: `add ${name} to ${payload}${payload === 'Parameters' ? `, or ${name}.$ with a path` : ''}`,
    }));
}

const PATHS = ['InputPath', 'OutputPath', 'ItemsPath', 'SecondsPath', 'TimestampPath', 'ResultPath'];
/** Fields that name one node of the state's data. */
const REFERENCES = ['ResultPath', 'ItemsPath'];

function faultsOfPaths(state: JsonObject, at: Path): readonly StateFault[] {
  const ofFields = PATHS.flatMap((name): readonly StateFault[] => {
    const path = state[name];
    if (typeof path !== 'string' || isOpen(path)) return [];
    if (!path.startsWith('$') && !path.startsWith('States.'))
      return [
        {
          at: [...at, name],
          code: INVALID,
          reason: 'Value must be a valid JSONPath.',
          remedy: `begin the path with $, as in $.${path.replace(/^[./]+/, '')}`,
        },
      ];
    return REFERENCES.includes(name) && /[*@?]|\.\./.test(path) && !path.startsWith('States.')
      ? [
          {
            at: [...at, name],
            code: INVALID,
            reason: `Value is not a Reference Path`,
            remedy: 'name one node, as in $.orders, without *, .., ? or @',
          },
        ]
      : [];
  });
  return [...ofFields, ...faultsOfVariables(state, at)];
}

function faultsOfVariables(state: JsonObject, at: Path): readonly StateFault[] {
  const { Choices: rules } = state;
  if (!isJsonList(rules)) return [];
  return rules.flatMap((rule, index): readonly StateFault[] => {
    const { Variable: variable } = membersOf(rule);
    return typeof variable !== 'string' || variable.startsWith('$') || isOpen(variable)
      ? []
      : [
          {
            at: [...at, 'Choices', String(index), 'Variable'],
            code: INVALID,
            reason: "Value is not a Reference Path: Reference path didn't start with '$'",
            remedy: `write $.${variable}`,
          },
        ];
  });
}

const MAX_NAME = 80;

/** Finds names of states that are too long, or that the machine has twice, in its branches or processors too. */
export function faultsOfNames(machine: JsonObject): readonly StateFault[] {
  const places = namesIn(machine, []);
  return places.flatMap(({ name, at }, index): readonly StateFault[] => {
    if (name.length > MAX_NAME)
      return [
        {
          at,
          code: 'INVALID_STATE_NAME',
          reason: `State name '${name}' exceeds the ${MAX_NAME}-character limit allowed by the service`,
          remedy: `shorten the name to ${MAX_NAME} characters`,
        },
      ];
    return places.slice(0, index).some((other) => other.name === name)
      ? [
          {
            at,
            code: 'DUPLICATE_STATE_NAME',
            reason: `Duplicate State name: ${name}`,
            remedy: `give the state another name: names must be unique in the whole state machine, including its branches`,
          },
        ]
      : [];
  });
}

function namesIn(machine: JsonObject, at: Path): readonly { readonly name: string; readonly at: Path }[] {
  return Object.entries(membersOf(machine['States'])).flatMap(([name, value]) => {
    const state = membersOf(value);
    const place = [...at, 'States', name];
    const { Branches: branches } = state;
    const inner = [
      ...(isJsonList(branches)
        ? branches.map((one, index) => ({ one, from: [...place, 'Branches', String(index)] }))
        : []),
      ...['Iterator', 'ItemProcessor'].map((key) => ({ one: state[key], from: [...place, key] })),
    ];
    return [
      { name, at: place },
      ...inner.flatMap(({ one, from }) => (isJsonObject(one) ? namesIn(one, from) : [])),
    ];
  });
}
