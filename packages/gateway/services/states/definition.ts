/** Reads the definition of a state machine, and finds the parts of it that the gateway does not run. */
import {
  asList,
  isJsonList,
  isJsonObject,
  mapOf,
  membersOf,
  parseJson,
  textOf,
} from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { findUnknownOperator } from './choices.ts';
import { integrationOf, isUnserved } from './task-calls.ts';

export type Machine = {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: JsonObject;
};

/**
 * Returns the definition of a machine, with its substitutions.
 * @returns undefined if the definition is not in the template, as with DefinitionS3Location
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
 */
export function readDefinition(properties: JsonObject): JsonObject | undefined {
  const { Definition, DefinitionString } = properties;
  const substitutions = mapOf(properties, 'DefinitionSubstitutions');
  const text = Definition === undefined ? DefinitionString : JSON.stringify(Definition);
  if (typeof text !== 'string') return isJsonObject(text) ? text : undefined;
  const filled = text.replace(/\$\{(\w+)\}/g, (found, name: string) => {
    const value = Object.hasOwn(substitutions, name) ? substitutions[name] : undefined;
    return value === undefined
      ? found
      : JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);
  });
  // Substitutions of a definition without quotes, as in `"Seconds": "${Wait}"`, stay texts, as on AWS.
  const definition = parseJson(filled);
  return isJsonObject(definition) ? definition : undefined;
}

const TYPES: ReadonlySet<string> = new Set([
  'Choice',
  'Fail',
  'Map',
  'Parallel',
  'Pass',
  'Succeed',
  'Task',
  'Wait',
]);

/** Whether calls to the service with this signing name go to AWS or to an endpoint that the user has set. */
type IsElsewhere = (service: string) => boolean;

/**
 * Returns why the gateway does not run the machine, as the end of a sentence; undefined if it runs the machine. The
 * gateway also does not run a machine that AWS would refuse to create.
 */
export function findUnserved(machine: JsonObject, isElsewhere: IsElsewhere): string | undefined {
  if (machine['QueryLanguage'] === 'JSONata')
    return 'the state machine uses JSONata, which the gateway does not run';
  const states = mapOf(machine, 'States');
  const start = textOf(machine, 'StartAt');
  if (!Object.hasOwn(states, start)) return `StartAt names the state ${start}, which is not defined`;
  for (const [name, value] of Object.entries(states)) {
    const state = membersOf(value);
    const own = unservedOfState(state, isElsewhere) ?? describeLostTransition(state, states);
    if (own !== undefined) return `the state ${name} ${own}`;
    for (const inner of innerMachines(state)) {
      const found = findUnserved(inner, isElsewhere);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function unservedOfState(state: JsonObject, isElsewhere: IsElsewhere): string | undefined {
  const type = textOf(state, 'Type');
  if (type === '') return 'has no Type';
  if (!TYPES.has(type)) return `has the Type ${type}, which the Amazon States Language does not define`;
  if (state['QueryLanguage'] === 'JSONata') return 'uses JSONata, which the gateway does not run';
  if (hasVariables(state)) return 'uses variables (Assign), which the gateway does not set';
  if (mapOf(mapOf(state, 'ItemProcessor'), 'ProcessorConfig')['Mode'] === 'DISTRIBUTED')
    return 'is a Map state in distributed mode, which the gateway does not run';
  if (state['Credentials'] !== undefined)
    return 'uses a role of its own (Credentials), which the gateway does not assume';
  const operator = asList(state['Choices'])
    .map(findUnknownOperator)
    .find((one) => one !== undefined);
  if (operator !== undefined)
    return `compares by ${operator}, which the Amazon States Language does not define`;
  if (type !== 'Task') return undefined;
  const { Resource: resource } = state;
  if (typeof resource !== 'string') return 'has no Resource, or a Resource that is not a string';
  const { InvocationType: invocation = 'RequestResponse' } = mapOf(state, 'Parameters');
  if (/:lambda:invoke$/.test(resource) && invocation !== 'RequestResponse')
    return `invokes with the InvocationType ${JSON.stringify(invocation)}, but the gateway waits for each result`;
  const integration = integrationOf(resource);
  if (integration === undefined) return `calls ${resource}, which the gateway does not run`;
  return isUnserved(integration, isElsewhere)
    ? `calls ${resource}, an operation that the gateway does not serve`
    : undefined;
}

/** Describes a transition to a state that is not defined; undefined if all states that transitions name are defined. */
function describeLostTransition(state: JsonObject, states: JsonObject): string | undefined {
  const targets = [
    state['Next'],
    state['Default'],
    ...[...asList(state['Choices']), ...asList(state['Catch'])].map((one) => membersOf(one)['Next']),
  ];
  const lost = targets.filter((one) => typeof one === 'string').find((one) => !Object.hasOwn(states, one));
  return lost === undefined ? undefined : `goes on to the state ${lost}, which is not defined`;
}

function hasVariables(value: Json | undefined): boolean {
  if (isJsonList(value)) return value.some(hasVariables);
  return Object.entries(membersOf(value)).some(
    ([name, one]) => name === 'Assign' || (['Catch', 'Choices'].includes(name) && hasVariables(one)),
  );
}

/** Returns the branches of a Parallel state, or the processor of a Map state. */
export function innerMachines(state: JsonObject): readonly JsonObject[] {
  if (state['Type'] === 'Parallel') return asList(state['Branches']).map((one) => membersOf(one));
  if (state['Type'] !== 'Map') return [];
  return [membersOf(state['ItemProcessor'] ?? state['Iterator'])];
}
