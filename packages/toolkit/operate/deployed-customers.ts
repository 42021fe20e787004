/**
 * Lets the console read the customers of a deployed stack, with the user's AWS credentials. The console cannot change
 * them.
 */
import { givenEndpoint } from '@gatewright/aws/endpoint-variables';
import { openCustomerBook } from '../stack/quota/commands/customer-book.ts';
import { readOrigin, regionOfApi } from '../terminal/admin-client.ts';
import type { AdminTarget } from '../terminal/admin-client.ts';
import type { Aws } from '../terminal/aws-call.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { UsageError } from '../../base/terminal/output.ts';
import type { CustomerBook } from '../../gateway/engine/index.ts';
import { openAwsSession } from './open-aws.ts';
import { readOutputs } from './read-outputs.ts';

/** Where the customers are: the name of a stack, or the address of its admin API. */
export type DeployedPlace =
  | { readonly stack: string; readonly url?: undefined }
  | { readonly url: string; readonly stack?: undefined };

type DeployedCustomers = {
  readonly customers: CustomerBook;
  /** `gatewright-prod in eu-central-1` */
  readonly of: string;
};

/**
 * The address of the admin API is not the address of an AWS service, so the settings for the endpoints of AWS services
 * do not change it.
 */
const NOT_MOVED =
  'this address is the output AdminApiUrl of the stack, and --endpoint-url and AWS_ENDPOINT_URL do not change it: pass --url with the address at which the admin API is served';

/**
 * Finds the admin API of a deployed stack. The readers of `gatewright customers` and `gatewright usage` then call it,
 * and each request that is not a GET is refused before it is sent.
 * @throws UsageError if there is no such stack, or it records no usage
 */
export async function openDeployedCustomers(
  place: DeployedPlace,
  flags: AwsFlags,
): Promise<DeployedCustomers> {
  const region = place.url === undefined ? flags.region : (regionOfApi(place.url) ?? flags.region);
  const { aws, credentials } = await openAwsSession({ ...flags, ...(region !== undefined && { region }) });
  const origin =
    place.url === undefined ? await findOrigin(aws, place.stack) : readOrigin(place.url, '--url');
  const moved = flags.endpointUrl ?? givenEndpoint('cloudformation', process.env);
  const target: AdminTarget = {
    ...credentials,
    region: aws.region,
    origin,
    readsOnly: true,
    ...(place.url === undefined && moved !== undefined && { ifUnreachable: NOT_MOVED }),
  };
  return {
    customers: openCustomerBook(() => target),
    of: `${place.stack ?? new URL(origin).host} in ${aws.region}`,
  };
}

/** Finds the address of the admin API by the outputs of its stack. */
async function findOrigin(aws: Aws, stack: string): Promise<string> {
  const outputs = await readOutputs(aws, stack);
  if (outputs === undefined)
    throw new UsageError(
      `there is no stack ${stack} in ${aws.region}: name the stack with --stack, such as gatewright-prod, and its region with --region`,
    );
  const { AdminApiUrl: url } = outputs;
  if (url === undefined)
    throw new UsageError(
      `the stack ${stack} has no output AdminApiUrl, so it records no usage of customers: pass --stack with the name of a Gatewright stack that has the part quotas`,
    );
  return readOrigin(url, 'the output AdminApiUrl');
}
