/**
 * Checks the structure of a template. As in CloudFormation, its sections, resource members and names are checked before
 * anything is resolved.
 */
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { RuleId } from '../../core/deployability/rules.ts';
import type { RawStack } from '../raw-stack.ts';
import { checkConditionShapes } from './condition-shapes.ts';
import { checkEarlyValues } from './early-values.ts';
import { checkLiteralParts } from './literal-parts.ts';
import type { Path } from './template-source.ts';

type Refuse = (at: Path, message: string, consequence: string, rule?: RuleId) => void;

const SECTIONS = new Set(
  'AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Transform Hooks Resources Outputs'.split(
    ' ',
  ),
);

const RESOURCE_MEMBERS = new Set(
  (
    'Type Properties Description DependsOn Condition Metadata DeletionPolicy UpdateReplacePolicy CreationPolicy ' +
    'UpdatePolicy Version'
  ).split(' '),
);

/** @see CloudFormation template reference, "DeletionPolicy attribute", "UpdateReplacePolicy attribute" */
const DELETION_POLICIES: Readonly<Record<string, readonly string[]>> = {
  DeletionPolicy: ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'],
  UpdateReplacePolicy: ['Delete', 'Retain', 'Snapshot'],
};

/** Transforms that are handled earlier or have no effect. Any other transform is a macro of the account. */
const TRANSFORMS = new Set(['AWS::LanguageExtensions', 'AWS::Serverless-2016-10-31']);

/**
 * The maximum number of resources in a template. It limits the time that loading takes. A template that exceeds only
 * AWS's own limit is loaded, and the excess is reported.
 */
const MAX_RESOURCES = 5_000;

/** The member with which an OpenAPI document begins, in version 3 and in version 2. */
const OPENAPI = ['openapi', 'swagger'] as const;

function describeOpenapi(name: string, version: Json | undefined): string {
  return `the file is an OpenAPI document (${name}: ${typeof version === 'string' ? version : JSON.stringify(version)}), and AWS deploys an API from a template: write a template next to it, with Transform: AWS::Serverless-2016-10-31 and a resource of the type AWS::Serverless::Api whose properties are StageName: dev and DefinitionUri: with the name of this file, and pass the template`;
}

/**
 * Returns the template without the parts whose structure CloudFormation refuses. The messages are CloudFormation's.
 * @throws what `refuse` throws, or what `fail` throws if no resource remains, or if there are more than `MAX_RESOURCES`
 */
export function checkShape(
  { template, hasAddresses }: Pick<RawStack, 'template' | 'hasAddresses'>,
  refuse: Refuse,
  fail: (at: Path, message: string) => never,
): JsonObject {
  const version = OPENAPI.find((name) => template[name] !== undefined);
  if (version !== undefined && template['Resources'] === undefined)
    return fail([version], describeOpenapi(version, template[version]));
  const unknown = Object.keys(template).filter((section) => !SECTIONS.has(section));
  if (unknown.length > 0)
    refuse(
      [unknown[0] ?? ''],
      `Template format error: Invalid template property or properties [${unknown.join(', ')}]`,
      'the gateway ignores this part of the template',
    );
  const broken = ['Parameters', 'Mappings', 'Conditions', 'Outputs'].filter(
    (name) => template[name] !== undefined && !isJsonObject(template[name]),
  );
  for (const name of broken)
    refuse([name], `Template format error: ${name} must be a mapping`, 'the section is omitted');
  checkTransform(template['Transform'], refuse);
  const { Resources: declared } = template;
  const count = Object.keys(membersOf(declared)).length;
  if (count > MAX_RESOURCES)
    return fail(
      ['Resources'],
      `the template has ${count} resources, but AWS allows 500 per stack, and the gateway reads at most ${MAX_RESOURCES}`,
    );
  const isName = hasAddresses === true ? /./ : /^[A-Za-z0-9]{1,255}$/;
  const resources = Object.entries(membersOf(declared)).filter(([logicalId, resource]) =>
    checkResource(logicalId, isName, resource, refuse),
  );
  if (hasAddresses !== true) {
    checkLiteralParts(template, refuse);
    checkConditionShapes(template, refuse);
    checkEarlyValues(template, refuse);
  }
  if (resources.length === 0)
    return fail(['Resources'], 'Template format error: At least one Resources member must be defined.');
  const kept = Object.entries(template).filter(([name]) => !broken.includes(name));
  return { ...Object.fromEntries(kept), Resources: Object.fromEntries(resources) };
}

/**
 * The macros that AWS hosts and the gateway does not run. A name that begins with `AWS::` cannot be anybody else's.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
 */
const MACROS_OF_AWS = new Set([
  'AWS::CodeDeployBlueGreen',
  'AWS::CodeStar',
  'AWS::Include',
  'AWS::SecretsManager-2020-07-23',
  'AWS::SecretsManager-2024-09-16',
  'AWS::ServiceCatalog',
]);

function checkTransform(transform: Json | undefined, refuse: Refuse): void {
  const names = transform === undefined ? [] : isJsonList(transform) ? transform : [transform];
  for (const name of names) {
    if (typeof name !== 'string' || !TRANSFORMS.has(name)) {
      const text = typeof name === 'string' ? name : JSON.stringify(name);
      if (text.startsWith('AWS::') && !MACROS_OF_AWS.has(text)) {
        refuse(
          ['Transform'],
          `AWS has no transform ${text}: ${text.startsWith('AWS::Serverless') ? 'for SAM, write AWS::Serverless-2016-10-31' : 'correct the name'}`,
          'the template is used without this transform',
        );
        continue;
      }
      refuse(
        ['Transform'],
        `Transform ${text} runs a macro in the AWS account, and the gateway cannot run macros`,
        'the template is used without this transform',
        'macro',
      );
    }
  }
}

function checkResource(logicalId: string, isName: RegExp, resource: Json, refuse: Refuse): boolean {
  const at = ['Resources', logicalId];
  const leftOut = 'the resource is omitted';
  if (!isName.test(logicalId))
    refuse(
      at,
      `Template format error: Resource name ${logicalId} is non alphanumeric.`,
      'the gateway accepts the name',
    );
  if (!isJsonObject(resource) || typeof resource['Type'] !== 'string') {
    refuse(
      at,
      `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
      leftOut,
    );
    return false;
  }
  for (const [policy, allowed] of Object.entries(DELETION_POLICIES)) {
    const value = resource[policy];
    if (typeof value === 'string' && !allowed.includes(value))
      refuse(
        [...at, policy],
        `Template format error: Unrecognized ${policy} ${value} for resource ${logicalId}`,
        'the gateway ignores this part of the template',
      );
  }
  const unknown = Object.keys(resource).find((member) => !RESOURCE_MEMBERS.has(member));
  if (unknown !== undefined)
    refuse(
      [...at, unknown],
      `Invalid template resource property '${unknown}'`,
      'the gateway ignores this part of the template',
    );
  const properties = resource['Properties'];
  if (properties === undefined || properties === null || isJsonObject(properties)) return true;
  refuse([...at, 'Properties'], 'Template format error: Properties must be a mapping', leftOut);
  return false;
}
