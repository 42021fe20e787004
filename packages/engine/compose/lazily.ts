/** Services of AWS whose code a start does not load. */
import type { AwsService } from '../../kernel/calls/aws-call.ts';

/** Opened by its first call. Calls reach it in the order in which they came; each rejects where it cannot be opened. */
export function lazily(open: () => Promise<AwsService>): AwsService {
  let opening: Promise<AwsService> | undefined;
  return async (call) => {
    const service = await (opening ??= open());
    return service(call);
  };
}
