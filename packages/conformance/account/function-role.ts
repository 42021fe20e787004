/** The execution role of functions. Each run has one role, which may only write logs. */
import { PREFIX } from './own-names.ts';
import { elementOf, query } from './signed-query.ts';
import type { QueryAccess } from './signed-query.ts';

const LOGS = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

export function roleNameOf(runId: string): string {
  return `${PREFIX}${runId}`;
}

/**
 * @returns the role's ARN
 * @throws Error with IAM's response
 */
export async function makeRole(access: QueryAccess, name: string): Promise<string> {
  const made = await query(access, 'iam', {
    Action: 'CreateRole',
    RoleName: name,
    AssumeRolePolicyDocument: TRUST,
  });
  const arn = elementOf(made.text, 'Arn');
  if (made.status !== 200 || arn === undefined)
    throw new Error(`CreateRole: ${made.status} ${elementOf(made.text, 'Code') ?? made.text.slice(0, 200)}`);
  await query(access, 'iam', { Action: 'AttachRolePolicy', RoleName: name, PolicyArn: LOGS });
  return arn;
}

/** @returns the reason if the role could not be removed */
export async function removeRole(access: QueryAccess, name: string): Promise<string | undefined> {
  await query(access, 'iam', { Action: 'DetachRolePolicy', RoleName: name, PolicyArn: LOGS });
  const { status, text } = await query(access, 'iam', { Action: 'DeleteRole', RoleName: name });
  return status === 200 || status === 404
    ? undefined
    : `role ${name}: DeleteRole responded with ${status} ${elementOf(text, 'Code') ?? ''}`;
}

/** Returns the names of the roles of all runs; empty if the endpoint does not offer IAM. */
export async function listRoles(access: QueryAccess): Promise<readonly string[]> {
  const names: string[] = [];
  let marker: string | undefined;
  do {
    const { status, text } = await query(access, 'iam', {
      Action: 'ListRoles',
      MaxItems: '1000',
      ...(marker === undefined ? {} : { Marker: marker }),
    });
    if (status !== 200) return names;
    for (const [, name = ''] of text.matchAll(/<RoleName>([^<]*)<\/RoleName>/g))
      if (name.startsWith(PREFIX)) names.push(name);
    marker = elementOf(text, 'Marker');
  } while (marker !== undefined);
  return names;
}
