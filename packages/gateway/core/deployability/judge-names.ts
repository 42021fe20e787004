/** Checks names within one template: attributes that a type does not have, and names that two resources share. */
import { isDeepStrictEqual } from 'node:util';
import { asText, isJsonObject, mapOf, textOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { makeFinding, placedAt } from './finding.ts';
import type { DeployFinding, Placed } from './finding.ts';
import { KnownValues } from './known-values.ts';
import { remedyOfAttribute } from './remedies-of-names.ts';
import type { SchemaTable } from './schema-check.ts';

/**
 * Properties with names that must be unique in an account and region, although CloudFormation identifies the resource
 * by an ARN or URL.
 */
export const ALSO_NAMED: Readonly<Record<string, readonly string[]>> = {
  'AWS::SQS::Queue': ['QueueName'],
  'AWS::SNS::Topic': ['TopicName'],
  'AWS::StepFunctions::StateMachine': ['StateMachineName'],
};

/**
 * Types whose create call accepts a name that already exists. Terraform calls the services itself, so it gets the same
 * resource twice and reports nothing: "CreateTopic is idempotent", "PutRule creates or updates", "PutMetricAlarm
 * creates or updates" (API references of SNS, EventBridge and CloudWatch). CreateQueue and CreateStateMachine accept
 * only equal settings (API references of SQS and Step Functions).
 */
const CREATED_TWICE: Readonly<Record<string, 'any settings' | 'equal settings'>> = {
  'AWS::SNS::Topic': 'any settings',
  'AWS::Events::Rule': 'any settings',
  'AWS::CloudWatch::Alarm': 'any settings',
  'AWS::CloudWatch::CompositeAlarm': 'any settings',
  'AWS::SQS::Queue': 'equal settings',
  'AWS::StepFunctions::StateMachine': 'equal settings',
};

export function judgeNames(stack: ResolvedStack, table: SchemaTable): readonly DeployFinding[] {
  return [...findUnknownAttributes(stack, table), ...findSharedNames(stack, table)];
}

/**
 * Returns the remedy for a Ref that contains an attribute, such as `Ref: Table.Arn`; undefined for all other refusals.
 */
export function remedyOfDottedRef(
  message: string,
  stack: ResolvedStack | undefined,
  table: SchemaTable,
): string | undefined {
  const [, name = '', attribute = ''] =
    /Unresolved resource dependencies \[(\w+)\.([\w.]+)\]/.exec(message) ?? [];
  const { attributes } = table[stack?.resources.get(name)?.type ?? ''] ?? {};
  return attributes === undefined ? undefined : remedyOfAttribute(name, attribute, attributes);
}

/** Finds Fn::GetAtt of attributes that CloudFormation does not know: "does not support attribute type". */
function findUnknownAttributes(
  { stackName, source, resources, file }: ResolvedStack,
  table: SchemaTable,
): readonly DeployFinding[] {
  if (source === undefined) return [];
  const { template, lineOf, made } = source;
  const types = mapOf(template, 'Resources');
  const found: DeployFinding[] = [];
  const note = (name: string, attribute: string, path: readonly string[]): void => {
    const type = textOf(mapOf(types, name), 'Type');
    const { attributes } = table[type] ?? {};
    const [section, owner = ''] = path;
    // Nested stacks and custom resources have attributes that their type does not define.
    if (attributes === undefined || type.startsWith('AWS::CloudFormation::')) return;
    if (attributes.includes(attribute)) return;
    if (section === 'Resources' && (made?.has(owner) === true || !resources.has(owner))) return;
    const at: Placed = {
      stack: stackName,
      resource: section === 'Resources' ? owner : '',
      type: section === 'Resources' ? textOf(mapOf(types, owner), 'Type') : '',
      property: (section === 'Resources' ? path.slice(3) : path)
        .filter((key) => !key.startsWith('Fn::'))
        .join('.'),
      file,
      line: lineOf?.(path),
    };
    found.push(
      makeFinding(
        'unknown-attribute',
        at,
        `Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`,
        { remedy: remedyOfAttribute(name, attribute, attributes) },
      ),
    );
  };
  for (const section of ['Resources', 'Outputs']) visit(template[section], [section], note);
  return found;
}

type Note = (name: string, attribute: string, path: readonly string[]) => void;

function visit(value: Json | undefined, path: readonly string[], note: Note): void {
  if (Array.isArray(value))
    for (const [index, item] of (value as readonly Json[]).entries())
      visit(item, [...path, String(index)], note);
  else if (isJsonObject(value))
    for (const [key, inner] of Object.entries(value)) {
      const at = [...path, key];
      if (key === 'Fn::GetAtt') {
        const [name, attribute] = Array.isArray(inner)
          ? (inner as readonly Json[])
          : (asText(inner) ?? '').split(/\.(.*)/s);
        if (typeof name === 'string' && typeof attribute === 'string') note(name, attribute, at);
      } else if (key === 'Fn::Sub') {
        const [text, own] = Array.isArray(inner) ? (inner as readonly Json[]) : [inner];
        for (const [, name = '', attribute = ''] of (asText(text) ?? '').matchAll(
          /\$\{([A-Za-z0-9]+)\.([\w.]+)\}/g,
        ))
          if (!(isJsonObject(own) && Object.hasOwn(own, `${name}.${attribute}`))) note(name, attribute, at);
        visit(inner, at, note);
      } else visit(inner, at, note);
    }
}

/** Whether Terraform can create both resources, because the second call returns or updates the first resource. */
function canCreateBoth(first: ResolvedResource | undefined, second: ResolvedResource): boolean {
  const accepted = CREATED_TWICE[second.type];
  return (
    accepted === 'any settings' ||
    (accepted === 'equal settings' && isDeepStrictEqual(first?.properties, second.properties))
  );
}

/**
 * Returns the remedy if a transform, or osls, generates one of the two resources: the author can only remove the other
 * resource.
 */
function remedyOfGenerated(
  first: ResolvedResource | undefined,
  second: ResolvedResource,
  property: string,
  { pathOf }: NonNullable<ResolvedStack['source']>,
): string | undefined {
  const isGenerated = ({ logicalId }: ResolvedResource): boolean => {
    const asked = ['Resources', logicalId, 'Properties', property];
    const path = pathOf?.(asked) ?? asked;
    return path[path.indexOf('Resources') + 1] !== logicalId;
  };
  if (first === undefined || isGenerated(first) === isGenerated(second)) return undefined;
  const [generated, own] = isGenerated(first) ? [first, second] : [second, first];
  const retention =
    own.type === 'AWS::Logs::LogGroup' && generated.logicalId.endsWith('LogGroup')
      ? '; logRetentionInDays of provider or of the function sets how long the log group keeps its lines'
      : '';
  return `remove ${own.logicalId}, and refer to ${generated.logicalId} instead, which is generated with this name${retention}`;
}

/** Finds resources of one type with the same name, because only one of them can be created. */
function findSharedNames(
  { stackName, source, resources }: ResolvedStack,
  table: SchemaTable,
): readonly DeployFinding[] {
  if (source === undefined) return [];
  const known = new KnownValues(source.template, source.placeholderParameters);
  const keyOf = ({ type, logicalId, properties }: ResolvedResource): string | undefined => {
    const names = ALSO_NAMED[type] ?? table[type]?.named ?? [];
    const values = names.map((name) => properties[name]);
    // References to the same resource have equal values on AWS, even if the gateway does not know the value.
    const isKnown = names.every(
      (name) =>
        typeof properties[name] === 'string' &&
        (known.isNamedAt(logicalId, [name]) || (names.length > 1 && known.isReferredAt(logicalId, [name]))),
    );
    return names.length > 0 && isKnown ? JSON.stringify([type, ...values]) : undefined;
  };
  const named = [...resources.values()].filter((resource) => keyOf(resource) !== undefined);
  return [...Map.groupBy(named, keyOf)].flatMap(([, [first, ...others]]) =>
    others.flatMap((resource) => {
      if (source.writtenAs !== undefined && canCreateBoth(first, resource)) return [];
      const names = ALSO_NAMED[resource.type] ?? table[resource.type]?.named ?? [];
      const property = names.find((one) => known.isNamedAt(resource.logicalId, [one])) ?? names[0] ?? '';
      const name = textOf(resource.properties, property);
      return [
        makeFinding(
          'shared-name',
          placedAt(resource, stackName, property),
          `${name} already exists: ${first?.logicalId ?? ''} has the same ${property}`,
          { remedy: remedyOfGenerated(first, resource, property, source) },
        ),
      ];
    }),
  );
}
