/**
 * Reads secrets as parameters of SSM (Systems Manager user guide, "Referencing AWS Secrets Manager secrets from
 * Parameter Store parameters").
 */
import { ServiceRefusal } from '../../core/errors.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { versionsOf } from './local-values.ts';
import type { LocalValues, Secret } from './local-values.ts';
import { arnOfSecret, getValue } from './secrets-manager.ts';
import type { Home } from './value-call.ts';

const PATH = '/aws/reference/secretsmanager/';

/** Whether the name of a parameter refers to a secret. */
export function isSecretReference(name: string): boolean {
  return name.startsWith(PATH);
}

/**
 * Returns the permission that a caller needs for the secret, besides the permission for the parameter; undefined if the
 * secret does not exist.
 */
export function rightOfReference(
  name: string,
  values: LocalValues,
  home: Home,
): { readonly action: string; readonly resource: string } | undefined {
  const secret = values.secret(name.slice(PATH.length));
  return secret && { action: 'secretsmanager:GetSecretValue', resource: arnOfSecret(secret, home) };
}

type Reference = {
  readonly name: string;
  /** A staging label, or the id of a version. */
  readonly selector: string | undefined;
  readonly isDecrypted: boolean;
  /** The ARN of the parameter, which AWS shows. */
  readonly arn: string;
};

/**
 * Reads a secret as a parameter.
 * @throws ServiceRefusal if the call does not ask for decryption, or if there is no such secret or version
 */
export function readSecretReference(
  { name, selector, isDecrypted, arn }: Reference,
  values: LocalValues,
  home: Home,
): UnknownMembers {
  if (!isDecrypted)
    throw new ServiceRefusal(
      'ValidationException',
      'WithDecryption flag must be True for retrieving a Secret Manager secret.',
    );
  const secret = values.secret(name.slice(PATH.length));
  if (secret === undefined || secret.deletedMs !== undefined) throw notFound(name);
  const { ARN, CreatedDate, Name, SecretString, SecretBinary, VersionId, VersionStages } = getValue(
    selector === undefined
      ? {}
      : { [isVersionId(selector, secret) ? 'VersionId' : 'VersionStage']: selector },
    secret,
    home,
    values,
  );
  return {
    ARN: arn,
    DataType: 'text',
    LastModifiedDate: CreatedDate,
    Name: name,
    ...(selector !== undefined && { Selector: `:${selector}` }),
    SourceResult: JSON.stringify({
      ARN,
      name: Name,
      versionId: VersionId,
      secretString: SecretString,
      secretBinary: SecretBinary,
      versionStages: VersionStages,
      createdDate: new Date(Number(CreatedDate) * 1000).toISOString(),
    }),
    Type: 'SecureString',
    Value: SecretString ?? SecretBinary,
    Version: 0,
  };
}

/** Whether the selector is the id of a version. Ids are UUIDs, unless the caller of PutSecretValue chose another id. */
function isVersionId(selector: string, secret: Secret): boolean {
  return /^[\da-f]{8}-/i.test(selector) || versionsOf(secret).some(({ id }) => id === selector);
}

function notFound(name: string): ServiceRefusal {
  return new ServiceRefusal(
    'ParameterNotFound',
    `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret ${name.slice(1)} not found.`,
  );
}
