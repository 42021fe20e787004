/**
 * What the role of a function must allow for a mapping (Lambda developer guide, "Execution role permissions" of each
 * source): AWS creates none without it.
 */
import { parseArn } from '@gatewright/aws/arn';
import type { ServicePorts } from '../../kernel/service.ts';

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  dynamodb: ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'],
  // AWS takes roles without a right to list streams, too (serverless/serverless issue 8540).
  kinesis: ['GetRecords', 'GetShardIterator', 'DescribeStream'],
  sqs: ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'],
};

/** In AWS's words, as users quote them (aws-amplify/amplify-cli issue 12965); undefined: nothing is missing. */
export function describeMissingRight(
  functionName: string,
  sourceArn: string,
  permits: ServicePorts['permits'],
): string | undefined {
  const { service = '' } = parseArn(sourceArn) ?? {};
  const missing = NEEDED[service]?.find((name) => !permits(functionName, `${service}:${name}`, sourceArn));
  if (missing === undefined) return undefined;
  return service === 'sqs'
    ? `The provided execution role does not have permissions to call ${missing} on SQS`
    : `Cannot access stream ${sourceArn}. Please ensure the role can perform the GetRecords, GetShardIterator, ` +
        'DescribeStream, and ListStreams Actions on your stream in IAM.';
}
