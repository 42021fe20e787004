/**
 * Finds what makes Step Functions refuse a state machine because of the fields of its states: a field that the type of
 * the state does not have, a field of the other query language, States.ALL before or together with other errors, and
 * plain text in place of a path.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
 * @see https://github.com/floci-io/floci/issues/2735 and https://github.com/floci-io/floci/issues/2968, measured on AWS
 */
import { isJsonList, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { nearestOf } from './spelling.ts';

type Path = readonly string[];
export type StateFault = {
  /** The path that Step Functions names in its message. */
  readonly at: Path;
  /** The path of the faulty field, if `at` is only the path of the object that contains it. */
  readonly place?: Path;
  readonly code: string;
  readonly reason: string;
  /** The remedy. */
  readonly remedy: string;
};

const INVALID = 'SCHEMA_VALIDATION_FAILED';
const TYPES = 'Task Parallel Map Pass Wait Choice Succeed Fail'.split(' ');

/**
 * The fields that only some types of states have, under the names of these types. "Field 'ResultPath' is not supported"
 * of a Wait state is quoted in sam-goodwin/functionless#308, and MaxConcurrency outside of a Map state in
 * terraform-aws-modules/terraform-aws-step-functions#68.
 */
const FIELDS: Readonly<Record<string, string>> = {
  Task: 'Resource TimeoutSeconds TimeoutSecondsPath HeartbeatSeconds HeartbeatSecondsPath',
  'Task Parallel Map': 'Retry Catch ResultSelector',
  'Task Parallel Map Pass': 'ResultPath Parameters',
  'Task Parallel Map Pass Wait': 'Next End',
  'Task Parallel': 'Arguments',
  Parallel: 'Branches',
  Map: 'Iterator ItemProcessor ItemSelector ItemReader ItemBatcher ResultWriter Items ItemsPath MaxConcurrency MaxConcurrencyPath',
  Choice: 'Choices Default',
  Wait: 'Seconds SecondsPath Timestamp TimestampPath',
  Pass: 'Result',
  Fail: 'Error ErrorPath Cause CausePath',
};
const TYPES_WITH: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(FIELDS).flatMap(([types, fields]) =>
    fields.split(' ').map((field) => [field, types.split(' ')] as const),
  ),
);

type Language = 'JSONPath' | 'JSONata';
/** @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, "JSONPath only", "JSONata only" */
const FIELDS_OF: Readonly<Record<Language, readonly string[]>> = {
  JSONata: ['Arguments', 'Output', 'Items'],
  JSONPath: (
    'InputPath OutputPath ResultPath ResultSelector Parameters Result ItemsPath MaxConcurrencyPath SecondsPath TimestampPath ' +
    'TimeoutSecondsPath HeartbeatSecondsPath ErrorPath CausePath'
  ).split(' '),
};
const FIELDS_OF_RULE: Readonly<Record<Language, readonly string[]>> = {
  JSONata: ['Condition'],
  JSONPath: ['Variable'],
};

/** Returns the query language of a machine or state; any value other than JSONPath stands for JSONata. */
export function languageOf(owner: JsonObject, fallback: Language): Language {
  const { QueryLanguage: own } = owner;
  return own === undefined ? fallback : own === 'JSONPath' ? 'JSONPath' : 'JSONata';
}

export function languageOfMachine(machine: JsonObject): Language {
  return languageOf(machine, 'JSONPath');
}

/**
 * @param whole the query language of the whole state machine, which also applies to states inside Map and Parallel
 *   states
 */
export function faultsOfState(state: JsonObject, at: Path, whole: Language): readonly StateFault[] {
  return [
    ...unknownType(state, at),
    ...foreignFields(state, at),
    ...missingFields(state, at),
    ...mixedLanguages(state, at, whole),
    ...earlyCatchAlls(state, at),
    ...(languageOf(state, whole) === 'JSONPath' ? plainPaths(state, at) : []),
  ];
}

