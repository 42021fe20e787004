/**
 * Calls in AWS's Query protocol, which identify the account and manage the role of functions. They do not need an SDK
 * package.
 */
import { callSigned } from '@gatewright/aws/signed-call';
import type { SdkCredentials } from '../play/client.ts';

const LIMITS = { timeoutMs: 20_000, maxBytes: 1024 * 1024 };

export type QueryAccess = {
  /** Undefined means the endpoint of AWS. */
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
  // IAM has one endpoint for all regions.
  const [host, signedRegion] =
    service === 'iam'
      ? ['https://iam.amazonaws.com', 'us-east-1']
      : [`https://sts.${region}.amazonaws.com`, region];
  const url = new URL(endpoint ?? host);
  const version = service === 'iam' ? '2010-05-08' : '2011-06-15';
  const body = new URLSearchParams({ Version: version, ...parameters }).toString();
  const { status, text, cause } = await callSigned({
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body,
    service,
    region: signedRegion,
    credentials: await credentials(),
    ...LIMITS,
  });
  if (status === 0) throw cause;
  return { status, text };
}

/**
 * Returns the text of the first XML element, or else of the first JSON member, of this name; undefined if there is
 * neither.
 */
export function elementOf(text: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? jsonMember(text, name);
}

/** Reads a member of a JSON response, because emulators return JSON to some clients. */
function jsonMember(text: string, name: string): string | undefined {
  return new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(text)?.[1];
}
