/** Leaves out findings that are only consequences of a refusal, because correcting the refusal also removes them. */
import { asText, isJsonList, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

type Follows = (one: DeployFinding, other: DeployFinding, stacks: readonly ResolvedStack[]) => boolean;

const FOLLOWS: readonly Follows[] = [
  // SAM's transform refuses a property, so a finding about a property that the transform would have generated from it
  // is a consequence.
  (one, other) =>
    other.property === '' &&
    one.property !== '' &&
    one.resource === other.resource &&
    one.line === other.line &&
    one.line !== undefined,
  // A method names a model whose schema is refused.
  (one, other, stacks) => {
    const [, name] = /^Invalid model identifier specified: (.+)$/.exec(one.message) ?? [];
    const stack = stacks.find(({ stackName }) => stackName === other.stack);
    const model = stack?.resources.get(other.resource);
    return (
      name !== undefined &&
      model?.type === 'AWS::ApiGateway::Model' &&
      (textOf(model.properties, 'Name') === name || model.physicalId === name)
    );
  },
  // A method names a model of an OpenAPI document, and the name of the model is refused.
  (one, other) => {
    const [, name] = /^Invalid model identifier specified: (.+)$/.exec(one.message) ?? [];
    const [, refused] = /^Model name must be alphanumeric: (.+)$/.exec(other.message) ?? [];
    return name !== undefined && name === refused;
  },
  // An operation or another model refers to a model of an OpenAPI document that is refused.
  (one, other, stacks) => {
    const [, refused] = MODEL_OF_DOCUMENT.exec(other.property) ?? [];
    if (refused === undefined || one.resource !== other.resource) return false;
    const [, name] = /^Invalid model identifier specified: (.+)$/.exec(one.message) ?? [];
    return (
      name === refused || referenceAt(one, stacks)?.split('#')[0]?.endsWith(`/models/${refused}`) === true
    );
  },
  // The schema requires a second key because of an index that is refused.
  (one, other) =>
    one.property === 'KeySchema' &&
    other.property === 'LocalSecondaryIndexes' &&
    one.resource === other.resource,
  // A value names a resource that is missing because it is refused.
  (one, other, stacks) => {
    const stack = stacks.find(({ stackName }) => stackName === other.stack);
    const named = stack?.resources.get(other.resource);
    const naming = stack?.resources.get(one.resource);
    const value = valueAt(naming?.properties, one.property.split('.'));
    // Two resources may have the same name, and each name may be refused.
    const isOwnName = value === naming?.physicalId;
    return named !== undefined && one.resource !== other.resource && !isOwnName && value === named.physicalId;
  },
  // The Condition of a resource is refused because it refers to that resource.
  (one, other, stacks) => {
    const { source } = stacks.find(({ stackName }) => stackName === other.stack) ?? {};
    const condition = textOf(mapOf(mapOf(source?.template ?? {}, 'Resources'), one.resource), 'Condition');
    return one.id === 'circular-dependency' && other.property === `Conditions.${condition}`;
  },
  // All resources are refused, so that none remains.
  (one, other) => one.property === 'Resources' && one.resource === '' && other.resource !== '',
  // A reader needs a property whose absence SAM's transform refuses.
  (one, other) => {
    const [, name] = /^(\w+) is required$/.exec(one.message) ?? [];
    const [, missing] = /^Missing required property '(\w+)'\.$/.exec(other.message) ?? [];
    return name !== undefined && name === missing && one.resource === other.resource;
  },
  // SAM's transform refuses the property in Globals, but not in the resources that inherit it from Globals.
  (one, other) => {
    const [, name] = /^property (\w+) not defined for resource of type /.exec(one.message) ?? [];
    const [, refused] = /^'Globals' section is invalid\. '(\w+)' is not/.exec(other.message) ?? [];
    return name !== undefined && name === refused;
  },
  // The declaration of a parameter is refused, for example because of its Default, so that it has no value.
  (one, other) => one.id === 'parameter-without-value' && one.property === other.property,
];

const MODEL_OF_DOCUMENT = /^Body\.(?:definitions|components\.schemas)\.([^.]+)/;
const REFUSED_REFERENCE = 'errors : [Model reference must be in canonical form]';

/** Returns the reference of a model of an OpenAPI document that a finding is about. */
function referenceAt(
  { stack: stackName, property, message }: DeployFinding,
  stacks: readonly ResolvedStack[],
): string | undefined {
  const [whole, name] = MODEL_OF_DOCUMENT.exec(property) ?? [];
  if (whole === undefined || !message.endsWith(REFUSED_REFERENCE)) return undefined;
  const models = stacks
    .filter((stack) => stack.stackName === stackName)
    .flatMap(({ resources }) => [...resources.values()])
    .filter(({ type, properties }) => type === 'AWS::ApiGateway::Model' && properties['Name'] === name);
  const path = property.slice(whole.length + 1).split('.');
  return models.map(({ properties }) => asText(valueAt(mapOf(properties, 'Schema'), path))).find(Boolean);
}

function valueAt(properties: JsonObject | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (found, key) => (isJsonList(found) ? found[Number(key)] : membersOf(found)[key]),
    properties,
  );
}

/**
 * Keeps the first of several refusals of one value, because two readers of a value may both refuse it. A reader of a
 * part of a document reports the part under another logical id, but with the same line and message.
 */
export function withoutRepeats(findings: readonly DeployFinding[]): readonly DeployFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ severity, file, stack, resource, property, line, message }) => {
    if (severity !== 'refused' || property === '') return true;
    const keys = [
      JSON.stringify([file, stack, resource, property]),
      ...(/^\w+$/.test(resource) ? [] : [JSON.stringify([file, stack, line, message])]),
    ];
    const isNew = !keys.some((key) => seen.has(key));
    for (const key of [...keys, JSON.stringify([file, stack, line, message])]) seen.add(key);
    return isNew;
  });
}

export function withoutConsequences(
  findings: readonly DeployFinding[],
  stacks: readonly ResolvedStack[],
): readonly DeployFinding[] {
  const isOfOne = (one: DeployFinding, other: DeployFinding): boolean =>
    other !== one && other.file === one.file && other.stack === one.stack;
  const refused = findings.filter(({ severity }) => severity === 'refused');
  const isConsequence = (one: DeployFinding, other: DeployFinding): boolean =>
    isOfOne(one, other) && FOLLOWS.some((follows) => follows(one, other, stacks));
  const unchecked = findings.filter(({ severity }) => severity === 'unchecked');
  return findings.filter(
    (one) =>
      // Neither of two findings may be left out because of the other one.
      !refused.some((other) => isConsequence(one, other) && !isConsequence(other, one)) &&
      // A template is not empty if it has a resource that could not be read.
      !(
        one.property === 'Resources' &&
        unchecked.some((other) => isOfOne(one, other) && other.resource !== '')
      ) &&
      // Findings about members of a property that cannot be checked say more than a finding about the whole property.
      !(
        one.severity === 'unchecked' &&
        unchecked.some(
          (other) =>
            isOfOne(one, other) &&
            other.resource === one.resource &&
            other.property.startsWith(`${one.property}.`),
        )
      ),
  );
}
