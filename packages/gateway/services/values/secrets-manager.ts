/** Secrets for functions (Secrets Manager API reference). Each secret has only the version AWSCURRENT. */
import { ServiceRefusal } from '../../core/errors.ts';
import { createHash } from 'node:crypto';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { LocalValues, Secret } from './local-values.ts';
import {
  type AwsCall,
  type AwsService,
  findDenial,
  refuseUnlessAllowed,
} from '../../kernel/calls/aws-call.ts';
import {
  actionOf,
  answerJson,
  checkedFields,
  fieldsOf,
  notServed,
  textField,
  textsField,
} from './value-call.ts';
import type { Home } from './value-call.ts';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { SECRETSMANAGER_MODEL } from '../../kernel/calls/models/secretsmanager.ts';

const MODEL = new CallModel(SECRETSMANAGER_MODEL);

const CURRENT = 'AWSCURRENT';
const MAX_BATCH = 20;

export function createSecretsManager(values: LocalValues, accountId: string): AwsService {
  return (call) => {
    const home = { region: call.region, accountId };
    const name = actionOf(call, 'secretsmanager');
    const reply = answerJson(() => {
      if (name === OF_SEVERAL_SECRETS) return getBatch(call, values, home);
      const describe = Object.hasOwn(OF_ONE_SECRET, name) ? OF_ONE_SECRET[name] : undefined;
      if (describe === undefined) throw notServed(`${name} of Secrets Manager`, 'secretsmanager');
      const fields = checkedFields(MODEL, name, fieldsOf(call));
      const id = textField(fields, 'SecretId');
      const secret = values.secret(id);
      const resource = secret === undefined ? arnOf(id, home) : arnOfSecret(secret, home);
      const refusal = refuseUnlessAllowed(call, [{ action: `secretsmanager:${name}`, resource }]);
      if (refusal !== undefined) return refusal;
      if (secret === undefined) throw notFound("can't find the specified secret.");
      return describe(fields, secret, home);
    });
    return Promise.resolve(reply);
  };
}

const OF_SEVERAL_SECRETS = 'BatchGetSecretValue';
const OF_ONE_SECRET: Readonly<
  Record<string, (fields: UnknownMembers, secret: Secret, home: Home) => UnknownMembers>
> = { GetSecretValue: getValue, DescribeSecret: getFacts };
export const SECRETS_CALLS: readonly string[] = [...Object.keys(OF_ONE_SECRET), OF_SEVERAL_SECRETS];

function getValue(fields: UnknownMembers, secret: Secret, home: Home): UnknownMembers {
  const { VersionStage: stage = CURRENT, VersionId: version = versionId(secret) } = fields;
  const { content, name, changedMs } = secret;
  // If the call names a version, AWS looks for the stage at this version [obs].
  if (content !== undefined && fields['VersionId'] === versionId(secret) && stage !== CURRENT)
    throw new ServiceRefusal(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  if (content === undefined || stage !== CURRENT)
    throw notFound(`can't find the specified secret value for staging label: ${String(stage)}`);
  if (version !== versionId(secret))
    throw notFound(`can't find the specified secret value for VersionId: ${String(version)}`);
  return {
    ARN: arnOfSecret(secret, home),
    CreatedDate: changedMs / 1000,
    Name: name,
    ...(content.isText
      ? { SecretString: content.bytes.toString('utf8') }
      : { SecretBinary: content.bytes.toString('base64') }),
    VersionId: versionId(secret),
    VersionStages: [CURRENT],
  };
}

function getFacts(_fields: UnknownMembers, secret: Secret, home: Home): UnknownMembers {
  const { name, changedMs, content, shown } = secret;
  return {
    ...shown,
    ARN: arnOfSecret(secret, home),
    CreatedDate: changedMs / 1000,
    LastChangedDate: changedMs / 1000,
    Name: name,
    VersionIdsToStages: content && { [versionId(secret)]: [CURRENT] },
  };
}

function getBatch(
  call: AwsCall,
  values: LocalValues,
  home: Home,
): UnknownMembers | ReturnType<typeof answerJson> {
  const action = 'secretsmanager:BatchGetSecretValue';
  const refusal = refuseUnlessAllowed(call, [{ action, resource: '*' }]);
  if (refusal !== undefined) return refusal;
  const fields = checkedFields(MODEL, OF_SEVERAL_SECRETS, fieldsOf(call));
  if (fields['Filters'] !== undefined) throw notServed('Filters of BatchGetSecretValue', 'secretsmanager');
  const found: UnknownMembers[] = [];
  const errors: UnknownMembers[] = [];
  for (const id of textsField(fields, 'SecretIdList', MAX_BATCH)) {
    const secret = values.secret(id);
    const resource = secret === undefined ? arnOf(id, home) : arnOfSecret(secret, home);
    const denial = findDenial(call.caller, [{ action: 'secretsmanager:GetSecretValue', resource }]);
    const fail = (code: string, message: string) =>
      errors.push({ SecretId: id, ErrorCode: code, Message: message });
    if (denial !== undefined) fail('AccessDeniedException', denial);
    else if (secret?.content === undefined)
      fail('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    else found.push(getValue({}, secret, home));
  }
  return { SecretValues: found, Errors: errors };
}

function notFound(message: string): ServiceRefusal {
  return new ServiceRefusal('ResourceNotFoundException', `Secrets Manager ${message}`);
}

/** Returns an id that distinguishes the versions of a secret without revealing its value. */
function versionId({ name, version }: Secret): string {
  const hex = createHash('sha256').update(`${version} ${name}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

function arnOfSecret({ arn, name }: Secret, home: Home): string {
  return arn ?? arnOf(name, home);
}

/** Returns the ARN of a secret. AWS appends six characters to the name. Policies match them with `name-??????`. */
function arnOf(name: string, { region, accountId }: Home): string {
  if (name.startsWith('arn:')) return name;
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${suffix}`;
}
