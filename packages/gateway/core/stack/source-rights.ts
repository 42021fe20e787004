/**
 * Checks the permissions that a function's role needs for an event source mapping (Lambda developer guide, "Execution
 * role permissions" of each source). AWS does not create a mapping without them.
 */
import { parseArn } from '@gatewright/aws/arn';
import { findMappedSource } from './event-sources.ts';

/**
 * Returns AWS's error message for a missing permission; undefined if no permission is missing. The wording is from a
 * user's report (aws-amplify/amplify-cli issue 12965).
 */
export function describeMissingRight(
  functionName: string,
  sourceArn: string,
  permits: (functionName: string, action: string, resource: string) => boolean,
): string | undefined {
  const source = findMappedSource(parseArn(sourceArn)?.service ?? '');
  const missing = source?.rights.find(
    (name) => !permits(functionName, `${source.service}:${name}`, sourceArn),
  );
  if (missing === undefined) return undefined;
  return source?.kind === 'queue'
    ? `The provided execution role does not have permissions to call ${missing} on ${source.type}`
    : `Cannot access stream ${sourceArn}. Please ensure the role can perform the GetRecords, GetShardIterator, ` +
        'DescribeStream, and ListStreams Actions on your stream in IAM.';
}
