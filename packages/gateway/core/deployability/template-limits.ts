/**
 * Checks a template against those quotas of CloudFormation that can be checked without an account.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';

type SizedTemplate = { readonly template: JsonObject; readonly bytes: number };

type TemplateLimit = {
  readonly called: string;
  readonly most: number;
  readonly counts: (sized: SizedTemplate) => number;
  readonly remedy: string;
};

const SPLIT = 'split the service into two stacks';
const sectionOf = (name: string) => (sized: SizedTemplate) => sizeOf(sized.template[name]);

export const TEMPLATE_LIMITS: readonly TemplateLimit[] = [
  { called: 'bytes', most: 1_000_000, counts: ({ bytes }) => bytes, remedy: SPLIT },
  { called: 'resources', most: 500, counts: sectionOf('Resources'), remedy: SPLIT },
  { called: 'outputs', most: 200, counts: sectionOf('Outputs'), remedy: 'remove some outputs' },
  { called: 'parameters', most: 200, counts: sectionOf('Parameters'), remedy: 'use fewer parameters' },
  { called: 'mappings', most: 200, counts: sectionOf('Mappings'), remedy: 'use fewer mappings' },
];

/** The largest template that can be passed to CloudFormation in a call, in bytes. */
export const INLINE_BYTES = 51_200;
const MAX_DESCRIPTION_BYTES = 1_024;
const MAX_NAME = 255;
const MAX_MAPPING_ATTRIBUTES = 200;
const MAX_PARAMETER_BYTES = 4_096;

type TemplateExcess = { readonly at: readonly string[]; readonly message: string };

/**
 * Returns the parts of a template that exceed a quota, each with its path.
 * @param parameters the values that are given to parameters; all other parameters have their defaults
 */
export function findTemplateExcess(
  sized: SizedTemplate,
  parameters: Readonly<Record<string, string>>,
): readonly TemplateExcess[] {
  const { template } = sized;
  const counted = TEMPLATE_LIMITS.flatMap(({ called, most, counts }) => {
    const found = counts(sized);
    const section = called.charAt(0).toUpperCase() + called.slice(1);
    const at = Object.hasOwn(template, section) ? [section] : [];
    return found <= most
      ? []
      : [{ at, message: `the template has ${found} ${called}; CloudFormation allows at most ${most}` }];
  });
  const description = template['Description'];
  const named = ['Parameters', 'Outputs', 'Mappings'].flatMap((section) =>
    Object.keys(membersOf(template[section]))
      .filter((name) => name.length > MAX_NAME)
      .map((name) => ({
        at: [section, name],
        message: `the name has ${name.length} characters; CloudFormation allows at most ${MAX_NAME}`,
      })),
  );
  return [
    ...counted,
    ...(typeof description === 'string' && Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES
      ? [
          {
            at: ['Description'],
            message: `the description has ${Buffer.byteLength(description)} bytes; CloudFormation allows at most ${MAX_DESCRIPTION_BYTES}`,
          },
        ]
      : []),
    ...named,
    ...longParameters(template, parameters),
    ...fullMappings(template),
  ];
}

function longParameters(
  template: JsonObject,
  given: Readonly<Record<string, string>>,
): readonly TemplateExcess[] {
  return Object.entries(membersOf(template['Parameters'])).flatMap(([name, declared]) => {
    const value = given[name] ?? membersOf(declared)['Default'];
    const bytes = typeof value === 'string' ? Buffer.byteLength(value) : 0;
    return bytes <= MAX_PARAMETER_BYTES
      ? []
      : [
          {
            at: ['Parameters', name],
            message: `the value has ${bytes} bytes; CloudFormation allows at most ${MAX_PARAMETER_BYTES}`,
          },
        ];
  });
}

function fullMappings(template: JsonObject): readonly TemplateExcess[] {
  return Object.entries(membersOf(template['Mappings'])).flatMap(([name, mapping]) =>
    sizeOf(mapping) <= MAX_MAPPING_ATTRIBUTES
      ? []
      : [
          {
            at: ['Mappings', name],
            message: `the mapping has ${sizeOf(mapping)} attributes; CloudFormation allows at most ${MAX_MAPPING_ATTRIBUTES}`,
          },
        ],
  );
}

function sizeOf(section: unknown): number {
  return isJsonObject(section) ? Object.keys(section).length : 0;
}
