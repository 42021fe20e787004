/**
 * Implements `protectTables: afterFirst`, with which DynamoDB refuses to delete a table that an earlier deployment has
 * created. Tables that the running deployment creates are not protected, so that CloudFormation can delete them again
 * if the deployment fails.
 */
import type { Template } from './edit-template.ts';

const AFTER_FIRST = 'afterFirst';
const PARAMETER = 'ProtectTables';
const MEMBER = 'DeletionProtectionEnabled';

/** The part of osls's provider that lists the deployed stack, using osls's credentials, endpoint and proxy. */
export type StackSource = {
  getStackResources?(): Promise<
    readonly { readonly LogicalResourceId?: string; readonly ResourceStatus?: string }[]
  >;
};

/**
 * Matches the states in which CloudFormation lists a resource that the stack no longer has, never had or is
 * deleting.
 */
const GONE = /^(DELETE_|CREATE_FAILED$)/;
/** The valid values of the setting. `true` and `false` are strings, because `--param` passes strings. */
const SETTINGS: readonly unknown[] = [AFTER_FIRST, 'true', 'false'];

/**
 * Returns the logical ids of the deployed resources, or an empty list if the stack is not deployed. If AWS could not be
 * queried, returns the reason.
 */
export async function deployedIds(
  provider: StackSource,
  stackName: string,
): Promise<readonly string[] | Error> {
  try {
    const resources = await provider.getStackResources?.();
    if (resources === undefined)
      return new Error('this version of osls cannot list the resources of a stack');
    return resources.flatMap(({ LogicalResourceId: id, ResourceStatus: status = '' }) =>
      id === undefined || GONE.test(status) ? [] : [id],
    );
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    // oxlint-disable-next-line gatewright/no-recognition-by-text -- a ValidationError may be anything
    return error.message.includes(`Stack with id ${stackName} does not exist`) ? [] : error;
  }
}

/** Returns a sentence about a setting that CloudFormation would refuse; undefined if there is none. */
export function findWrongSetting({ Resources }: Template): string | undefined {
  const settings = Object.values(Resources).map(({ Properties }) => Properties?.[MEMBER]);
  const wrong = settings.find((setting) => typeof setting === 'string' && !SETTINGS.includes(setting));
  return wrong === undefined
    ? undefined
    : `protectTables is ${JSON.stringify(wrong)}: write true, false or ${AFTER_FIRST}`;
}

/**
 * @param deployed logical ids, or an error if they are unknown; in that case, a table that may be deployed stays
 * protected
 * @returns a warning if the ids are unknown
 */
export function protectTables(
  { Resources }: Template,
  deployed: readonly string[] | Error,
): string | undefined {
  const unseen: string[] = [];
  for (const [id, { Properties = {} }] of Object.entries(Resources)) {
    if (Properties[MEMBER] !== AFTER_FIRST) continue;
    Properties[MEMBER] = deployed instanceof Error || deployed.includes(id);
    if (deployed instanceof Error) unseen.push(id);
  }
  if (!(deployed instanceof Error) || unseen.length === 0) return undefined;
  const [reason = ''] = deployed.message.split('\n', 1);
  return `the resources of the deployed stack could not be read: ${reason.replace(/\.$/, '')}; ${unseen.join(', ')} get deletion protection, so if this is the first deployment and it fails, CloudFormation cannot delete them; for a first deployment, pass --param protectTables=false`;
}

/**
 * Replaces the setting with a parameter, for other deploy tools, which do not look up what is deployed. With the
 * parameter, the user states whether this is the first deployment.
 */
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
      Description:
        'Deletion protection of the tables. Write false for a first deployment, so that its tables can be deleted if it fails and is rolled back',
    },
  };
}
