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
      unread.push({ what, permission, reason });
      return undefined;
    },
  };
}
