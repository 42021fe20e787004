/** AWS services whose code is not loaded at startup. */
import { loadOnce } from '@gatewright/aws/load-once';
import type { AwsService } from '../../../kernel/calls/aws-call.ts';

/**
 * Opens the service at its first call, and passes calls to it in order of arrival. If opening fails, the waiting calls
 * reject, and the next call tries again.
 */
export function openLazily(open: () => Promise<AwsService>): AwsService {
  const opened = loadOnce(open);
  return async (call) => (await opened())(call);
}
