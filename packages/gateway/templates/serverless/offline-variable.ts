/** Finds `IS_OFFLINE` in the files of a service. Services use this variable to select local databases. */
import { relative } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';

const VARIABLE = 'IS_OFFLINE';
const READ = /\benv:\s*IS_OFFLINE\b|\bprocess\.env(?:\.|\[\s*['"])IS_OFFLINE\b/;
const COMMENT = /^\s*(?:#|\/\/)/;

/**
 * Returns a message about the first line that reads the variable; undefined if the variable is set, or if no file reads
 * it. Without the message, the user would not notice that the services use the variable's default value.
 * @param files absolute paths of the service's files
 */
export function describeOfflineVariable(
  files: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (environment[VARIABLE] !== undefined) return undefined;
  for (const file of files) {
    const lines = (readIfReadable(file) ?? '').split('\n');
    const line = lines.findIndex((text) => READ.test(text) && !COMMENT.test(text)) + 1;
    if (line > 0)
      return `${VARIABLE} is read in ${relative(process.cwd(), file)}:${line} but is not set, neither by the gateway nor by AWS; if the variable should have a value, set it in the environment or with --env-file`;
  }
  return undefined;
}
