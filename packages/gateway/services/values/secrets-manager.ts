/** Secrets for functions (Secrets Manager API reference). Secrets are defined by templates and the values file. */
import { ServiceRefusal } from '../../core/errors.ts';
import { createHash } from 'node:crypto';
import { asList, asText, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { hasFilters, inOrder, pageOf } from './find-secrets.ts';
import type { OrderTimes } from './find-secrets.ts';
import { versionsOf } from './local-values.ts';
import type { LocalValues, Secret } from './local-values.ts';
import { isForced, MARKED, readRecoveryMs, refuseMarked } from './secret-deletion.ts';
import { CURRENT, moveStages, removeStage } from './secret-versions.ts';
import type { Content } from './value-definitions.ts';
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

const MAX_BATCH = 20;
const MAX_PAGE = 100;

export function createSecretsManager(values: LocalValues, accountId: string): AwsService {
  return (call) => {
    const home = { region: call.region, accountId };
    const name = actionOf(call, 'secretsmanager');
    const reply = answerJson('secretsmanager', () => {
      if (name === OF_SEVERAL_SECRETS) return getBatch(call, values, home);
      if (name === OF_ALL_SECRETS) return listSecrets(call, values, home);
      const describe = Object.hasOwn(OF_ONE_SECRET, name) ? OF_ONE_SECRET[name] : undefined;
      if (describe === undefined) throw unservedOperation(name, 'secretsmanager');
      const fields = checkedFields(MODEL, name, fieldsOf(call));
      const id = textField(fields, 'SecretId');
      const secret = values.secret(id);
      const resource = secret === undefined ? arnOf(id, home) : arnOfSecret(secret, home);
      const refusal = refuseUnlessAllowed(call, [{ action: `secretsmanager:${name}`, resource }]);
      if (refusal !== undefined) return refusal;
      // A forced deletion succeeds even if there is no secret.
      if (secret === undefined && name === 'DeleteSecret' && isForced(fields))
        return { ARN: resource, Name: id, DeletionDate: values.nowMs / 1000 };
      if (secret === undefined) throw notFound("can't find the specified secret.");
      refuseMarked(name, fields, secret);
      return describe(fields, secret, home, values);
    });
    return Promise.resolve(reply);
  };
}

const OF_SEVERAL_SECRETS = 'BatchGetSecretValue';
const OF_ALL_SECRETS = 'ListSecrets';
const OF_ONE_SECRET: Readonly<
  Record<string, (fields: UnknownMembers, secret: Secret, home: Home, values: LocalValues) => UnknownMembers>
> = {
  DeleteSecret: remove,
  GetSecretValue: getValue,
  DescribeSecret: getFacts,
  ListSecretVersionIds: listVersions,
  PutSecretValue: putValue,
  RestoreSecret: restore,
  TagResource: tag,
  UntagResource: untag,
  UpdateSecret: update,
  UpdateSecretVersionStage: moveStage,
};
export const SECRETS_CALLS: readonly string[] = [
  ...Object.keys(OF_ONE_SECRET),
  OF_SEVERAL_SECRETS,
  OF_ALL_SECRETS,
];

/** Reads a version of a secret, and notes the day of the read. */
export function getValue(
  fields: UnknownMembers,
  secret: Secret,
  home: Home,
  values: LocalValues,
): UnknownMembers {
  const [stage, id] = [asText(fields['VersionStage']), asText(fields['VersionId'])];
  const all = versionsOf(secret);
  const found = all.find((one) => (id === undefined ? one.stages.includes(stage ?? CURRENT) : one.id === id));
  // If the call names a version and a staging label, AWS requires that this version has the label [obs].
  if (id !== undefined && found !== undefined && stage !== undefined && !found.stages.includes(stage))
    throw new ServiceRefusal(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  if (found === undefined)
    throw notFound(
      id === undefined
        ? `can't find the specified secret value for staging label: ${stage ?? CURRENT}`
        : `can't find the specified secret value for VersionId: ${id}`,
    );
  values.noteAccess(secret, found.id);
  const { bytes, isText } = found.content;
  return {
    ARN: arnOfSecret(secret, home),
    CreatedDate: found.changedMs / 1000,
    Name: secret.name,
    ...(isText ? { SecretString: bytes.toString('utf8') } : { SecretBinary: bytes.toString('base64') }),
    VersionId: found.id,
    VersionStages: found.stages.length === 0 ? undefined : found.stages,
  };
}

function changedMsOf(secret: Secret): number {
  return versionsOf(secret).at(-1)?.changedMs ?? secret.changedMs;
}

function getFacts(_fields: UnknownMembers, secret: Secret, home: Home, values: LocalValues): UnknownMembers {
  const { name, changedMs, shown, deletedMs } = secret;
  const all = versionsOf(secret);
  return {
    ...shown,
    ARN: arnOfSecret(secret, home),
    CreatedDate: changedMs / 1000,
    DeletedDate: deletedMs === undefined ? undefined : deletedMs / 1000,
    LastAccessedDate: values.accessedDay(secret),
    LastChangedDate: changedMsOf(secret) / 1000,
    Name: name,
    VersionIdsToStages:
      all.length === 0
        ? undefined
        : Object.fromEntries(
            all.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]),
          ),
  };
}

