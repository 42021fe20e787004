/** The remedies for refusals of a template, in CloudFormation's words, and of a policy, in IAM's words. */
import { DOCUMENT_MEMBERS, STATEMENT_MEMBERS } from '../policy/evaluate.ts';
import { nearestOf } from './spelling.ts';
import { fixed } from './remedy-row.ts';
import type { RemedyRow } from './remedy-row.ts';

const IN_TRANSFORM =
  'add Transform: AWS::LanguageExtensions to the template (before AWS::Serverless-2016-10-31, if the template has both)';

const OF_TEMPLATES: readonly RemedyRow[] = [
  {
    words: /Every AllowedValues member must be a list/,
    remedy: () => 'write AllowedValues as a list, such as [dev, prod]',
  },
  {
    words: /the first item of Fn::If must be the name of a condition, not \{"(?:Ref|Condition)":"(\w+)"\}/,
    remedy: ([, name = '']) =>
      `write the name of a condition itself as the first item of Fn::If, without Ref: if ${name} is a parameter, add a condition to Conditions, such as Is${name}: !Equals [!Ref ${name}, 'true'], and write !If [Is${name}, …]`,
  },
  fixed(/\(it needs Transform: AWS::LanguageExtensions\)$/, IN_TRANSFORM),
  {
    words: /is non alphanumeric\.$/,
    remedy: () => 'use only letters and digits in the name, no hyphens or underscores',
  },
  {
    words: /^Incorrect format is used in the following SSM reference: \[\{\{resolve:([\w-]+)/,
    remedy: ([, service = '']) =>
      `write {{resolve:${service}:NAME}}, or with a version {{resolve:${service}:NAME:1}}`,
  },
  fixed(
    /^Template format error: Mappings attribute name '/,
    'use only letters and digits in the name, and use the same name in Fn::FindInMap',
  ),
  fixed(
    /^Template format error: Mappings element name '/,
    'use only letters, digits, hyphens and dots in the key; put any other text, such as a CIDR block, in a value',
  ),
  {
    words: /all resources and parameters must have unique names\. Common name\(s\):\[(.+)\]$/,
    remedy: ([, name = '']) =>
      `give the parameter or the resource ${name} another name, and use the new name in all references to it`,
  },
  {
    words: /The Name field of every Export member must be specified/,
    remedy: () => 'write Export: { Name: NAME }, with letters, digits, colons and hyphens in NAME',
  },
  fixed(
    /^Template error: every Fn::Join object requires two parameters/,
    'write !Join [",", LIST], where LIST is a list, or a function or a parameter that is a list',
  ),
  {
    words: /^Template error: (Fn::\w+) requires a list with exactly (\d) items$/,
    remedy: ([, name = '', count = '']) =>
      name === 'Fn::If'
        ? 'write !If [CONDITION, VALUE_IF_TRUE, VALUE_IF_FALSE]; !Ref AWS::NoValue leaves the property out'
        : name === 'Fn::Select'
          ? 'write !Select [INDEX, LIST]'
          : `write a list of ${count} items, such as !Split [DELIMITER, TEXT]`,
  },
  {
    words: /^Template error: (Fn::\w+) requires a list of values$/,
    remedy: ([, name = '']) =>
      `give ${name} a list, or a function or a parameter that returns a list, such as !Split [DELIMITER, TEXT]`,
  },
  fixed(
    /^Template error: Fn::Select cannot select nonexistent value/,
    'write an index between 0 and the number of values minus 1',
  ),
  fixed(/unsupported value for AWSTemplateFormatVersion/, "write AWSTemplateFormatVersion: '2010-09-09'"),
  {
    words: /Unrecognized parameter type: (.+)$/,
    remedy: ([, type = '']) =>
      type.startsWith('List<String')
        ? 'write Type: CommaDelimitedList'
        : 'use String, Number, List<Number>, CommaDelimitedList, an AWS-specific type such as AWS::EC2::VPC::Id, or a Systems Manager type such as AWS::SSM::Parameter::Value<String>',
  },
  {
    words: /Invalid template (?:parameter|output) property '(.+)'$/,
    remedy: ([, name = '']) => `remove ${name}, or correct its name`,
  },
  {
    // A template without the transform has Globals (aws-samples/serverless-patterns, apigw-mutualtls-lambda).
    words: /Invalid template property or properties \[Globals\]$/,
    remedy: () =>
      'add Transform: AWS::Serverless-2016-10-31 to the template, because Globals is a section of SAM, or remove Globals',
  },
  {
    words: /Invalid template property or properties \[(.+)\]$/,
    remedy: ([, name = '']) =>
      `remove ${name}, or write the name of a section: Resources, Parameters, Outputs, Conditions, Mappings, Metadata, Rules, Transform, Description`,
  },
  fixed(
    /^Template format error: Conditions can only be boolean operations/,
    'write the condition with Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition',
  ),
  fixed(
    /every Fn::(?:And|Or) object requires a list/,
    'list 2 to 10 conditions, each as !Condition NAME, or as !Equals, !Not, !And or !Or',
  ),
  fixed(
    /^Template error: Cannot use Fn::ImportValue in Conditions/,
    'add a parameter for the value, and compare the parameter in the condition',
  ),
  fixed(
    /every Fn::Not object requires one boolean/,
    'write !Not with a list of one condition: !Not [!Condition NAME]',
  ),
  fixed(
    /every Fn::Equals object requires a list of 2 string/,
    'write !Equals with a list of two strings; turn a list into a string with !Join [",", LIST]',
  ),
  fixed(
    /must not depend on any resources, imported values, or Fn::GetAZs/,
    'build the name only from strings, parameters and pseudo parameters such as AWS::StackName',
  ),
  fixed(
    /The Value field of every Outputs member must evaluate to a String/,
    "write one string, for example with Fn::Join: [',', …]",
  ),
  fixed(
    /every Fn::GetAtt object requires two non-empty parameters/,
    'write Fn::GetAtt: [NAME, ATTRIBUTE], or !GetAtt NAME.ATTRIBUTE',
  ),
  {
    words: /instance of Fn::GetAtt references undefined resource (\S+)$/,
    remedy: ([, name = '']) =>
      `correct the spelling of ${name}, or add a resource with this logical id to this template`,
  },
  {
    words: /unknown function (Fn::\w+)$/,
    remedy: ([, name = '']) =>
      name === 'Fn::Concat'
        ? 'use Fn::Join or Fn::Sub'
        : `use a function that CloudFormation has instead of ${name}`,
  },
  {
    words: /Unable to get mapping for (\w+)::(.+?)::(.+)$/,
    remedy: ([, map = '', first = '', second = '']) =>
      `add ${first}: { ${second}: VALUE } to ${map} in Mappings, or use keys that this mapping has`,
  },
  fixed(/is declared twice in this stack$/, 'give one of the exports another Name'),
  {
    words: /Unrecognized (DeletionPolicy|UpdateReplacePolicy) /,
    remedy: ([, name = '']) => `set ${name} to Delete, Retain or Snapshot`,
  },
  fixed(/does not support deletion policy Snapshot$/, 'use Retain or Delete'),
  {
    words: /(\S+) must be the only key of its mapping; found (.+)$/,
    remedy: ([, name = '', keys = '']) =>
      `remove ${keys
        .split(', ')
        .filter((key) => key !== name)
        .join(', ')} from the mapping that has ${name}`,
  },
];

function remedyOfMember(name: string, known: ReadonlySet<string>): string {
  const near = nearestOf(name, [...known]);
  return near === undefined ? `remove ${name}, or correct its name` : `write ${near} instead of ${name}`;
}

const OF_POLICIES: readonly RemedyRow[] = [
  {
    words: /a statement needs exactly one of (\w+) and (\w+)$/,
    remedy: ([, one = '', other = '']) => `add ${one}, or keep only one of ${one} and ${other}`,
  },
  {
    words: /(Statement|the policy) has an unknown member "(.+)"\)?$/,
    remedy: ([, what = '', name = '']) =>
      remedyOfMember(name, what === 'Statement' ? STATEMENT_MEMBERS : DOCUMENT_MEMBERS),
  },
  fixed(
    /(?:the policy|Statement) is not an object$/,
    'write a mapping, as in the example policies of the IAM documentation',
  ),
  fixed(/Resource ".*" is not an ARN\)?$/, 'specify an ARN (usually Fn::GetAtt NAME.Arn), or "*"'),
  fixed(/Effect is neither Allow nor Deny$/, 'write Effect: Allow or Effect: Deny, with a capital letter'),
  fixed(/Version is neither 2012-10-17 nor 2008-10-17$/, "write Version: '2012-10-17'"),
  fixed(/an identity-based policy must not have a Principal$/, 'remove Principal from the statement'),
  {
    words: /unknown condition operator "(.+)"$/,
    remedy: () =>
      'use an IAM condition operator, such as StringEquals, StringLike, ArnLike, Bool or IpAddress',
  },
  {
    words: /Condition "(.+)" is not an object$/,
    remedy: ([, name = '']) =>
      name.includes(':')
        ? `write an operator around the key: StringEquals: { ${name}: VALUE }`
        : `write the key inside the operator: ${name}: { aws:KEY: VALUE }`,
  },
  {
    words: /refuses the policy: (\w+) is empty$/,
    remedy: ([, name = '']) => `list one or more values in ${name}, or remove the statement`,
  },
  fixed(
    /Actions\/Conditions must be prefaced by a vendor/,
    'write the service before the action, as in s3:GetObject',
  ),
  fixed(/Actions\/Condition can contain only one colon/, 'write SERVICE:ACTION, as in s3:GetObject'),
  fixed(/must not contain wildcards$/, 'write the name of the service before the colon, as in s3:*'),
  fixed(/cannot contain region information/, 'leave the region empty: arn:aws:iam::ACCOUNT:…'),
  fixed(/\(SID\) in a single policy must be unique/, 'give one of the statements another Sid, or remove it'),
  fixed(/\(SID\) must be alpha-numeric/, 'use only letters and digits in Sid'),
];

export const REMEDIES_OF_TEMPLATES: readonly RemedyRow[] = [...OF_TEMPLATES, ...OF_POLICIES];
