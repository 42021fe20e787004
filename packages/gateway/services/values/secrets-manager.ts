/**
 * Secrets for functions (Secrets Manager API reference). Each secret has the version AWSCURRENT and, after a call that
 * writes it, AWSPREVIOUS.
 */
import { ServiceRefusal } from '../../core/errors.ts';
import { createHash } from 'node:crypto';
import { asList, asText } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { currentVersion } from './local-values.ts';
import type { LocalValues, Secret, SecretVersion } from './local-values.ts';
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
  unservedOperation,
} from './value-call.ts';
import type { Home } from './value-call.ts';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { SECRETSMANAGER_MODEL } from '../../kernel/calls/models/secretsmanager.ts';

const MODEL = new CallModel(SECRETSMANAGER_MODEL);

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const MAX_BATCH = 20;

export function createSecretsManager(values: LocalValues, accountId: string): AwsService {
  return (call) => {
    const home = { region: call.region, accountId };
    const name = actionOf(call, 'secretsmanager');
    const reply = answerJson('secretsmanager', () => {
      if (name === OF_SEVERAL_SECRETS) return getBatch(call, values, home);
      const describe = Object.hasOwn(OF_ONE_SECRET, name) ? OF_ONE_SECRET[name] : undefined;
      if (describe === undefined) throw unservedOperation(name, 'secretsmanager');
      const fields = checkedFields(MODEL, name, fieldsOf(call));
      const id = textField(fields, 'SecretId');
      const secret = values.secret(id);
      const resource = secret === undefined ? arnOf(id, home) : arnOfSecret(secret, home);
      const refusal = refuseUnlessAllowed(call, [{ action: `secretsmanager:${name}`, resource }]);
      if (refusal !== undefined) return refusal;
      if (secret === undefined) throw notFound("can't find the specified secret.");
      return describe(fields, secret, home, values);
    });
    return Promise.resolve(reply);
  };
}

const OF_SEVERAL_SECRETS = 'BatchGetSecretValue';
const OF_ONE_SECRET: Readonly<
  Record<string, (fields: UnknownMembers, secret: Secret, home: Home, values: LocalValues) => UnknownMembers>
> = { GetSecretValue: getValue, DescribeSecret: getFacts, PutSecretValue: putValue };
export const SECRETS_CALLS: readonly string[] = [...Object.keys(OF_ONE_SECRET), OF_SEVERAL_SECRETS];

function getValue(fields: UnknownMembers, secret: Secret, home: Home): UnknownMembers {
  const [stage, id] = [asText(fields['VersionStage']), asText(fields['VersionId'])];
  const all = versionsOf(secret);
  const found = all.find((one) => (id === undefined ? one.stage === (stage ?? CURRENT) : one.id === id));
  // If the call names a version, AWS looks for the stage at this version [obs].
  if (id !== undefined && found !== undefined && stage !== undefined && stage !== found.stage)
    throw new ServiceRefusal(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  if (found === undefined)
    throw notFound(
      id === undefined || all.length === 0
        ? `can't find the specified secret value for staging label: ${stage ?? CURRENT}`
        : `can't find the specified secret value for VersionId: ${id}`,
    );
  const { bytes, isText } = found.content;
  return {
    ARN: arnOfSecret(secret, home),
    CreatedDate: found.changedMs / 1000,
    Name: secret.name,
    ...(isText ? { SecretString: bytes.toString('utf8') } : { SecretBinary: bytes.toString('base64') }),
    VersionId: found.id,
    VersionStages: [found.stage],
  };
}

function getFacts(_fields: UnknownMembers, secret: Secret, home: Home): UnknownMembers {
  const { name, changedMs, shown } = secret;
  const all = versionsOf(secret);
  return {
    ...shown,
    ARN: arnOfSecret(secret, home),
    CreatedDate: changedMs / 1000,
    LastChangedDate: (all[0]?.changedMs ?? changedMs) / 1000,
    Name: name,
    VersionIdsToStages:
      all.length === 0 ? undefined : Object.fromEntries(all.map(({ id, stage }) => [id, [stage]])),
  };
}

type StagedVersion = SecretVersion & { readonly stage: string };

/** Returns the current version and then the previous version; an empty list if the secret has no value. */
function versionsOf(secret: Secret): readonly StagedVersion[] {
  const [current, previous] = [currentVersion(secret), secret.versions?.previous];
  return [
    ...(current === undefined ? [] : [{ ...current, stage: CURRENT }]),
    ...(previous === undefined ? [] : [{ ...previous, stage: PREVIOUS }]),
  ];
}

/**
 * Writes a version that becomes the current one. The sources of the messages are in the test; the message about a
 * version that exists with another value is ours.
 */
function putValue(fields: UnknownMembers, secret: Secret, home: Home, values: LocalValues): UnknownMembers {
  const {
    SecretString: text,
    SecretBinary: binary,
    ClientRequestToken: token,
    VersionStages: stages,
  } = fields;
  const others = asList(stages).some((stage) => stage !== CURRENT);
  if (others) throw notServed('VersionStages of PutSecretValue', 'secretsmanager');
  if (fields['RotationToken'] !== undefined)
    throw notServed('RotationToken of PutSecretValue', 'secretsmanager');
  if (typeof token !== 'string')
    throw new ServiceRefusal(
      'InvalidRequestException',
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    );
  if (typeof text === 'string' && typeof binary === 'string')
    throw new ServiceRefusal(
      'InvalidParameterException',
      'The request had invalid params: You can’t specify both a binary secret value and a string secret value in the same secret.',
    );
  const given = typeof text === 'string' ? text : asText(binary);
  if (given === undefined)
    throw new ServiceRefusal(
      'InvalidRequestException',
      'You must provide either SecretString or SecretBinary.',
    );
  const isText = typeof text === 'string';
  const content = {
    bytes: Buffer.from(given, isText ? 'utf8' : 'base64'),
    isText,
    contentType: 'text/plain',
  };
  const written = { ARN: arnOfSecret(secret, home), Name: secret.name, VersionId: token };
  const known = versionsOf(secret).find(({ id }) => id === token);
  if (known === undefined) {
    values.putSecret(secret, token, content);
    return { ...written, VersionStages: [CURRENT] };
  }
  if (known.content.isText !== isText || !known.content.bytes.equals(content.bytes))
    throw new ServiceRefusal(
      'ResourceExistsException',
      `The version ${token} exists with another value, and the value of a version cannot be changed.`,
    );
  return { ...written, VersionStages: [known.stage] };
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
    else if (secret === undefined || versionsOf(secret).length === 0)
      fail('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    else found.push(getValue({}, secret, home));
  }
  return { SecretValues: found, Errors: errors };
}

function notFound(message: string): ServiceRefusal {
  return new ServiceRefusal('ResourceNotFoundException', `Secrets Manager ${message}`);
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
