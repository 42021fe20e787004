/** Reads the outputs of a deployed stack. */
import { listAt, textAt } from '../terminal/aws-call.ts';
import type { Aws } from '../terminal/aws-call.ts';
import { ask } from './failures/call-or-fail.ts';

/**
 * Returns the outputs of a stack by their names; undefined if there is no such stack in the region.
 * @throws UsageError if AWS refuses the call or does not respond
 */
export async function readOutputs(
  aws: Aws,
  stackName: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const described = await ask(
    aws,
    'cloudformation:DescribeStacks',
    {
      service: 'cloudformation',
      protocol: 'query',
      version: '2010-05-15',
      action: 'DescribeStacks',
      parameters: { StackName: stackName },
    },
    /does not exist/,
  );
  if (described === undefined) return undefined;
  const [stack] = listAt(described.body, 'DescribeStacksResponse', 'DescribeStacksResult', 'Stacks');
  return Object.fromEntries(
    listAt(stack, 'Outputs').map((output) => [
      textAt(output, 'OutputKey') ?? '',
      textAt(output, 'OutputValue') ?? '',
    ]),
  );
}
