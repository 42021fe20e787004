/** AWS services whose code is not loaded at startup. */
import type { AwsService } from '../../../kernel/calls/aws-call.ts';

/**
 * Opens the service at its first call and passes calls on in order of arrival. Each call rejects if opening fails.
 */
export function openLazily(open: () => Promise<AwsService>): AwsService {
  let opening: Promise<AwsService> | undefined;
  return async (call) => {
    const service = await (opening ??= open());
    return service(call);
  };
}
