/** What somebody has written down for SSM, Secrets Manager and S3, as far as stacks ask for it while they are loaded. */
export interface StoredValues {
  /** Where it would have to be written: named where something is missing. */
  readonly file: string;
  parameter(name: string): StoredParameter | undefined;
  /** Text of a secret, by its name or ARN. */
  secret(id: string): string | undefined;
  /** Text of an object by `bucket/key`. */
  object(address: string): string | undefined;
}

export type StoredParameter = {
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
};
