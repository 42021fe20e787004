/** Signs requests of a case: as the runner, as an identity of the case, or as an unknown signer. */
import { createHash } from 'node:crypto';
import { signRequest } from '@gatewright/aws/sign-request';
import type { SdkCredentials } from './client.ts';
import type { JsonObject, Signing } from '../schema/parity-case.ts';

const REGION = 'us-east-1';

/** The runner's identity, which is the gateway's local admin. */
export const RUNNER_KEY: SdkCredentials = {
  accessKeyId: 'AKIDPARITYRUNNER0001',
  secretAccessKey: 'parity-runner-secret-of-this-process',
};

export type ToSign = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly nowEpochMs: number;
};

/** Signs a request. Returns all headers to send. */
export function sign(
  request: ToSign,
  { as, service = 'execute-api', region = REGION }: Signing,
): Record<string, string> {
  const { method, url, headers, body, nowEpochMs } = request;
  return signRequest({
    method,
    url,
    headers,
    service,
    region,
    nowEpochMs,
    ...(body === undefined ? {} : { body }),
    ...keyOf(as),
  });
}

function keyOf(name: string): SdkCredentials {
  if (name === 'runner') return RUNNER_KEY;
  const digest = createHash('sha256').update(name).digest('hex');
  return {
    accessKeyId: `AKIDPARITY${digest.slice(0, 10).toUpperCase()}`,
    secretAccessKey: `secret-${digest}`,
  };
}

/** Formats the identities file, which defines the identities of the case. */
export function printIdentities(identities: Readonly<Record<string, readonly JsonObject[]>>): string {
  const all = Object.entries(identities).map(([name, policies]) => {
    return { name, ...keyOf(name), policies };
  });
  return JSON.stringify({ identities: all });
}
