import type { JsonObject } from '@gatewright/aws/json-object';

export const VALUES_FILE = 'gatewright.values.yml';

/** The user's local values for SSM, Secrets Manager and S3. Stacks read them while they are loaded. */
export interface StoredValues {
  /** The file to which the user can add missing values. Messages mention it. */
  readonly file: string;
  parameter(name: string): StoredParameter | undefined;
  /** Returns the text of a secret by its name or ARN; undefined if it is not stored. */
  secret(id: string): string | undefined;
  /**
   * Returns the generated value of a secret with `GenerateSecretString`. The value stays the same for the same owner
   * and rules. Absent means that secrets are not generated.
   */
  generatedSecret?(owner: string, spec: JsonObject): string;
  /** Returns the text of an object by `bucket/key`; undefined if it is not stored. */
  object(address: string): string | undefined;
  /**
   * Returns the file in which an object is stored, by `bucket/key`; undefined if its content is given inline, or if it
   * is not stored.
   */
  fileOf(address: string): string | undefined;
}

/** Returns advice on how to provide an S3 object on this machine. */
export function describeStoring(stored: StoredValues | undefined, address: string): string {
  const [bucket = '', ...key] = address.split('/');
  return `write it to ${stored?.file ?? VALUES_FILE} as s3: { ${bucket}: { ${key.join('/')}: !file … } }`;
}

export type StoredParameter = {
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
};