const PAYLOADS = ['Parameters', 'ResultSelector', 'ItemSelector'];
/** Matches a path, an intrinsic function, and a string with a substitution whose value is known only at deployment. */
const COMPUTED = /^\$|^States\.\w+\(|\$\{/;

/**
 * Finds members such as `kind.$` whose text is neither a path nor a call to an intrinsic function
 * (aws/amazon-states-language-service#26).
 */
function plainPaths(value: Json, at: Path, isPayload = false): readonly StateFault[] {
  if (isJsonList(value))
    return value.flatMap((one, index) => plainPaths(one, [...at, String(index)], isPayload));
  return Object.entries(membersOf(value)).flatMap(([name, one]): readonly StateFault[] => {
    const place = [...at, name];
    if (!isPayload) return PAYLOADS.includes(name) ? plainPaths(one, place, true) : [];
    if (!name.endsWith('.$') || typeof one !== 'string') return plainPaths(one, place, true);
    const reason = `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`;
    const plain = name.slice(0, -'.$'.length);
    const remedy = `name the field '${plain}' if its value is plain text, or write a path such as $.${plain} as its value`;
    return COMPUTED.test(one) ? [] : [{ at: place, code: INVALID, reason, remedy }];
  });
}

/** Returns the fault of a state whose type does not exist (aws/amazon-states-language-service#44). */
function unknownType(state: JsonObject, at: Path): readonly StateFault[] {
  const type = textOf(state, 'Type');
  if (type === '' || type.includes('${') || TYPES.includes(type)) return [];
  const nearest = nearestOf(type, TYPES);
  return [
    {
      at: [...at, 'Type'],
      code: INVALID,
      reason: `The value for the field 'Type' must be one of ${TYPES.join(', ')}, not ${type}`,
      remedy: nearest === undefined ? `write one of ${TYPES.join(', ')}` : `write Type: ${nearest}`,
    },
  ];
}

/** Fields of all types of states, and fields of some types that are not in `FIELDS`. */
const OTHER_FIELDS =
  'Type Comment QueryLanguage InputPath OutputPath Output Assign Credentials Label ToleratedFailureCount ToleratedFailureCountPath ToleratedFailurePercentage ToleratedFailurePercentagePath'.split(
    ' ',
  );

/** Finds fields that are spelled like a field of the state's type (floci-io/floci#2735: "is not supported"). */
function misspeltFields(state: JsonObject, at: Path, type: string): readonly StateFault[] {
  const known = [...TYPES_WITH].flatMap(([field, types]) => (types.includes(type) ? [field] : []));
  return Object.keys(state).flatMap((field) => {
    const meant =
      TYPES_WITH.has(field) || OTHER_FIELDS.includes(field)
        ? undefined
        : nearestOf(field, [...known, ...OTHER_FIELDS]);
    return meant === undefined
      ? []
      : [
          {
            at,
            place: [...at, field],
            code: INVALID,
            reason: `Field '${field}' is not supported`,
            remedy: `write ${meant} instead of ${field}`,
          },
        ];
  });
}

function foreignFields(state: JsonObject, at: Path): readonly StateFault[] {
  const type = textOf(state, 'Type');
  if (!TYPES.includes(type)) return [];
  const foreign = Object.keys(state)
    .filter((field) => TYPES_WITH.get(field)?.includes(type) === false)
    .map((field) => ({
      at,
      place: [...at, field],
      code: INVALID,
      reason: `Field '${field}' is not supported`,
      remedy: `remove ${field}: only states of type ${TYPES_WITH.get(field)?.join(', ') ?? ''} have it`,
    }));
  return [...foreign, ...misspeltFields(state, at, type)];
}

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  Task: ['Resource'],
  Choice: ['Choices'],
  Parallel: ['Branches'],
};

/**
 * Finds required fields of states that are missing (CloudSnorkel/cdk-github-runners#434), and rules of Choice states
 * without Next (aws-cloudformation/cfn-lint#4077).
 */
function missingFields(state: JsonObject, at: Path): readonly StateFault[] {
  const type = textOf(state, 'Type');
  const { Choices: choices } = state;
  const rules = type === 'Choice' && isJsonList(choices) ? choices.map((rule) => membersOf(rule)) : [];
  const lacking = (owner: JsonObject, names: readonly string[], place: Path): readonly StateFault[] => {
    const missing = names.filter((name) => owner[name] === undefined);
    return missing.length === 0
      ? []
      : [
          {
            at: place,
            code: INVALID,
            reason: `These fields are required: [${missing.join(', ')}]`,
            remedy: `add ${missing.join(' and ')}`,
          },
        ];
  };
  return [
    ...lacking(state, ['Type', ...(REQUIRED[type] ?? [])], at),
    ...rules.flatMap((rule, index) => lacking(rule, ['Next'], [...at, 'Choices', String(index)])),
  ];
}

function mixedLanguages(state: JsonObject, at: Path, whole: Language): readonly StateFault[] {
  if (whole === 'JSONata' && state['QueryLanguage'] === 'JSONPath')
    return [
      {
        at,
        place: [...at, 'QueryLanguage'],
        code: INVALID,
        remedy: 'remove QueryLanguage from the state, or from the whole state machine',
        reason: "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
      },
    ];
  const language = languageOf(state, whole);
  const type = textOf(state, 'Type');
  const choices = state['Choices'];
  const rules = isJsonList(choices) ? choices.map((rule) => membersOf(rule)) : [];
  return [
    // A field that the type does not have was already reported.
    ...ofOther(state, at, language, FIELDS_OF).filter(
      ({ place = [] }) => TYPES_WITH.get(place.at(-1) ?? '')?.includes(type) !== false,
    ),
    ...rules.flatMap((rule, index) =>
      ofOther(rule, [...at, 'Choices', String(index)], language, FIELDS_OF_RULE),
    ),
  ];
}

function ofOther(
  owner: JsonObject,
  at: Path,
  language: Language,
  fields: Readonly<Record<Language, readonly string[]>>,
): readonly StateFault[] {
  const other = language === 'JSONPath' ? 'JSONata' : 'JSONPath';
  return fields[other]
    .filter((field) => Object.hasOwn(owner, field))
    .map((field) => ({
      at,
      place: [...at, field],
      code: INVALID,
      remedy: `remove ${field}, or set QueryLanguage: ${other}`,
      reason: `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${other}' QueryLanguage`,
    }));
}

/** Returns the faults of retriers and catchers in which States.ALL is not alone and last (aws/aws-cdk#10530). */
function earlyCatchAlls(state: JsonObject, at: Path): readonly StateFault[] {
  return ['Retry', 'Catch'].flatMap((name) => {
    const list = state[name];
    if (!isJsonList(list)) return [];
    return list.flatMap((one, index) => {
      const errors = membersOf(one)['ErrorEquals'];
      const named = isJsonList(errors) ? errors.indexOf('States.ALL') : -1;
      const isAloneAndLast = isJsonList(errors) && errors.length === 1 && index === list.length - 1;
      return named === -1 || isAloneAndLast
        ? []
        : [
            {
              at: [...at, name, String(index), 'ErrorEquals', String(named)],
              code: INVALID,
              reason: 'States.ALL must appear alone and at end of list',
              remedy: `write States.ALL alone, in ErrorEquals of the last item of ${name}`,
            },
          ];
    });
  });
}
