/** Reads the definition of a state machine, and finds the parts of it that do not run here. */
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
import { integrationOf } from './task-calls.ts';

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

/** Returns what of the machine does not run here, as the end of a sentence; undefined if everything runs. */
export function findUnserved(machine: JsonObject): string | undefined {
  if (machine['QueryLanguage'] === 'JSONata') return 'the state machine uses JSONata';
  for (const [name, value] of Object.entries(mapOf(machine, 'States'))) {
    const state = membersOf(value);
    const own = unservedOfState(state);
    if (own !== undefined) return `the state ${name} ${own}`;
    for (const inner of innerMachines(state)) {
      const found = findUnserved(inner);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function unservedOfState(state: JsonObject): string | undefined {
  if (state['QueryLanguage'] === 'JSONata') return 'uses JSONata';
  if (hasVariables(state)) return 'uses variables (Assign)';
  if (mapOf(mapOf(state, 'ItemProcessor'), 'ProcessorConfig')['Mode'] === 'DISTRIBUTED')
    return 'is a Map state in distributed mode';
  if (state['Credentials'] !== undefined) return 'calls with Credentials of its own';
  if (state['Type'] !== 'Task') return undefined;
  const resource = textOf(state, 'Resource');
  return integrationOf(resource) === undefined ? `calls ${resource}` : undefined;
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
