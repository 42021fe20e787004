/**
 * Finds what makes Step Functions refuse a state machine (CreateStateMachine): faulty transitions, faulty fields of
 * states, and integrations that Express workflows do not support (localstack/localstack,
 * test_sfn_api_validation.snapshot.json and test_sfn_api_express.snapshot.json, recorded).
 * @see https://github.com/localstack/localstack/issues/11978
 * @see https://github.com/aws-cloudformation/cfn-lint/issues/4073
 */
import {
  asOneOrMore,
  isJsonList,
  isJsonObject,
  mapOf,
  membersOf,
  parseJson,
  textOf,
} from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { faultsOfState, languageOf, languageOfMachine } from './judge-state-fields.ts';
import type { StateFault } from './judge-state-fields.ts';
import { faultsOfNames, faultsOfValues } from './judge-state-values.ts';
import { nearestOf } from './spelling.ts';
import { writtenOf } from './relation.ts';
import type { BrokenRelation } from './relation.ts';

type Path = readonly string[];

/** Endings of `Resource` that only Standard workflows support, with Step Functions' name for each. */
const ONLY_STANDARD: readonly (readonly [end: RegExp, what: string])[] = [
  [/\.sync(?::\d+)?$/, "'.sync' service integration"],
  [/\.waitForTaskToken$/, "'.waitForTaskToken' service integration"],
  [/^arn:[^:]+:states:[^:]*:\d*:activity:/, 'Activity ARN'],
];

const TRANSITION = 'MISSING_TRANSITION_TARGET';

export function judgeStateMachine(
  machine: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const { Definition, DefinitionString, DefinitionSubstitutions } = machine.properties;
  const isText = Definition === undefined;
  const definition = isText ? ofText(DefinitionString) : Definition;
  if (!isJsonObject(definition)) return undefined;
  const isExpress = machine.properties['StateMachineType'] === 'EXPRESS';
  const whole = {
    isExpress,
    isFinal: DefinitionSubstitutions === undefined,
    language: languageOfMachine(definition),
  };
  const [first, ...others] = [
    ...faultsOf(definition, [], whole),
    ...faultsOfNames(definition),
    ...(whole.isFinal ? withoutEnd(definition) : []),
  ];
  if (first === undefined) return undefined;
  const path = first.place ?? first.at;
  const part = isText ? partOfText(writtenOf(machine, stack), path) : [];
  const reasons = [first, ...others].map(({ at, code, reason }) => `${code}: ${reason} at ${pointer(at)}`);
  return {
    resource: machine,
    property: [isText ? 'DefinitionString' : 'Definition', ...(part.length > 0 ? part : path)].join('.'),
    message: `Invalid State Machine Definition: '${reasons.join(', ')}'`,
    remedy: first.remedy,
  };
}

/**
 * Finds a member of the definition in the template. CDK writes a definition as an Fn::Join of several texts, each on its
 * own line; this function returns the path of the text that contains the member. Returns an empty path if the
 * definition is not an Fn::Join.
 */
function partOfText(machine: JsonObject, at: Path): readonly string[] {
  const text = mapOf(machine, 'Properties')['DefinitionString'];
  const parts = asOneOrMore(asOneOrMore(membersOf(text)['Fn::Join'])[1] ?? []);
  const lengths = parts.map((part) => (typeof part === 'string' ? part.length : 1));
  const whole = parts.map((part) => (typeof part === 'string' ? part : ' ')).join('');
  let from = 0;
  for (const key of at.filter((step) => !/^\d+$/.test(step))) {
    const found = whole.indexOf(`${JSON.stringify(key)}:`, from);
    if (found === -1) break;
    from = found;
  }
  const index = lengths.findIndex((_, until) => {
    const end = lengths.slice(0, until + 1).reduce((sum, length) => sum + length, 0);
    return from < end;
  });
  return from === 0 || index === -1 ? [] : ['Fn::Join', '1', String(index)];
}

function ofText(text: Json | undefined): unknown {
  return typeof text === 'string' ? parseJson(text) : text;
}

type Whole = {
  readonly isExpress: boolean;
  /**
   * Returns whether the resource has no DefinitionSubstitutions. Their values would replace each `${}` in the
   * definition.
   */
  readonly isFinal: boolean;
  readonly language: ReturnType<typeof languageOfMachine>;
};

/** Returns the fault of a state machine without a state that ends it (floci-io/floci#2735, measured on AWS). */
function withoutEnd(machine: JsonObject): readonly StateFault[] {
  const states = Object.values(mapOf(machine, 'States')).map((state) => membersOf(state));
  const isEnd = (state: JsonObject): boolean =>
    state['End'] !== undefined || ['Succeed', 'Fail'].includes(textOf(state, 'Type'));
  return states.length === 0 || states.some(isEnd)
    ? []
    : [
        {
          at: ['null'],
          place: [],
          code: 'MISSING_END_STATE',
          reason: 'Workflow has no terminal state',
          remedy: 'add End: true to the last state, or a state of type Succeed or Fail',
        },
      ];
}

/** Step Functions names places like `/States/Choose/Choices[0]/Next`. */
function pointer(at: Path): string {
  return at[0] === 'null'
    ? 'null'
    : at.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `/${step}`)).join('');
}

