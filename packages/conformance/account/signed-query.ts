/** Calls of AWS's Query protocol, for which no SDK package is needed: who the account is, and the role of functions. */
import { signRequest } from '@gatewright/aws/sign-request';
import type { SdkCredentials } from '../play/control-target.ts';

const DEADLINE_MS = 20_000;

export type QueryAccess = {
  /** Undefined: that of AWS. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly credentials: () => Promise<SdkCredentials>;
};

type QueryReply = { readonly status: number; readonly text: string };

export async function query(
  { endpoint, region, credentials }: QueryAccess,
  service: 'iam' | 'sts',
  parameters: Readonly<Record<string, string>>,
): Promise<QueryReply> {
  // IAM is one for all regions.
  const [host, signedRegion] =
    service === 'iam'
      ? ['https://iam.amazonaws.com', 'us-east-1']
      : [`https://sts.${region}.amazonaws.com`, region];
  const url = new URL(endpoint ?? host);
  const version = service === 'iam' ? '2010-05-08' : '2011-06-15';
  const body = new URLSearchParams({ Version: version, ...parameters }).toString();
  const headers = signRequest({
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body,
    service,
    region: signedRegion,
    nowEpochMs: Date.now(),
    ...(await credentials()),
  });
  // `fetch` sets the same one itself, and takes none.
  const sent = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'Host'));
  const reply = await fetch(url, {
    method: 'POST',
    headers: sent,
    body,
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  return { status: reply.status, text: await reply.text() };
}

/** The text of the first element of this name. */
export function elementOf(text: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? jsonMember(text, name);
}

/** Emulators answer JSON to some clients. */
function jsonMember(text: string, name: string): string | undefined {
  return new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(text)?.[1];
}
