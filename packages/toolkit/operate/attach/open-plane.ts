import { createAws, WALL_CLOCK } from '../../terminal/aws-call.ts';
import { endpointOf, findCredentials, isLoopbackUrl } from '../../terminal/aws-session.ts';
import type { AwsFlags } from '../../terminal/aws-session.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { createControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Aws } from '../../terminal/aws-call.ts';

export type OpenPlane = { readonly region: string; readonly aws: Aws; readonly plane: ControlPlane };

/** @throws UsageError without region or credentials */
export async function openPlane(flags: AwsFlags): Promise<OpenPlane> {
  const region = flags.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (region === undefined) throw new UsageError('no region: give --region, or set AWS_REGION');
  const aws = createAws(region, await findCredentials(flags, region), flags);
  const isLocal = isLoopbackUrl(endpointOf('apigateway', region, flags, process.env));
  return { region, aws, plane: createControlPlane(aws, WALL_CLOCK, isLocal ? 'unlimited' : 'of-account') };
}
