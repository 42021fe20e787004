import { PROCESS_PORTS } from '@gatewright/aws/retry';
import { createAws } from '../../terminal/aws-call.ts';
import { isLoopbackUrl } from '#shared/access/tokens/issuers.ts';
import { endpointOf, findCredentials } from '../../terminal/aws-session.ts';
import type { AwsFlags } from '../../terminal/aws-session.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { createControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Aws } from '../../terminal/aws-call.ts';

export type OpenPlane = { readonly region: string; readonly aws: Aws; readonly plane: ControlPlane };

/**
 * Opens the control plane that the flags and the environment specify.
 * @throws UsageError if there is no region or there are no credentials
 */
export async function openPlane(flags: AwsFlags): Promise<OpenPlane> {
  const region = flags.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (region === undefined) throw new UsageError('no region is set: pass --region, or set AWS_REGION');
  const aws = createAws(region, await findCredentials(flags, region), flags);
  const isLocal = isLoopbackUrl(endpointOf('apigateway', region, flags, process.env));
  const {
    clock: { nowEpochMs },
    timer,
  } = PROCESS_PORTS;
  const clock = { nowEpochMs, wait: timer.pause };
  return { region, aws, plane: createControlPlane(aws, clock, isLocal ? 'unlimited' : 'of-account') };
}
