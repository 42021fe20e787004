/**
 * Checks whether a template exceeds limits of CloudFormation, IAM or Lambda. Source: CloudFormation user guide,
 * "Quotas"; IAM, "Quotas"; Lambda, "Quotas".
 */
import type { Finding } from './finding.ts';
import type { StackView } from './views.ts';

/**
 * The share of a limit above which a warning is given, because a template that is nearly full has no room for the next
 * feature.
 */
const NEARLY = 0.9;

type Limit = {
  readonly called: string;
  readonly most: number;
  readonly counts: (stack: StackView) => number;
  readonly fix: string;
};

const SPLIT = 'split the service into two stacks';
const LIMITS: readonly Limit[] = [
  { called: 'bytes', most: 1_000_000, counts: ({ templateBytes }) => templateBytes, fix: SPLIT },
  { called: 'resources', most: 500, counts: ({ template }) => sizeOf(template.Resources), fix: SPLIT },
  {
    called: 'outputs',
    most: 200,
    counts: ({ template }) => sizeOf(template.Outputs),
    fix: 'remove some outputs',
  },
  {
    called: 'parameters',
    most: 200,
    counts: ({ template }) => sizeOf(template.Parameters),
    fix: 'use fewer parameters',
  },
];
/** The maximum number of characters of all inline policies of a role together, without white space. */
const POLICY_CHARACTERS = 10_240;
const ENVIRONMENT_BYTES = 4096;

export function checkTemplateLimits(stack: StackView): readonly Finding[] {
  const findings: Finding[] = [];
  const where = `compiled template of stack ${stack.stackName}`;
  for (const { called, most, counts, fix } of LIMITS) {
    const found = counts(stack);
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
  const size = policies.reduce((sum, one) => sum + JSON.stringify(one.PolicyDocument ?? '').length, 0);
  if (size <= POLICY_CHARACTERS) return undefined;
  return {
    what: `the inline policies of the role have ${size} characters`,
    why: `IAM allows ${POLICY_CHARACTERS} characters of inline policies per role`,
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

function sizeOf(members: object | undefined): number {
  return Object.keys(members ?? {}).length;
}
