/**
 * Checks the parts of a template that CloudFormation reads before it resolves any function: names, descriptions,
 * declarations of parameters, mappings, and attributes of resources. These are literal values of a fixed form. The
 * messages are CloudFormation's.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html ("You
 * can use intrinsic functions only in specific parts of a template")
 * @see https://repost.aws/knowledge-center/cloudformation-template-validation
 */
import { asOneOrMore, isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Path } from './template-source.ts';

type Refuse = (at: Path, message: string, consequence: string) => void;

const IGNORED = 'the gateway ignores this part of the template';
const FORMAT = 'Template format error:';
const ONLY_VERSION = '2010-09-09';
const NAME = /^[A-Za-z0-9]{1,255}$/;
/** The sections whose names may contain only letters and digits, as CloudFormation's messages call them. */
const NAMED = { Parameters: 'Parameter', Outputs: 'Outputs' } as const;

const MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  Parameters: new Set(
    (
      'Type Default AllowedValues AllowedPattern ConstraintDescription Description MaxLength MinLength MaxValue ' +
      'MinValue NoEcho'
    ).split(' '),
  ),
  Outputs: new Set(['Description', 'Value', 'Export', 'Condition']),
};

export function checkLiteralParts(template: JsonObject, refuse: Refuse): void {
  const { AWSTemplateFormatVersion: version = ONLY_VERSION, Description: description } = template;
  if (version !== ONLY_VERSION)
    refuse(
      ['AWSTemplateFormatVersion'],
      `${FORMAT} unsupported value for AWSTemplateFormatVersion; the only version is ${ONLY_VERSION}`,
      IGNORED,
    );
  if (isComposed(description))
    refuse(['Description'], `${FORMAT} every Description member must be a string`, IGNORED);
  for (const [section, called] of Object.entries(NAMED))
    for (const [name, body] of Object.entries(mapOf(template, section))) {
      // Fn::Transform and Fn::ForEach generate entries. Their errors are reported where they are expanded.
      if (name.startsWith('Fn::')) continue;
      if (!NAME.test(name))
        refuse(
          [section, name],
          `${FORMAT} ${called} name ${name} is non alphanumeric.`,
          'the gateway accepts the name',
        );
      checkDeclaration([section, name], body, refuse);
    }
  checkCommonNames(template, refuse);
  const hasExtensions = asOneOrMore(template['Transform'] ?? []).includes('AWS::LanguageExtensions');
  for (const [name, mapping] of Object.entries(mapOf(template, 'Mappings')))
    checkMapping(['Mappings', name], mapping, hasExtensions, refuse);
  for (const [logicalId, resource] of Object.entries(mapOf(template, 'Resources')))
    checkAttributes(['Resources', logicalId], membersOf(resource), refuse);
}

/** Whether a value is a list or a mapping, such as a function. Where only text is allowed, such a value is refused. */
function isComposed(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null;
}

function checkDeclaration(at: Path, body: Json, refuse: Refuse): void {
  const [section = ''] = at;
  if (!isJsonObject(body)) return;
  const unknown = Object.keys(body).find((member) => MEMBERS[section]?.has(member) !== true);
  if (unknown !== undefined && !unknown.startsWith('Fn::'))
    refuse(
      [...at, unknown],
      `Invalid template ${section === 'Parameters' ? 'parameter' : 'output'} property '${unknown}'`,
      IGNORED,
    );
  for (const member of section === 'Parameters' ? ['Default', 'Description'] : ['Description', 'Condition'])
    if (isComposed(body[member]))
      refuse([...at, member], `${FORMAT} Every ${member} member must be a string.`, IGNORED);
  const { AllowedValues: allowed, Export: exported } = body;
  // See aws/aws-cdk#5845
  if (section === 'Outputs' && exported !== undefined && membersOf(exported)['Name'] === undefined)
    refuse(
      [...at, 'Export'],
      `${FORMAT} Output ${at[1] ?? ''} is malformed. The Name field of every Export member must be specified and consist only of alphanumeric characters, colons, or hyphens.`,
      'nothing is exported',
    );
  if (section === 'Parameters' && allowed !== undefined && !isJsonList(allowed))
    refuse([...at, 'AllowedValues'], `${FORMAT} Every AllowedValues member must be a list.`, IGNORED);
}

