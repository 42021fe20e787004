/** Looks up unknown ids of deployed APIs in AWS, with the credentials that osls deploys with. */
import { listMissingIds, saveMissingIds } from '@gatewright/authoring/account/deployed-ids';
import type { MissingIds } from '@gatewright/authoring/account/deployed-ids';
import { isLocalApiId } from '@gatewright/aws/physical-ids';
import { STANDS_IN } from '../packages/gateway/templates/serverless/aws-stand-in.ts';
import { memberOf } from '@gatewright/aws/json-object';
import { UsageError } from '@gatewright/aws/usage-error';
import type { AwsCredentials } from '@gatewright/aws/sign-request';

/**
 * The part of osls's provider that this file uses. osls 4 returns the SDK's credential provider; Serverless 3 returns
 * credentials, or a promise of credentials.
 */
export type CredentialSource = {
  getStage(): string;
  getRegion?(): string;
  getAwsSdkV3CredentialsProvider?(): () => Promise<AwsCredentials>;
  getCredentials?(): Promise<Held> | Held;
};
type Held = { readonly credentials?: AwsCredentials & { getPromise?(): Promise<void> } };

class NoCredentialsError extends UsageError {}

type LookUp = MissingIds & {
  readonly refusal?: string;
};

/**
 * Returns whether the command packages the whole stack: `serverless package`, or `serverless deploy` without a
 * function.
 */
export function isPackaging(commands: readonly string[], environment: NodeJS.ProcessEnv): boolean {
  const [command, ...more] = commands;
  return (
    more.length === 0 &&
    (command === 'package' || command === 'deploy') &&
    environment[STANDS_IN] === undefined &&
    environment['GATEWRIGHT_READS_ROUTES'] === undefined
  );
}

/** Why osls itself needs the account: it deploys, or it compares a layer with the layer of the deployed stack. */
export type AccountNeed = 'deployment' | 'layer';

/**
 * @param need why osls needs credentials; undefined if it can continue without them. If osls needs them, they are
 * looked up even if all ids are known, so that the error message can say what to do
 */
export async function lookUpIds(
  folder: string,
  provider: CredentialSource,
  environment: NodeJS.ProcessEnv = process.env,
  need?: AccountNeed,
): Promise<LookUp> {
  const stage = provider.getStage();
  const { unknown, local } = listMissingIds(folder, stage, isLocalApiId);
  const isKnown = unknown.length + local.length === 0;
  if (isKnown && need === undefined) return { found: [], absent: [] };
  let credentials: AwsCredentials;
  try {
    credentials = await credentialsOf(provider);
  } catch (error) {
    if (unknown.length === 0 && need === undefined)
      return { found: [], absent: [describeLocal(local, stage, error)] };
    return { found: [], absent: [], refusal: describeWithoutCredentials(unknown, stage, need, error) };
  }
  if (isKnown) return { found: [], absent: [] };
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  try {
    return await saveMissingIds(folder, stage, isLocalApiId, {
      AWS_REGION: provider.getRegion?.(),
      ...endpointsOf(environment),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
  } catch (error) {
    if (unknown.length > 0) return { found: [], absent: [], refusal: describe(unknown, stage, error) };
    return { found: [], absent: [describeLocal(local, stage, error)] };
  }
}

function endpointsOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name.startsWith('AWS_ENDPOINT_URL')),
  );
}

async function credentialsOf(provider: CredentialSource): Promise<AwsCredentials> {
  if (provider.getAwsSdkV3CredentialsProvider !== undefined)
    return provider.getAwsSdkV3CredentialsProvider()();
  const { credentials } = (await provider.getCredentials?.()) ?? {};
  await credentials?.getPromise?.();
  if (credentials === undefined) throw new NoCredentialsError('no credentials found');
  return credentials;
}

function describeWithoutCredentials(
  missing: readonly string[],
  stage: string,
  need: AccountNeed | undefined,
  error: unknown,
): string {
  const sources = 'set AWS_PROFILE or pass --aws-profile';
  const none = `no AWS credentials were found${reasonOf(error)}`;
  const offline = `To package without an account, run npx gatewright package --stage ${stage}`;
  if (missing.length === 0)
    return need === 'deployment'
      ? `${none}, so stage "${stage}" cannot be deployed: ${sources}. ${offline}; to try the stack on this machine, run npx gatewright start`
      : `${none}, and serverless package needs them to compare the layer of stage "${stage}" with the deployed layer: ${sources}. ${offline}`;
  const documents = documentsOf(missing);
  return (
    `${none}, and no API id is known in stage "${stage}" for ${documents}. ` +
    `${offline}; to deploy, ${sources}, or write api.${stage}.apiId in each document`
  );
}

/**
 * Returns the reason for missing credentials, such as the name of a wrong profile; empty if there are no credentials at
 * all, which needs no further reason.
 */
function reasonOf(error: unknown): string {
  const isNone =
    error instanceof NoCredentialsError || memberOf(error, 'code') === 'AWS_CREDENTIALS_NOT_FOUND';
  return isNone ? '' : ` (${firstLine(error)})`;
}

function describe(missing: readonly string[], stage: string, error: unknown): string {
  return (
    `no API id is known in stage "${stage}" for ${documentsOf(missing)}, and the call to AWS failed: ${firstLine(error)}. ` +
    `Write api.${stage}.apiId in each document, or run npx gatewright package --stage ${stage} to package without an account; until the id is known, the authorizers return 500`
  );
}

function describeLocal(local: readonly string[], stage: string, error: unknown): string {
  return (
    `only the local gateway's API id is known in stage "${stage}" for ${documentsOf(local)}, and the call to AWS failed: ${firstLine(error)}. ` +
    `The stack works on this machine, but once it is deployed, the authorizers return 500 for every request. Before you deploy, write the id of the deployed API as api.${stage}.apiId in each document`
  );
}

function documentsOf(names: readonly string[]): string {
  return names.map((name) => `access/${name}.yml`).join(', ');
}

function firstLine(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  return first.replace(/\.$/, '');
}
