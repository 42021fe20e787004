/**
 * `protectTables: afterFirst`: DynamoDB refuses to delete a table that an earlier deployment has made. Not one that
 * the running deployment makes: where it fails, CloudFormation takes that table back.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { Template } from './edit-template.ts';

const AFTER_FIRST = 'afterFirst';
const MEMBER = 'DeletionProtectionEnabled';

/** The part of osls's provider that calls AWS. */
export type StackSource = {
  request?(
    service: 'CloudFormation',
    method: 'describeStacks',
    input: { StackName: string },
  ): Promise<unknown>;
};

/** Names of the deployed stack's outputs; none where it is not deployed, or AWS could not be asked. */
export async function deployedOutputs(provider: StackSource, stackName: string): Promise<readonly string[]> {
  const answer = await provider
    .request?.('CloudFormation', 'describeStacks', { StackName: stackName })
    .catch(() => undefined);
  const [stack] = listOf(membersOf(answer)['Stacks']);
  return listOf(membersOf(stack)['Outputs']).map((output) => String(membersOf(output)['OutputKey']));
}

/** @param outputs of the deployed stack: `AccessTableName` stands for AccessTable */
export function protectTables({ Resources }: Template, outputs: readonly string[]): void {
  for (const [id, { Properties }] of Object.entries(Resources))
    if (Properties?.[MEMBER] === AFTER_FIRST) Properties[MEMBER] = outputs.includes(`${id}Name`);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
