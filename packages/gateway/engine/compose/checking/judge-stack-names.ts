/**
 * Checks the name under which a stack is deployed: the name that osls generates, and the names in samconfig. Names that
 * are given only to the deploying command are not known to the gateway.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
 */
import { dirname } from 'node:path';
import { makeFinding } from '../../../core/deployability/finding.ts';
import { formatOf } from '../../../core/stack/source-format.ts';
import { stackNamesIn } from '../../../templates/samconfig.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

const MAX_LENGTH = 128;
const SOURCE = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html';

/** Returns AWS's refusal of a name; undefined for a valid name. */
function refuse(name: string): string | undefined {
  const begin = `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must`;
  if (!/^[a-zA-Z][-a-zA-Z0-9]*$/.test(name))
    return `${begin} satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`;
  return name.length > MAX_LENGTH ? `${begin} have length less than or equal to ${MAX_LENGTH}` : undefined;
}

const FORM = `at most ${MAX_LENGTH} letters, digits and hyphens, beginning with a letter`;

export function judgeStackNames(stacks: readonly ResolvedStack[]): readonly DeployFinding[] {
  const folders = new Set<string>();
  return stacks.flatMap((stack) => judge(stack, folders));
}

function judge(stack: ResolvedStack, folders: Set<string>): readonly DeployFinding[] {
  const { kind } = formatOf(stack);
  const { stackName, file } = stack;
  const find = (
    name: string,
    at: { readonly file: string; readonly line?: number | undefined; readonly property: string },
    what: string,
  ): readonly DeployFinding[] => {
    const message = refuse(name);
    if (message === undefined) return [];
    const placed = { stack: stackName, resource: '', type: '', ...at };
    return [
      makeFinding('template', placed, message, { remedy: `write ${what} with ${FORM}`, source: SOURCE }),
    ];
  };
  if (kind === 'serverless')
    return find(
      stackName,
      { file, line: stack.source?.lineOf?.(['service']), property: 'service' },
      'the names of the service and the stage, from which osls makes the stack name, or provider.stackName,',
    );
  const folder = dirname(file);
  // The CDK refuses such names itself, and Terraform creates no stack.
  // The stacks of a folder share its samconfig file, so the file is read only for the first of them. A nested stack
  // comes after its parent.
  if (kind === 'cdk' || kind === 'terraform' || folders.has(folder)) return [];
  folders.add(folder);
  // The finding has no property, because each environment may have a name that is refused.
  return stackNamesIn(folder).flatMap(({ name, ...at }) => find(name, { ...at, property: '' }, 'stack_name'));
}
