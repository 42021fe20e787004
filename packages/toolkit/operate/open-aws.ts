import { createAws } from '../terminal/aws-call.ts';
import type { Aws } from '../terminal/aws-call.ts';
import { findCredentials } from '../terminal/aws-session.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { UsageError } from '../../base/terminal/output.ts';

/**
 * Opens the AWS session that the flags and the environment specify.
 * @throws UsageError without region or credentials
 */
export async function openAws(flags: AwsFlags): Promise<Aws> {
  const region = flags.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (region === undefined) throw new UsageError('no region is set: pass --region, or set AWS_REGION');
  return createAws(region, await findCredentials(flags, region), flags);
}
