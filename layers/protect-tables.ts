/**
 * `protectTables: afterFirst`: DynamoDB refuses to delete a table that an earlier deployment has made. Not one that
 * the running deployment makes: where it fails, CloudFormation takes that table back.
 */
import { readStackOutputs } from '@gatewright/authoring/account/find-api-id';
import { createSignedGet } from '@gatewright/authoring/account/signed-get';
import { accountOf } from './look-up-ids.ts';
import type { CredentialSource } from './look-up-ids.ts';
import type { Template } from './edit-template.ts';

const AFTER_FIRST = 'afterFirst';
const PARAMETER = 'ProtectTables';
const MEMBER = 'DeletionProtectionEnabled';

/**
 * Names of the deployed stack's outputs, none where it is not deployed; the reason where AWS could not be asked.
 * By a request of our own: osls 4 has no `provider.request` any more.
 */
export async function deployedOutputs(
  provider: CredentialSource,
  stackName: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<readonly string[] | Error> {
  try {
    const aws = createSignedGet(await accountOf(provider, environment));
    return [...(await readStackOutputs(aws, stackName)).keys()];
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * @param outputs of the deployed stack: `AccessTableName` stands for AccessTable; where they are unknown, a table that
 * may be deployed stays protected
 * @returns a warning where that was so
 */
export function protectTables(
  { Resources }: Template,
  outputs: readonly string[] | Error,
): string | undefined {
  const ids = Object.keys(Resources).filter((id) => Resources[id]?.Properties?.[MEMBER] === AFTER_FIRST);
  for (const id of ids)
    Reflect.set(
      Resources[id]?.Properties ?? {},
      MEMBER,
      outputs instanceof Error || outputs.includes(`${id}Name`),
    );
  if (!(outputs instanceof Error) || ids.length === 0) return undefined;
  const [reason = ''] = outputs.message.split('\n', 1);
  return `the outputs of the deployed stack could not be read: ${reason.replace(/\.$/, '')}; ${ids.join(', ')} will be created with deletion protection, so CloudFormation cannot delete them if this is the first deployment and it fails`;
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
