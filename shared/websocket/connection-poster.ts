/** ConnectionPoster by `@connections` of API Gateway, signed with the function's credentials. */
import { signRequest } from '@gatewright/aws/sign-request';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import type { ConnectionPoster } from '../ports.ts';

type PosterConfig = {
  readonly region: string;
  readonly credentials: AwsCredentials;
};

const TIMEOUT_MS = 3000;
const GONE = 410;
/** Over the account's rate, or too many messages wait for the connection. */
const THROTTLED = 429;

/** Calls `read` for each message, since Lambda renews credentials. */
export function createConnectionPoster(read: () => PosterConfig): ConnectionPoster {
  return {
    async post({ apiId, stage, connectionId }, text) {
      const { region, credentials } = read();
      const domain = `${apiId}.execute-api.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
      const path = `${encodeURIComponent(stage)}/@connections/${encodeURIComponent(connectionId)}`;
      const url = new URL(`https://${domain}/${path}`);
      const headers = signRequest({
        method: 'POST',
        url,
        service: 'execute-api',
        region,
        nowEpochMs: Date.now(),
        ...credentials,
        headers: { 'Content-Type': 'text/plain' },
        body: text,
      });
      // Clients set `Host` themselves and reject it as an option.
      Reflect.deleteProperty(headers, 'Host');
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        const response = await fetch(url, { method: 'POST', headers, body: text, redirect: 'error', signal });
        await response.body?.cancel();
        if (response.status === GONE) return 'gone';
        if (response.status === THROTTLED) return 'throttled';
        return response.ok ? 'sent' : 'failed';
      } catch {
        return 'failed';
      }
    },
  };
}
