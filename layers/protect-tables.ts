/**
 * `protectTables: afterFirst`: DynamoDB refuses to delete a table that an earlier deployment has made. Not one that
 * the running deployment makes: where it fails, CloudFormation takes that table back.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { Template } from './edit-template.ts';

const AFTER_FIRST = 'afterFirst';
const PARAMETER = 'ProtectTables';
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

/** For other deploy tools: what is deployed is not looked up, so the first deployment may say so. */
export function protectByParameter(template: Template): void {
  const tables = Object.values(template.Resources).filter(
    ({ Properties }) => Properties?.[MEMBER] === AFTER_FIRST,
  );
  if (tables.length === 0) return;
  for (const { Properties } of tables) Reflect.set(Properties ?? {}, MEMBER, { Ref: PARAMETER });
  template.Parameters = {
    ...template.Parameters,
    [PARAMETER]: {
      Type: 'String',
      AllowedValues: ['true', 'false'],
      Default: 'true',
      Description: 'false for a first deployment that may fail and be taken back',
    },
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
