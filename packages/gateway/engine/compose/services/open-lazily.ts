/** AWS services whose code is not loaded at the start. */
import type { AwsService } from '../../../kernel/calls/aws-call.ts';

/**
 * Opened by its first call. Calls are passed on in order of arrival; each rejects when it cannot be opened.
 */
export function openLazily(open: () => Promise<AwsService>): AwsService {
  let opening: Promise<AwsService> | undefined;
  return async (call) => {
    const service = await (opening ??= open());
    return service(call);
  };
}
