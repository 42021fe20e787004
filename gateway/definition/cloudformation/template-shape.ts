/** The outline that CloudFormation checks before it resolves anything: sections, resource members, names. */
import { isJsonList, isJsonObject } from './template-source.ts';
import type { Path } from './template-source.ts';
import type { Json, JsonObject } from '../model.ts';

type Fail = (at: Path, message: string) => never;

const SECTIONS = new Set(
  'AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Transform Hooks Resources Outputs'.split(
    ' ',
  ),
);

const RESOURCE_MEMBERS = new Set(
  (
    'Type Properties DependsOn Condition Metadata DeletionPolicy UpdateReplacePolicy CreationPolicy ' +
    'UpdatePolicy Version'
  ).split(' '),
);

/** Transforms that are done before or need nothing done; any other is a macro of the account. */
const TRANSFORMS = new Set(['AWS::LanguageExtensions', 'AWS::Serverless-2016-10-31']);

/** Fails with CloudFormation's words where the outline is broken. */
export function checkShape(template: JsonObject, fail: Fail): void {
  const unknown = Object.keys(template).filter((section) => !SECTIONS.has(section));
  if (unknown.length > 0) {
    fail(
      [unknown[0] ?? ''],
      `Template format error: Invalid template property or properties [${unknown.join(', ')}]`,
    );
  }
  for (const name of ['Parameters', 'Mappings', 'Conditions', 'Outputs']) {
    if (template[name] !== undefined && !isJsonObject(template[name])) {
      fail([name], `Template format error: ${name} must be a mapping`);
    }
  }
  checkTransform(template['Transform'], fail);
  const resources = template['Resources'];
  if (!isJsonObject(resources) || Object.keys(resources).length === 0) {
    return fail(['Resources'], 'Template format error: At least one Resources member must be defined.');
  }
  for (const [logicalId, resource] of Object.entries(resources)) checkResource(logicalId, resource, fail);
}

function checkTransform(transform: Json | undefined, fail: Fail): void {
  const names = transform === undefined ? [] : isJsonList(transform) ? transform : [transform];
  for (const name of names) {
    if (typeof name !== 'string' || !TRANSFORMS.has(name)) {
      const text = typeof name === 'string' ? name : JSON.stringify(name);
      fail(['Transform'], `Transform ${text} runs a macro in the AWS account; it cannot run here`);
    }
  }
}

function checkResource(logicalId: string, resource: Json, fail: Fail): void {
  const at = ['Resources', logicalId];
  if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId)) {
    fail(at, `Template format error: Resource name ${logicalId} is non alphanumeric.`);
  }
  if (!isJsonObject(resource) || typeof resource['Type'] !== 'string') {
    return fail(
      at,
      `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
    );
  }
  const unknown = Object.keys(resource).find((member) => !RESOURCE_MEMBERS.has(member));
  if (unknown !== undefined) fail([...at, unknown], `Invalid template resource property '${unknown}'`);
  const properties = resource['Properties'];
  if (properties !== undefined && properties !== null && !isJsonObject(properties)) {
    fail([...at, 'Properties'], 'Template format error: Properties must be a mapping');
  }
}
