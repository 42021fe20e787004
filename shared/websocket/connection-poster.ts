/** A ConnectionPoster that calls API Gateway's `@connections`. Requests are signed with the function's credentials. */
import { awsDomainOf } from '@gatewright/aws/service-address';
import { callSigned } from '@gatewright/aws/signed-call';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import type { ConnectionPoster } from '../ports.ts';

type PosterConfig = {
  readonly region: string;
  readonly credentials: AwsCredentials;
};

const TIMEOUT_MS = 3000;
const GONE = 410;
/**
 * The status that means that the account's rate is exceeded, or that too many messages are waiting for the connection.
 */
const THROTTLED = 429;

/** Creates the poster. It calls `read` for each message, because Lambda renews credentials. */
export function createConnectionPoster(read: () => PosterConfig): ConnectionPoster {
  return {
    async post({ apiId, stage, connectionId }, text) {
      const { region, credentials } = read();
      const path = `${encodeURIComponent(stage)}/@connections/${encodeURIComponent(connectionId)}`;
      const { status } = await callSigned({
        method: 'POST',
        url: new URL(`https://${apiId}.execute-api.${region}.${awsDomainOf(region)}/${path}`),
        service: 'execute-api',
        region,
        credentials,
        headers: { 'Content-Type': 'text/plain' },
        body: text,
        timeoutMs: TIMEOUT_MS,
        maxBytes: 0,
      });
      if (status === GONE) return 'gone';
      if (status === THROTTLED) return 'throttled';
      return status >= 200 && status < 300 ? 'sent' : 'failed';
    },
  };
}
