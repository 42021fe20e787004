export const VALUES_FILE = 'gatewright.values.yml';

/** What somebody has written down for SSM, Secrets Manager and S3, as far as stacks ask for it while they are loaded. */
export interface StoredValues {
  /** Where it would have to be written: named where something is missing. */
  readonly file: string;
  parameter(name: string): StoredParameter | undefined;
  /** Text of a secret, by its name or ARN. */
  secret(id: string): string | undefined;
  /** Text of an object by `bucket/key`. */
  object(address: string): string | undefined;
  /** The file that an object is written down as, by `bucket/key`; undefined where its content stands there itself. */
  fileOf(address: string): string | undefined;
}

/** How to say where an object of S3 lies on this machine. */
export function wayToStore(stored: StoredValues | undefined, address: string): string {
  const [bucket = '', ...key] = address.split('/');
  return `write it to ${stored?.file ?? VALUES_FILE} as s3: { ${bucket}: { ${key.join('/')}: !file … } }`;
}

export type StoredParameter = {
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
};
