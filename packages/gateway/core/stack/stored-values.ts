import type { JsonObject } from '@gatewright/aws/json-object';

export const VALUES_FILE = 'gatewright.values.yml';

/** The user's local values of SSM, Secrets Manager and S3 that stacks use while they are loaded. */
export interface StoredValues {
  /** The file in which to add missing values, for messages. */
  readonly file: string;
  parameter(name: string): StoredParameter | undefined;
  /** Text of a secret, by its name or ARN. */
  secret(id: string): string | undefined;
  /**
   * Returns the content for `GenerateSecretString`, which is the same for the same owner and rules. Absent means that
   * the content is not known here.
   */
  generatedSecret?(owner: string, spec: JsonObject): string;
  /** Text of an object by `bucket/key`. */
  object(address: string): string | undefined;
  /** The file in which an object is stored, by `bucket/key`; undefined if its content is given inline. */
  fileOf(address: string): string | undefined;
}

/** Advice on how to provide an S3 object on this machine. */
export function describeStoring(stored: StoredValues | undefined, address: string): string {
  const [bucket = '', ...key] = address.split('/');
  return `write it to ${stored?.file ?? VALUES_FILE} as s3: { ${bucket}: { ${key.join('/')}: !file … } }`;
}

export type StoredParameter = {
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
};
