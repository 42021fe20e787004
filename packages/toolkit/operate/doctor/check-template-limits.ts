/**
 * Checks whether a template exceeds limits of CloudFormation, IAM or Lambda. Source: CloudFormation user guide,
 * "Quotas"; IAM, "Quotas"; Lambda, "Quotas".
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import {
  policyCharacters,
  ROLE_POLICY_CHARACTERS,
} from '../../../gateway/core/deployability/policy-limits.ts';
import { TEMPLATE_LIMITS } from '../../../gateway/core/deployability/template-limits.ts';
import type { Finding } from './finding.ts';
import type { StackView } from './views.ts';

/**
 * The share of a limit above which a warning is given, because a template that is nearly full has no room for the next
 * feature.
 */
const NEARLY = 0.9;

const ENVIRONMENT_BYTES = 4096;

export function checkTemplateLimits(stack: StackView): readonly Finding[] {
  const findings: Finding[] = [];
  const where = `compiled template of stack ${stack.stackName}`;
  const sized = { template: stack.template as unknown as JsonObject, bytes: stack.templateBytes };
  for (const { called, most, counts, remedy: fix } of TEMPLATE_LIMITS) {
    const found = counts(sized);
    if (found <= most * NEARLY) continue;
    const isOver = found > most;
    findings.push({
      id: 'template-limits',
      level: isOver ? 'obstacle' : 'warning',
      where,
      fix,
      what: `the template has ${found} ${called}`,
      why: isOver
        ? `CloudFormation allows at most ${most}`
        : `CloudFormation allows ${most}, so the template is close to the limit`,
    });
  }
  for (const [logicalId, { Type, Properties = {} }] of Object.entries(stack.template.Resources)) {
    const over = Type === 'AWS::IAM::Role' ? policyOver(Properties) : environmentOver(Type, Properties);
    if (over !== undefined)
      findings.push({ id: 'template-limits', level: 'obstacle', where: logicalId, ...over });
  }
  return findings;
}

type Over = Pick<Finding, 'what' | 'why' | 'fix'>;

function policyOver({ Policies }: Readonly<Record<string, unknown>>): Over | undefined {
  const policies = Array.isArray(Policies) ? (Policies as readonly { PolicyDocument?: unknown }[]) : [];
  const size = policies.reduce((sum, one) => sum + policyCharacters(one.PolicyDocument), 0);
  if (size <= ROLE_POLICY_CHARACTERS) return undefined;
  return {
    what: `the inline policies of the role have ${size} characters`,
    why: `IAM allows ${ROLE_POLICY_CHARACTERS} characters of inline policies per role`,
    fix: 'write fewer statements, or move some into a managed policy',
  };
}

function environmentOver(type: string, { Environment }: Readonly<Record<string, unknown>>): Over | undefined {
  if (type !== 'AWS::Lambda::Function') return undefined;
  const { Variables: variables } = (Environment ?? {}) as { readonly Variables?: object };
  const size = Buffer.byteLength(JSON.stringify(variables ?? {}));
  if (size <= ENVIRONMENT_BYTES) return undefined;
  return {
    what: `the environment variables of the function take ${size} bytes`,
    why: `AWS Lambda allows ${ENVIRONMENT_BYTES} bytes for all environment variables of a function`,
    fix: 'move long settings to a file, an SSM parameter or a table',
  };
}
