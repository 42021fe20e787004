/**
 * Finds credentials, region and addresses as every AWS tool does: from `--profile`, `--region`, `--endpoint-url`, and
 * the environment.
 */
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { givenEndpoint } from '@gatewright/aws/endpoint-variables';
import { regionalAddress } from '@gatewright/aws/service-address';
import { isLoopbackUrl } from '#shared/access/tokens/issuers.ts';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { findRuntimePackage, OWN_PACKAGES } from '../../gateway/lambda/code/runtime-packages.ts';
import { showControls } from '@gatewright/aws/text/visible-text';
import { readRegion } from './options.ts';
import { UsageError } from '../../base/terminal/output.ts';

export type AwsFlags = {
  readonly profile?: string;
  readonly region?: string;
  readonly endpointUrl?: string;
};

/** Adds the options `--profile`, `--region` and `--endpoint-url`. */
export function addAwsOptions(command: Command): Command {
  return command
    .option(
      '--profile <name>',
      'AWS profile in ~/.aws (default: the AWS_* variables, then the SDK’s default credential chain)',
    )
    .option('--region <name>', 'AWS region, such as eu-central-1', readRegion)
    .option('--endpoint-url <url>', 'send all AWS calls to this address', readEndpoint);
}

export function readEndpoint(text: string): string {
  if (isSafeEndpoint(text)) return text.replace(/\/$/, '');
  throw new InvalidArgumentError('The endpoint must begin with https:// or point to this machine.');
}

/** Whether requests with keys or tokens may be sent to this address. */
export function isSafeEndpoint(text: string): boolean {
  return URL.canParse(text) && (new URL(text).protocol === 'https:' || isLoopbackUrl(text));
}

/**
 * Returns the address of an AWS service: `--endpoint-url`, otherwise `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`
 * or AWS's own address.
 * @throws UsageError if the given address neither uses HTTPS nor points to this machine
 */
export function endpointOf(
  service: string,
  region: string,
  { endpointUrl }: AwsFlags,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const given = endpointUrl ?? givenEndpoint(service, environment);
  if (given === undefined) return regionalAddress(service, region);
  if (!isSafeEndpoint(given))
    throw new UsageError(`the AWS endpoint ${given} must begin with https:// or point to this machine`);
  return given.replace(/\/$/, '');
}

/**
 * Timeout for finding credentials. It is enough for a sign-in service, a role and the machine's metadata service. It is
 * needed because a `credential_process` may hang.
 */
const WITHIN_MS = 20_000;
const QUOTED_CHARACTERS = 300;

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

type Provider = () => Promise<AwsCredentials>;
type ProvidersModule = {
  readonly fromNodeProviderChain: (init: {
    readonly profile?: string;
    readonly clientConfig: { readonly region: string };
    readonly logger: Readonly<Record<'debug' | 'info' | 'warn' | 'error', () => void>>;
  }) => Provider;
};

/**
 * Finds credentials through the SDK's own chain: variables, profiles (keys, roles, sign-in, processes), web identity,
 * container, machine.
 * @throws UsageError if there are no usable credentials. The message contains no secret.
 */
export async function findCredentials(
  { profile }: AwsFlags,
  region: string,
  withinMs = WITHIN_MS,
): Promise<AwsCredentials> {
  const stop = new AbortController();
  const late = sleep(withinMs, undefined, { signal: stop.signal, ref: true }).then(() => {
    throw new UsageError(
      `no AWS credentials were found within ${withinMs / 1000} s: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in again`,
    );
  });
  try {
    const { fromNodeProviderChain } = await loadProviders();
    const chain = fromNodeProviderChain({
      ...(profile !== undefined && { profile }),
      clientConfig: { region },
      // The SDK warns if variables are set in addition to --profile, but the user's intent is clear.
      logger: SILENT,
    });
    const { accessKeyId, secretAccessKey, sessionToken } = await Promise.race([chain(), late]);
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(describe(cause), { cause });
  } finally {
    stop.abort();
    late.catch(() => undefined);
  }
}

async function loadProviders(): Promise<ProvidersModule> {
  const file = findRuntimePackage('@aws-sdk/credential-providers', OWN_PACKAGES);
  if (file === undefined)
    throw new UsageError('the package @aws-sdk/credential-providers is missing: install gatewright again');
  return (await import(pathToFileURL(file).href)) as ProvidersModule;
}

/**
 * Describes an error without revealing a secret. The message of a failed process contains the whole command line of the
 * process, which may include a secret.
 */
function describe(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : '';
  if (/^Command failed/.test(message))
    return 'the credential_process command of the AWS profile failed: run the command itself to see its error';
  // The SDK throws this error when no source has credentials. It does not tell the user what to do.
  if (/from any providers/.test(message))
    return 'no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in; for the local gateway, run eval "$(gatewright env)"';
  const [first = ''] = message.split('\n', 1);
  return showControls(first.slice(0, QUOTED_CHARACTERS)) || 'no AWS credentials were found';
}