/** Writes a version, which becomes the current one unless the call names other labels. */
function putValue(fields: UnknownMembers, secret: Secret, home: Home, values: LocalValues): UnknownMembers {
  const token = readToken(fields);
  const content = readContent(fields);
  if (content === undefined)
    throw new ServiceRefusal(
      'InvalidRequestException',
      'You must provide either SecretString or SecretBinary.',
    );
  if (fields['RotationToken'] !== undefined)
    throw notServed('RotationToken of PutSecretValue', 'secretsmanager');
  const asked = asList(fields['VersionStages']).flatMap((stage) => asText(stage) ?? []);
  const stages = write(secret, { token, content, stages: asked.length === 0 ? [CURRENT] : asked }, values);
  return { ARN: arnOfSecret(secret, home), Name: secret.name, VersionId: token, VersionStages: stages };
}

/** Changes the description and the key, and writes a current version if the call has a value. */
function update(fields: UnknownMembers, secret: Secret, home: Home, values: LocalValues): UnknownMembers {
  const token = readToken(fields);
  const content = readContent(fields);
  if (content !== undefined) write(secret, { token, content, stages: [CURRENT] }, values);
  const { Description, KmsKeyId } = fields;
  const shown = {
    ...(Description !== undefined && { Description }),
    ...(KmsKeyId !== undefined && { KmsKeyId }),
  };
  const written = values.secret(secret.name) ?? secret;
  if (Object.keys(shown).length > 0) values.putSecret(written, { shown });
  return {
    ARN: arnOfSecret(secret, home),
    Name: secret.name,
    VersionId: content === undefined ? undefined : token,
  };
}

function remove(fields: UnknownMembers, secret: Secret, home: Home, values: LocalValues): UnknownMembers {
  const deletedMs = values.deleteSecret(secret, readRecoveryMs(fields));
  return { ARN: arnOfSecret(secret, home), Name: secret.name, DeletionDate: deletedMs / 1000 };
}

function restore(_fields: UnknownMembers, secret: Secret, home: Home, values: LocalValues): UnknownMembers {
  values.putSecret(secret, { deletedMs: undefined });
  return { ARN: arnOfSecret(secret, home), Name: secret.name };
}

function tag(fields: UnknownMembers, secret: Secret, _home: Home, values: LocalValues): UnknownMembers {
  const given = asList(fields['Tags']);
  putTags(secret, [...tagsWithout(secret, given.map(keyOfTag)), ...given], values);
  return {};
}

