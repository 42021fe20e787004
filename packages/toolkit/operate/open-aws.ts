import { createAws } from '../terminal/aws-call.ts';
import type { Aws } from '../terminal/aws-call.ts';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { findCredentials } from '../terminal/aws-session.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { UsageError } from '../../base/terminal/output.ts';

/**
 * Opens the AWS session that the flags and the environment specify.
 * @throws UsageError if there is no region or there are no credentials
 */
export async function openAws(flags: AwsFlags): Promise<Aws> {
  return (await openAwsSession(flags)).aws;
}

/**
 * Like `openAws`, but also returns the credentials, for requests to an API of the user.
 * @throws UsageError if there is no region or there are no credentials
 */
export async function openAwsSession(
  flags: AwsFlags,
): Promise<{ readonly aws: Aws; readonly credentials: AwsCredentials }> {
  const region = flags.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (region === undefined) throw new UsageError('no region is set: pass --region, or set AWS_REGION');
  const credentials = await findCredentials(flags, region);
  return { aws: createAws(region, credentials, flags), credentials };
}
