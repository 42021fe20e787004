/** Names and ids that AWS would generate, derived from (stack, logical id) so that they are the same in every run. */
import { createHash } from 'node:crypto';

const LOWER_ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Makes an id of `count` lower-case letters and digits that begins with a letter. Ids of APIs have 10 characters, ids
 * of REST resources have 6.
 */
export function makeId(count: number, ...seed: readonly string[]): string {
  const digest = createHash('sha256').update(seed.join('\0')).digest();
  return Array.from({ length: count }, (_unused, index) => {
    const byte = digest[index % digest.length] ?? 0;
    return LOWER_ALPHANUMERIC[byte % (index === 0 ? 26 : 36)] ?? 'a';
  }).join('');
}

/** Makes the value of `GetAtt Role.RoleId`. The user id of the role's sessions begins with it. */
export function makeRoleId(stackName: string, roleLogicalId: string): string {
  return `AROA${makeId(17, stackName, roleLogicalId).toUpperCase()}`;
}

/** Makes the unique id of a user, which `aws:userid` and events contain. */
export function makeUserId(stackName: string, userLogicalId: string): string {
  return `AIDA${makeId(17, stackName, userLogicalId).toUpperCase()}`;
}

/** Makes the key pair of an `AWS::IAM::AccessKey`: its `Ref`, and `GetAtt Key.SecretAccessKey`. */
export function makeUserKey(
  stackName: string,
  keyLogicalId: string,
): { readonly accessKeyId: string; readonly secretAccessKey: string } {
  return {
    accessKeyId: `AKIA${makeId(16, stackName, keyLogicalId).toUpperCase()}`,
    secretAccessKey: makeId(40, stackName, keyLogicalId, 'secret'),
  };
}

/** Makes the id of a REST API's root resource: `GetAtt Api.RootResourceId`, the parent of the first path part. */
export function makeRootResourceId(stackName: string, apiLogicalId: string): string {
  return makeId(10, stackName, apiLogicalId, 'root');
}

/** Returns whether an id is the local id of an API. */
export function isLocalApiId(
  { stack, logicalId }: { readonly stack?: string | undefined; readonly logicalId?: string | undefined },
  apiId: string,
): boolean {
  return stack !== undefined && logicalId !== undefined && apiId === makeId(10, stack, logicalId);
}

/** Makes a name like CloudFormation's: `{stack}-{logicalId}-{12 characters}`. */
export function makeName(stackName: string, logicalId: string, maxLength = 128): string {
  const suffix = makeId(12, stackName, logicalId).toUpperCase();
  const head = `${stackName}-${logicalId}`.slice(0, maxLength - suffix.length - 1);
  return `${head}-${suffix}`;
}

/** Makes `count` hexadecimal digits. Ids of EC2 have 17 digits. */
export function makeHex(count: number, ...seed: readonly string[]): string {
  return createHash('sha512').update(seed.join('\0')).digest('hex').slice(0, count);
}

/** Makes a UUID in the form of RFC 9562, for ids such as the id of an event source mapping. */
export function makeUuid(...seed: readonly string[]): string {
  const hex = createHash('sha256').update(seed.join('\0')).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
