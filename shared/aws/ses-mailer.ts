/** Sends mail with Amazon SES (`POST /v2/email/outbound-emails`), as one signed request without the SDK's client. */
import { sendByNode } from '@gatewright/aws/node-transport';
import { regionalAddress } from '@gatewright/aws/service-address';
import { callSigned, errorCodeOf } from '@gatewright/aws/signed-call';
import type { AwsCredentials } from '@gatewright/aws/sign-request';

export type MailerConfig = {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Replaces AWS's own address (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SESV2`). */
  readonly endpoint: string | undefined;
  readonly from: string;
};

const TIMEOUT_MS = 3_000;
const MAX_BYTES = 64 * 1024;
const CHARSET = 'UTF-8';

/**
 * Creates a mailer that sends plain text. SES builds the message, so no text can become a header.
 * @throws Error if the mail is not accepted. Its name is AWS's error code, or `MailRefused` if AWS sent none. Without a
 * complete response its name is `MailUnanswered`, and SES may have accepted the mail. The message quotes neither
 * address nor text
 */
export function createMailer({ region, credentials, endpoint, from }: MailerConfig) {
  return async (mail: {
    readonly to: string;
    readonly subject: string;
    readonly text: string;
  }): Promise<void> => {
    // The call is not repeated, because a mail that SES accepted without confirming it would arrive twice.
    const reply = await callSigned({
      method: 'POST',
      url: new URL('/v2/email/outbound-emails', endpoint ?? regionalAddress('email', region)),
      service: 'ses',
      region,
      credentials,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        FromEmailAddress: from,
        Destination: { ToAddresses: [mail.to] },
        Content: {
          Simple: {
            Subject: { Data: mail.subject, Charset: CHARSET },
            Body: { Text: { Data: mail.text, Charset: CHARSET } },
          },
        },
      }),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      transport: sendByNode,
    });
    if (reply.status === 200) return;
    if (reply.status === 0)
      throw Object.assign(new Error('no complete response from Amazon SES arrived', { cause: reply.cause }), {
        name: 'MailUnanswered',
      });
    const name = errorCodeOf(reply) || 'MailRefused';
    throw Object.assign(new Error(`Amazon SES answered with status ${reply.status}`), { name });
  };
}