/** Refuses a resource that has the name of a parameter (aws-cloudformation/cfn-lint#1689). */
function checkCommonNames(template: JsonObject, refuse: Refuse): void {
  const parameters = mapOf(template, 'Parameters');
  for (const name of Object.keys(mapOf(template, 'Resources')))
    if (Object.hasOwn(parameters, name))
      refuse(
        ['Resources', name],
        `Template error: all resources and parameters must have unique names. Common name(s):[${name}]`,
        'Ref returns the value of the parameter',
      );
}

/** The characters that names in mappings may have, with CloudFormation's messages about other characters. */
const MAPPING_NAMES = {
  /** See cloudtools/troposphere#426, aws/aws-cdk#18789, aws/serverless-application-model#1608 */
  attribute: [
    /^[A-Za-z0-9]+$/,
    (name: string) =>
      `${FORMAT} Mappings attribute name '${name}' must contain only alphanumeric characters.`,
  ],
  /** See aws-cloudformation/cfn-lint#2004 */
  element: [
    /^[A-Za-z0-9.-]+$/,
    (name: string) =>
      `${FORMAT} Mappings element name '${name}' must be non-empty and can contain only alphanumerics, '-' or '.'`,
  ],
  /** CloudFormation template reference, "Mappings syntax": the logical name is alphanumeric */
  map: [NAME, (name: string) => `${FORMAT} Mappings name ${name} is non alphanumeric.`],
} as const;

function checkMappingName(at: Path, kind: keyof typeof MAPPING_NAMES, refuse: Refuse): void {
  const name = at.at(-1) ?? '';
  const [pattern, says] = MAPPING_NAMES[kind];
  if (!pattern.test(name) && !at.some((key) => key.startsWith('Fn::')))
    refuse(at, says(name), 'the gateway accepts the name');
}

/**
 * CloudFormation template reference, "Mappings syntax": a mapping has top-level keys, and each of them has pairs of a
 * name and a value (awsdocs/aws-cloudformation-user-guide#671).
 */
function checkMapping(at: Path, mapping: Json, hasExtensions: boolean, refuse: Refuse): void {
  const form = `${FORMAT} Every Mappings object member must contain a String key and an object value. (Write it with two levels of keys: ${at[1] ?? ''}: { KEY: { NAME: VALUE } })`;
  checkMappingName(at, 'map', refuse);
  if (!isJsonObject(mapping)) refuse(at, form, 'the gateway reads it as a mapping without keys');
  for (const [top, entries] of Object.entries(membersOf(mapping))) {
    if (!isJsonObject(entries) && !top.startsWith('Fn::') && !at[1]?.startsWith('Fn::'))
      refuse([...at, top], form, 'the gateway reads it as a key without names');
    checkMappingName([...at, top], 'element', refuse);
    for (const [name, value] of Object.entries(membersOf(entries))) {
      // AWS::LanguageExtensions resolves Fn::FindInMap with other names before CloudFormation reads the mappings.
      if (!hasExtensions) checkMappingName([...at, top, name], 'attribute', refuse);
      const isPlain = isJsonList(value) ? !value.some(isComposed) : !isComposed(value);
      if (!isPlain && !top.startsWith('Fn::') && !name.startsWith('Fn::'))
        refuse(
          [...at, top, name],
          `${FORMAT} Every Mappings attribute must be a String or a List.`,
          'the gateway accepts the value',
        );
    }
  }
}

/**
 * The services whose resources may have the policy Snapshot. For other resources, it is refused.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
const WITH_SNAPSHOTS = /^AWS::(?:DocDB|EC2|ElastiCache|FSx|MemoryDB|Neptune|RDS|Redshift)::|^(?!AWS::)/;
const POLICIES = ['DeletionPolicy', 'UpdateReplacePolicy'];

function checkAttributes(at: Path, resource: JsonObject, refuse: Refuse): void {
  const { Type: type, DependsOn: before, Condition: condition } = resource;
  if (isJsonObject(before) || (isJsonList(before) && before.some(isComposed)))
    refuse([...at, 'DependsOn'], `${FORMAT} DependsOn must be a string or list of strings.`, IGNORED);
  if (isComposed(condition))
    refuse([...at, 'Condition'], `${FORMAT} Every Condition member must be a string.`, IGNORED);
  for (const name of POLICIES) {
    const policy = resource[name];
    if (policy === 'Snapshot' && typeof type === 'string' && !WITH_SNAPSHOTS.test(type))
      refuse(
        [...at, name],
        `Template error: resource type ${type} does not support deletion policy Snapshot`,
        IGNORED,
      );
  }
}