/** Returns the faults of a machine, of a branch of a Parallel state, or of the processor of a Map state. */
function faultsOf(machine: JsonObject, at: Path, whole: Whole): readonly StateFault[] {
  const states = mapOf(machine, 'States');
  return [
    ...(whole.isFinal ? brokenTransitions(machine, at) : []),
    ...(whole.isExpress ? onlyStandard(states, at) : []),
    ...Object.entries(states).flatMap(([name, state]) => [
      ...faultsOfState(membersOf(state), [...at, 'States', name], whole.language),
      ...faultsOfValues(membersOf(state), [...at, 'States', name], {
        isJsonPath: languageOf(membersOf(state), whole.language) === 'JSONPath',
        isFinal: whole.isFinal,
      }),
      ...innerMachines(membersOf(state), [...at, 'States', name]).flatMap(([inner, from]) => [
        ...ownLanguage(inner, from),
        ...faultsOf(inner, from, whole),
      ]),
    ]),
  ];
}

/**
 * Returns the fault of a processor or a branch that has a query language of its own (floci-io/floci#2968, measured on
 * AWS).
 */
function ownLanguage(inner: JsonObject, at: Path): readonly StateFault[] {
  return inner['QueryLanguage'] === undefined
    ? []
    : [
        {
          at,
          place: [...at, 'QueryLanguage'],
          code: 'SCHEMA_VALIDATION_FAILED',
          reason: "Field 'QueryLanguage' is not supported",
          remedy:
            'remove this QueryLanguage, and set QueryLanguage for the whole state machine or for individual states',
        },
      ];
}

function brokenTransitions(machine: JsonObject, at: Path): readonly StateFault[] {
  const states = mapOf(machine, 'States');
  const start = textOf(machine, 'StartAt');
  const transitions = [
    { to: start, at: [...at, 'StartAt'] },
    ...Object.entries(states).flatMap(([name, state]) =>
      transitionsOf(membersOf(state), [...at, 'States', name]),
    ),
  ].filter(({ to }) => to !== '');
  const reached = new Set(transitions.map(({ to }) => to));
  const names = Object.keys(states);
  const [lost, ...others] = names.filter((name) => !reached.has(name));
  const missing = transitions
    .filter(({ to }) => !Object.hasOwn(states, to))
    .map(({ to, at: from }) => {
      // If there is only one state to which no transition points, it is probably the intended target.
      const nearest = nearestOf(to, names) ?? (others.length === 0 ? lost : undefined);
      const remedy = `${nearest === undefined ? '' : `write ${nearest}, or `}add a state ${to} at the same level`;
      return { at: from, code: TRANSITION, reason: `Missing 'Next' target: ${to}`, remedy };
    });
  const unreached = names
    .filter((name) => !reached.has(name))
    .map((name) => ({
      at: [...at, 'States', name],
      code: TRANSITION,
      reason: `State "${name}" is not reachable.`,
      remedy: `name ${name} in a Next, Default or StartAt at this level, or remove the state ${name}`,
    }));
  return [...missing, ...unreached];
}

function onlyStandard(states: JsonObject, at: Path): readonly StateFault[] {
  return Object.entries(states).flatMap(([name, state]) => {
    const resource = textOf(membersOf(state), 'Resource');
    const [end, what] = ONLY_STANDARD.find(([pattern]) => pattern.test(resource)) ?? [];
    return end === undefined || what === undefined
      ? []
      : [
          {
            at: [...at, 'States', name, 'Resource'],
            code: 'SCHEMA_VALIDATION_FAILED',
            reason: `Express state machine does not support ${what}`,
            remedy: `set StateMachineType to STANDARD, or Resource to ${/:activity:/.test(resource) ? 'the ARN of a function instead of the activity' : `${resource.replace(end, '')}${resource.endsWith('.waitForTaskToken') ? ', without $$.Task.Token in its parameters' : ''}`}`,
          },
        ];
  });
}

function transitionsOf(state: JsonObject, at: Path): readonly { readonly to: string; readonly at: Path }[] {
  const ofList = (name: string): { readonly to: string; readonly at: Path }[] => {
    const list = state[name];
    return isJsonList(list)
      ? list.map((one, index) => ({
          to: textOf(membersOf(one), 'Next'),
          at: [...at, name, String(index), 'Next'],
        }))
      : [];
  };
  return [
    { to: textOf(state, 'Next'), at: [...at, 'Next'] },
    { to: textOf(state, 'Default'), at: [...at, 'Default'] },
    ...ofList('Choices'),
    ...ofList('Catch'),
  ];
}

function innerMachines(state: JsonObject, at: Path): readonly (readonly [JsonObject, Path])[] {
  const branches = state['Branches'];
  const ofMap = ['Iterator', 'ItemProcessor'].flatMap((name) => {
    const inner = state[name];
    return isJsonObject(inner) ? [[inner, [...at, name]] as const] : [];
  });
  return isJsonList(branches)
    ? branches.flatMap((branch, index) =>
        isJsonObject(branch) ? [[branch, [...at, 'Branches', String(index)]] as const] : [],
      )
    : ofMap;
}
