import type { Aws, AwsAnswer, AwsRequest } from '../../terminal/aws-call.ts';
import type { Unread } from './finding.ts';

/** Calls AWS, and records failed calls. */
export type Reader = {
  /**
   * Reads a resource. Returns the response, `absent` if the resource does not exist, or undefined if it could not be
   * read.
   */
  readonly read: (
    what: string,
    permission: string,
    request: AwsRequest,
    absent?: RegExp,
  ) => Promise<Extract<AwsAnswer, { kind: 'answer' }> | 'absent' | undefined>;
  readonly unread: Unread[];
};

/** The code with which a local gateway answers calls that it does not serve. */
const UNSERVED = /^NotImplemented/;
const AT_AWS =
  'no right is missing: the local gateway does not serve this call. Run doctor against AWS, in a shell without the variables of gatewright env';

export function createReader(aws: Aws): Reader {
  const unread: Unread[] = [];
  return {
    unread,
    async read(what, permission, request, absent) {
      const answer = await aws.call(request);
      if (answer.kind === 'answer') return answer;
      if (answer.kind === 'silent') {
        unread.push({ what, reason: answer.message });
        return undefined;
      }
      const reason = `${answer.code}: ${answer.message}`;
      if (absent?.test(reason) === true) return 'absent';
      unread.push({ what, reason, ...(UNSERVED.test(answer.code) ? { fix: AT_AWS } : { permission }) });
      return undefined;
    },
  };
}
