/** Checks a template as a whole: its size, the number of its entries, and its outputs. */
import { statSync } from 'node:fs';
import { isJsonList, isJsonObject, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { LIST_FUNCTIONS } from '../../../templates/cloudformation/condition-shapes.ts';
import { isListType } from '../../../templates/cloudformation/parameters.ts';
import { findTemplateExcess, INLINE_BYTES } from '../../../core/deployability/template-limits.ts';
import { makeFinding } from '../../../core/deployability/finding.ts';
import { formatOf, TEMPLATE_FILE } from '../../../core/stack/source-format.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import type { RuleId } from '../../../core/deployability/rules.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

/**
 * Returns the paths of outputs whose value is a list, or a map other than an intrinsic function
 * (aws-samples/sessions-with-aws-sam#7).
 */
function findListsAsValues(template: JsonObject): readonly (readonly string[])[] {
  return Object.entries(mapOf(template, 'Outputs')).flatMap(([output, body]) => {
    const value = membersOf(body)['Value'];
    const isMap =
      isJsonObject(value) && !Object.keys(value).some((name) => name === 'Ref' || name.startsWith('Fn::'));
    return isMap || isJsonList(value) || isListCall(value, template) ? [['Outputs', output, 'Value']] : [];
  });
}

/** Whether a value is a function, or a parameter, that is a list. */
function isListCall(value: Json | undefined, template: JsonObject): boolean {
  const { Ref: name, ...functions } = membersOf(value);
  const type = typeof name === 'string' ? textOf(mapOf(mapOf(template, 'Parameters'), name), 'Type') : '';
  return isListType(type) || Object.keys(functions).some((one) => LIST_FUNCTIONS.has(one));
}

export function judgeTemplate(stack: ResolvedStack): readonly DeployFinding[] {
  const { stackName, source, file } = stack;
  // CloudFormation never reads a template that was converted from a Terraform plan or state.
  if (source === undefined || source.writtenAs !== undefined) return [];
  const { template, parameters } = source;
  const find = (rule: RuleId, at: readonly string[], message: string): DeployFinding =>
    makeFinding(
      rule,
      { stack: stackName, resource: '', type: '', property: at.join('.'), file, line: source.lineOf?.(at) },
      message,
    );
  const isWritten = TEMPLATE_FILE.test(file) && !/serverless\.ya?ml$/.test(file);
  const bytes = isWritten ? statSync(file).size : Buffer.byteLength(JSON.stringify(template));
  // The CDK and `sam deploy` always upload the template.
  const isSent = isWritten && formatOf(stack).kind === 'cloudformation';
  const excess = findTemplateExcess({ template, bytes }, parameters);
  return [
    ...findListsAsValues(template).map((at) =>
      find(
        'template',
        at,
        'Template format error: The Value field of every Outputs member must evaluate to a String.',
      ),
    ),
    ...excess.map(({ at, message }) => find('template-limits', at, message)),
    ...(isSent && bytes > INLINE_BYTES && excess.length === 0
      ? [
          find(
            'inline-size',
            [],
            `the template has ${bytes} bytes; CloudFormation accepts at most ${INLINE_BYTES} in a call`,
          ),
        ]
      : []),
  ];
}
