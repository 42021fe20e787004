import { createHash } from 'node:crypto';
import { escapeXml } from './aws-operation.ts';

export type S3Error = {
  readonly code: string;
  readonly message: string;
  /** Elements that follow the message. */
  readonly details: Readonly<Record<string, string>>;
};

/** An error and its status. */
export type S3Refusal = S3Error & { readonly status: number };

/** Prints an error as S3 does: the root element is `Error`, without a namespace. */
export function printS3Error({ code, message, details }: S3Error, requestId: string): string {
  const elements = Object.entries(details).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeText(message)}</Message>` +
    `${elements.join('')}<RequestId>${requestId}</RequestId><HostId>${hostIdOf(requestId)}</HostId></Error>`
  );
}

/** Returns 56 bytes in Base64, which is the form of the host ids in S3's errors. */
function hostIdOf(requestId: string): string {
  return createHash('sha512').update(requestId).digest().subarray(0, 56).toString('base64');
}

/** S3 leaves quotes in a message as they are. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