function untag(fields: UnknownMembers, secret: Secret, _home: Home, values: LocalValues): UnknownMembers {
  putTags(secret, tagsWithout(secret, asList(fields['TagKeys'])), values);
  return {};
}

function tagsWithout({ shown }: Secret, keys: readonly unknown[]): readonly unknown[] {
  return asList(shown['Tags']).filter((one) => !keys.includes(keyOfTag(one)));
}

function keyOfTag(one: unknown): unknown {
  return membersOf(one)['Key'];
}

function putTags(secret: Secret, Tags: readonly unknown[], values: LocalValues): void {
  values.putSecret(secret, { shown: { Tags } });
}

/** A call without a token gets this message. SDKs add a token [obs: secretsmanager]. */
function readToken({ ClientRequestToken: token }: UnknownMembers): string {
  if (typeof token === 'string') return token;
  throw new ServiceRefusal(
    'InvalidRequestException',
    'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
  );
}

function readContent({ SecretString: text, SecretBinary: binary }: UnknownMembers): Content | undefined {
  if (typeof text === 'string' && typeof binary === 'string')
    throw new ServiceRefusal(
      'InvalidParameterException',
      'The request had invalid params: You can’t specify both a binary secret value and a string secret value in the same secret.',
    );
  const isText = typeof text === 'string';
  const given = isText ? text : asText(binary);
  if (given === undefined) return undefined;
  return { bytes: Buffer.from(given, isText ? 'utf8' : 'base64'), isText, contentType: 'text/plain' };
}

type NewVersion = {
  readonly token: string;
  readonly content: Content;
  readonly stages: readonly string[];
};

/** Returns the labels of the version. The message about a version that exists with another value is ours. */
function write(
  secret: Secret,
  { token, content, stages }: NewVersion,
  values: LocalValues,
): readonly string[] {
  const known = versionsOf(secret).find(({ id }) => id === token);
  if (known === undefined) {
    const versions = moveStages(values.withVersion(secret, token, content), token, stages);
    values.putSecret(secret, { versions });
    return versions.find(({ id }) => id === token)?.stages ?? stages;
  }
  if (known.content.isText !== content.isText || !known.content.bytes.equals(content.bytes))
    throw new ServiceRefusal(
      'ResourceExistsException',
      `The version ${token} already exists with a different value, and the value of a version cannot be changed.`,
    );
  return known.stages;
}

