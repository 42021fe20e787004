/**
 * Finds values that CloudFormation needs before it creates any resource, and which nevertheless depend on resources:
 * the names of exports and imports, and conditions. The messages are CloudFormation's.
 */
import { conditionsIn } from './condition-shapes.ts';
import { namesIn } from '../../core/deployability/names-in.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Path } from './template-source.ts';

type Refuse = (at: Path, message: string, consequence: string, rule: RuleId) => void;

const CONSEQUENCE = 'the gateway resolves the value';
/** "The Name field of Export must not depend on any resources, imported values, or Fn::GetAZs." */
const OF_ACCOUNT = new Set(['Fn::ImportValue', 'Fn::GetAZs']);

export function checkEarlyValues(template: JsonObject, refuse: Refuse): void {
  const resources = mapOf(template, 'Resources');
  const findResource = (value: Json): string | undefined =>
    [...namesIn(value)].find((name) => Object.hasOwn(resources, name));
  const isLate = (value: Json | undefined): boolean =>
    value !== undefined && (findResource(value) !== undefined || hasKey(value, OF_ACCOUNT));
  for (const [output, body] of Object.entries(mapOf(template, 'Outputs')))
    // See aws-cloudformation/cfn-lint#1632
    if (isLate(membersOf(membersOf(body)['Export'])['Name']))
      refuse(
        ['Outputs', output, 'Export', 'Name'],
        `Template format error: Output ${output} is malformed. The Name field of Export must not depend on any resources, imported values, or Fn::GetAZs.`,
        CONSEQUENCE,
        'template',
      );
  for (const section of ['Resources', 'Outputs'])
    eachImport(template[section], [section], (argument, at) => {
      // See aws-amplify/amplify-cli#4748
      if (isLate(argument))
        refuse(
          at,
          'Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs',
          CONSEQUENCE,
          'template',
        );
    });
  const conditions = mapOf(template, 'Conditions');
  const parameters = mapOf(template, 'Parameters');
  for (const [name, condition] of Object.entries(conditions)) {
    // CloudFormation user guide: a condition may refer only to parameters, mappings and other conditions. This applies
    // to conditions that nothing uses, too (aws-samples/aws-refarch-moodle#64).
    const unknown = [...namesIn(condition)].find(
      (one) => !Object.hasOwn(parameters, one) && !one.startsWith('AWS::'),
    );
    if (unknown !== undefined)
      refuse(
        ['Conditions', name],
        `Template format error: Unresolved dependencies [${unknown}]. Cannot reference resources in the Conditions block of the template`,
        CONSEQUENCE,
        'template',
      );
    const missing = conditionsIn(condition).find((one) => !Object.hasOwn(conditions, one));
    if (missing !== undefined)
      refuse(
        ['Conditions', name],
        `Template format error: unresolved condition dependency ${missing}`,
        CONSEQUENCE,
        'template',
      );
  }
}

function eachImport(value: Json | undefined, at: Path, visit: (argument: Json, at: Path) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'Fn::ImportValue' && isJsonObject(value)) visit(inner, [...at, key]);
    eachImport(inner, [...at, key], visit);
  }
}

function hasKey(value: Json, keys: ReadonlySet<string>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) => (isJsonObject(value) && keys.has(key)) || hasKey(inner, keys),
  );
}
