/** ConnectionPoster by `@connections` of API Gateway, signed as this function. */
import { signRequest } from '@gatewright/aws/sign-request';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import type { ConnectionPoster } from '../ports.ts';

type PosterConfig = {
  readonly region: string;
  readonly credentials: AwsCredentials;
};

const TIMEOUT_MS = 3000;
const GONE = 410;
/** Over the account's rate, or the connection has too much waiting already. */
const THROTTLED = 429;

/** `read` at each message, since Lambda renews credentials. */
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
      // Clients set it themselves, and refuse to be told.
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
