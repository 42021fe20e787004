/** No test sends a mail. What would be sent is compared with what AWS's own SDK sends for the same mail. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createMailer } from '#shared/aws/ses-mailer.ts';
import { regionalAddress } from '../../../packages/base/aws/service-address.ts';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { aLoopbackServer } from '../../support/signed-tokens.ts';

type Recorded = {
  readonly mail: {
    readonly from: string;
    readonly to: string;
    readonly subject: string;
    readonly text: string;
  };
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly body: object;
  readonly regions: readonly { readonly region: string; readonly host: string; readonly scope: string }[];
};

const RECORDED = JSON.parse(
  readFileSync(join(REPOSITORY, 'test/fixtures/aws-requests/sesv2-send-email.json'), 'utf8'),
) as Recorded;
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };

/** Sends the recorded mail to a server of this machine. */
async function send(region: string, answer: (response: ServerResponse) => void) {
  const asked: { readonly request: IncomingMessage; readonly body: string }[] = [];
  await using server = await aLoopbackServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ request, body });
      answer(response);
    });
  });
  const { from, ...mail } = RECORDED.mail;
  const mailer = createMailer({ region, credentials: CREDENTIALS, endpoint: server.url, from });
  const failure = await mailer(mail).catch((error: unknown) => error as Error);
  return { asked, failure };
}

const reply =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

describe('a mail by Amazon SES', () => {
  for (const { region, host, scope } of RECORDED.regions)
    it(`is the request that AWS's own SDK sends in ${region}`, async () => {
      const { asked, failure } = await send(region, reply(200, '{"MessageId":"m"}'));

      assert.equal(failure, undefined);
      assert.equal(asked.length, 1);
      const [{ request, body }] = asked as [(typeof asked)[number]];
      assert.deepEqual([request.method, request.url], [RECORDED.method, RECORDED.path]);
      assert.equal(request.headers['content-type'], RECORDED.contentType);
      assert.deepEqual(JSON.parse(body), RECORDED.body);
      assert.match(
        String(request.headers.authorization),
        new RegExp(`^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\\d{8}/${scope},`),
      );
      assert.equal(request.headers['x-amz-security-token'], 'session');
      assert.equal(new URL(regionalAddress('email', region)).host, host);
    });

  // The errors of SendEmail in the model of the service.
  const REFUSALS = [
    'AccountSuspendedException',
    'BadRequestException',
    'LimitExceededException',
    'MailFromDomainNotVerifiedException',
    'MessageRejected',
    'NotFoundException',
    'SendingPausedException',
    'TooManyRequestsException',
  ];
  for (const code of REFUSALS)
    it(`that is refused with ${code} fails with this name, and quotes neither address nor text`, async () => {
      const message = `Email address is not verified: ${RECORDED.mail.to}`;
      const refused = reply(400, JSON.stringify({ message }), { 'x-amzn-errortype': code });
      const { asked, failure } = await send('eu-west-1', refused);

      assert.equal(asked.length, 1, 'a mail is not sent again here');
      assert.equal(failure?.name, code);
      assert.doesNotMatch(failure.message, /ann@|Zeile|verified/);
    });

  it('that gets no answer fails without a status, and with the reason', async () => {
    const { failure } = await send('eu-west-1', (response) => void response.destroy());
    assert.deepEqual(
      [failure?.name, failure?.message],
      ['MailUnanswered', 'no complete response from Amazon SES arrived'],
    );
    assert.match(String(failure?.cause), /socket hang up/);
  });
});
