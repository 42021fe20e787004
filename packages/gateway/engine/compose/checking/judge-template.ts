/** Checks the template as a whole: its size, the number of its entries, and its name. */
import { statSync } from 'node:fs';
import { findTemplateExcess, INLINE_BYTES } from '../../../core/deployability/template-limits.ts';
import { makeFinding } from '../../../core/deployability/finding.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import type { RuleId } from '../../../core/deployability/rules.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

const TEMPLATE_FILE = /\.(?:ya?ml|json|template)$/;
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

export function judgeTemplate({ stackName, source, file }: ResolvedStack): readonly DeployFinding[] {
  if (source === undefined) return [];
  const { template, parameters } = source;
  const find = (rule: RuleId, at: readonly string[], message: string): DeployFinding =>
    makeFinding(
      rule,
      { stack: stackName, resource: '', type: '', property: at.join('.'), file, line: source.lineOf?.(at) },
      message,
    );
  const isWritten = TEMPLATE_FILE.test(file) && !/serverless\.ya?ml$/.test(file);
  const bytes = isWritten ? statSync(file).size : Buffer.byteLength(JSON.stringify(template));
  const excess = findTemplateExcess({ template, bytes }, parameters);
  return [
    ...excess.map(({ at, message }) => find('template-limits', at, message)),
    ...(STACK_NAME.test(stackName)
      ? []
      : [
          find(
            'template-limits',
            [],
            `the stack name ${stackName} must begin with a letter and have up to 128 letters, digits and hyphens`,
          ),
        ]),
    ...(isWritten && bytes > INLINE_BYTES && excess.length === 0
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