/** Moves a label between versions, attaches it or detaches it. The last two messages are ours. */
function moveStage(fields: UnknownMembers, secret: Secret, home: Home, values: LocalValues): UnknownMembers {
  const stage = textField(fields, 'VersionStage');
  const [to, from] = [asText(fields['MoveToVersionId']), asText(fields['RemoveFromVersionId'])];
  const versions = versionsOf(secret);
  const holder = versions.find(({ stages }) => stages.includes(stage))?.id;
  for (const id of [to, from])
    if (id !== undefined && !versions.some((version) => version.id === id))
      throw notFound(`can't find the specified secret value for VersionId: ${id}`);
  if (from === undefined && holder !== undefined && holder !== to)
    throw new ServiceRefusal(
      'InvalidParameterException',
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  if (from !== undefined && from !== holder)
    throw new ServiceRefusal(
      'InvalidParameterException',
      `The staging label ${stage} is not attached to the version ${from} that RemoveFromVersionId names.`,
    );
  if (to === undefined && stage === CURRENT)
    throw new ServiceRefusal(
      'InvalidParameterException',
      `The staging label ${CURRENT} cannot be removed; set MoveToVersionId to the version that gets the label.`,
    );
  const changed = to === undefined ? removeStage(versions, stage) : moveStages(versions, to, [stage]);
  values.putSecret(secret, { versions: changed });
  return { ARN: arnOfSecret(secret, home), Name: secret.name };
}

function listVersions(
  fields: UnknownMembers,
  secret: Secret,
  home: Home,
  values: LocalValues,
): UnknownMembers {
  const isAll = fields['IncludeDeprecated'] === true;
  const page = pageOf(
    versionsOf(secret).filter(({ stages }) => isAll || stages.length > 0),
    fields,
    MAX_PAGE,
  );
  if (page === undefined) throw wrongToken();
  return {
    ARN: arnOfSecret(secret, home),
    Name: secret.name,
    NextToken: page.next,
    Versions: page.shown.map(({ id, changedMs, stages }) => ({
      CreatedDate: changedMs / 1000,
      KmsKeyIds: [asText(secret.shown['KmsKeyId']) ?? 'DefaultEncryptionKey'],
      LastAccessedDate: values.accessedDay(secret, id),
      VersionId: id,
      VersionStages: stages.length === 0 ? undefined : stages,
    })),
  };
}

function listSecrets(
  call: AwsCall,
  values: LocalValues,
  home: Home,
): UnknownMembers | ReturnType<typeof answerJson> {
  const action = `secretsmanager:${OF_ALL_SECRETS}`;
  const refusal = refuseUnlessAllowed(call, [{ action, resource: '*' }]);
  if (refusal !== undefined) return refusal;
  const fields = checkedFields(MODEL, OF_ALL_SECRETS, fieldsOf(call));
  const withMarked = fields['IncludePlannedDeletion'] === true;
  const found = values.secrets.filter(
    (secret) => (withMarked || secret.deletedMs === undefined) && hasFilters(secret, fields['Filters']),
  );
  const page = pageOf(inOrder(found, fields, timesOf(values)), fields, MAX_PAGE);
  if (page === undefined) throw wrongToken();
  return {
    NextToken: page.next,
    SecretList: page.shown.map((secret) => {
      const { VersionIdsToStages: SecretVersionsToStages, ...facts } = getFacts({}, secret, home, values);
      return { ...facts, SecretVersionsToStages };
    }),
  };
}

function timesOf(values: LocalValues): OrderTimes {
  return { changed: changedMsOf, accessed: (secret) => values.accessedDay(secret) ?? 0 };
}

function wrongToken(): ServiceRefusal {
  return new ServiceRefusal('InvalidNextTokenException', 'The NextToken value is invalid.');
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
  const { Filters: filters } = fields;
  const page =
    filters === undefined
      ? { shown: textsField(fields, 'SecretIdList', MAX_BATCH), next: undefined }
      : pageOf(
          values.secrets
            .filter((secret) => secret.deletedMs === undefined && hasFilters(secret, filters))
            .map(({ name }) => name),
          fields,
          MAX_BATCH,
        );
  if (page === undefined) throw wrongToken();
  const found: UnknownMembers[] = [];
  const errors: UnknownMembers[] = [];
  for (const id of page.shown) {
    const secret = values.secret(id);
    const resource = secret === undefined ? arnOf(id, home) : arnOfSecret(secret, home);
    const denial = findDenial(call.caller, [{ action: 'secretsmanager:GetSecretValue', resource }]);
    const fail = (code: string, message: string) =>
      errors.push({ SecretId: id, ErrorCode: code, Message: message });
    if (denial !== undefined) fail('AccessDeniedException', denial);
    else if (secret === undefined || versionsOf(secret).length === 0)
      fail('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    else if (secret.deletedMs !== undefined) fail('InvalidRequestException', MARKED);
    else found.push(getValue({}, secret, home, values));
  }
  return { SecretValues: found, Errors: errors, NextToken: page.next };
}

function notFound(message: string): ServiceRefusal {
  return new ServiceRefusal('ResourceNotFoundException', `Secrets Manager ${message}`);
}

export function arnOfSecret({ arn, name }: Secret, home: Home): string {
  return arn ?? arnOf(name, home);
}

/** Returns the ARN of a secret. AWS appends six characters to the name. Policies match them with `name-??????`. */
function arnOf(name: string, { region, accountId }: Home): string {
  if (name.startsWith('arn:')) return name;
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${suffix}`;
}
