/** STS's GetCallerIdentity, the first call of many tools: the local identity that signed the call. */
import { awsError, type AwsCall, type AwsService } from './aws-call.ts';
import { describeIdentity } from '../../core/policy/identities.ts';
import type { Random } from '../../core/ports.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/**
 * AWS requires no permission for it (STS API reference, "GetCallerIdentity").
 * @param others answers the other operations of STS; absent = 501
 */
export function createCallerIdentity(random: Random, others?: AwsService): AwsService {
  return async (call) => {
    const { query, body } = call.request;
    const action =
      new URLSearchParams(query).get('Action') ?? new URLSearchParams(body.toString()).get('Action');
    if (action === 'GetCallerIdentity') return printIdentity(call, random);
    if (others !== undefined) return others(call);
    const message = `${action ?? call.request.method} of STS is not served here; send it to AWS with --aws sts`;
    return awsError(call.request, 'sts', { status: 501, type: 'NotImplementedException', message });
  };
}

function printIdentity({ caller }: AwsCall, random: Random) {
  const { arn, userId, accountId } = describeIdentity(caller);
  const body =
    `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>` +
    `<Arn>${arn}</Arn><UserId>${userId}</UserId><Account>${accountId}</Account>` +
    `</GetCallerIdentityResult><ResponseMetadata><RequestId>${random.uuid()}</RequestId></ResponseMetadata>` +
    '</GetCallerIdentityResponse>';
  return { status: 200, headers: ['Content-Type', 'text/xml'], body };
}
