import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseRawRequest } from '#shared/aws/raw-request.ts';
import type { RefusalReason } from '#shared/webhooks/scheme.ts';
import { SCHEME_NAMES } from '#shared/webhooks/schemes.ts';
import type { SchemeName } from '#shared/webhooks/signature-headers.ts';
import { verifyDelivery } from '#shared/webhooks/verify.ts';
import type { Verification, VerifyOptions } from '#shared/webhooks/verify.ts';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { KNOWN_ANSWERS, knownAnswer } from '../../support/webhook-answers.ts';
import type { Signed } from '../../support/webhook-answers.ts';
import { aWebhookEvent, EVENT_KINDS, SIGNED_AT_SECONDS } from '../../support/webhook-events.ts';
import type { WebhookRequest } from '../../support/webhook-events.ts';

function verify(
  event: unknown,
  { scheme, secret }: Pick<Signed, 'scheme' | 'secret'>,
  more: Partial<VerifyOptions> = {},
): Promise<Verification> {
  return verifyDelivery(parseRawRequest(event), {
    scheme,
    secrets: () => [secret],
    toleranceSeconds: 300,
    ...more,
  });
}

async function assertRefused(outcome: Promise<Verification>, reason: RefusalReason): Promise<void> {
  assert.deepEqual(await outcome, { kind: 'refused', reason });
}

const STRIPE = knownAnswer('Stripe');
const SLACK = knownAnswer('Slack');
const GITHUB = knownAnswer('GitHub');
const STANDARD = knownAnswer('Standard Webhooks');

/** The same delivery with other headers. */
const having = (signed: Signed, ...headers: WebhookRequest['headers']) =>
  aWebhookEvent({ ...signed, headers });

// docs/design/authorizers §7.16: genuine, forged, stale and repeated deliveries of every scheme.
describe('verifyDelivery (docs/design/authorizers §7.16)', () => {
  for (const answer of KNOWN_ANSWERS)
    for (const [kind, eventOf] of Object.entries(EVENT_KINDS))
      it(`takes the known answer of ${answer.name} on a ${kind}`, async () => {
        for (const isBase64Encoded of [undefined, true]) {
          const event = eventOf({ ...answer, ...(isBase64Encoded && { isBase64Encoded }) });

          const outcome = await verify(event, answer);

          assert.ok(outcome.kind === 'verified', answer.source);
          assert.deepEqual(Buffer.from(outcome.delivery.body), Buffer.from(answer.body));
        }
      });

  for (const answer of KNOWN_ANSWERS)
    it(`refuses the known answer of ${answer.name} with one byte more, one less or one changed`, async () => {
      const bytes = Buffer.from(answer.body);
      const changed = Buffer.from(bytes);
      changed[0] = (changed[0] ?? 0) ^ 1;

      for (const body of [Buffer.concat([bytes, Buffer.from('\n')]), bytes.subarray(1), changed])
        await assertRefused(verify(aWebhookEvent({ ...answer, body }), answer), 'invalid_signature');
    });

  it('refuses a body that was parsed and printed again', async () => {
    const spaced = knownAnswer('GitHub with JSON that no printer writes');
    const printed = JSON.stringify(JSON.parse(String(spaced.body)));

    await assertRefused(verify(aWebhookEvent({ ...spaced, body: printed }), spaced), 'invalid_signature');
  });

  it('takes either of two secrets, and no third', async () => {
    const { secret } = STRIPE;
    const other = 'whsec_another_secret';
    const event = aWebhookEvent(STRIPE);

    for (const secrets of [
      [secret, other],
      [other, secret],
    ])
      assert.equal((await verify(event, STRIPE, { secrets: () => secrets })).kind, 'verified');
    await assertRefused(verify(event, STRIPE, { secrets: () => [other] }), 'invalid_signature');
  });

  it('takes any of several v1 signatures of Stripe, and no v0', async () => {
    const right = STRIPE.headers[0]![1].split('v1=')[1]!;
    const wrong = '0'.repeat(64);
    const header = (text: string) => having(STRIPE, ['Stripe-Signature', `t=1700000000,${text}`]);

    assert.equal((await verify(header(`v1=${wrong},v1=${right}`), STRIPE)).kind, 'verified');
    assert.equal((await verify(header(`v0=${wrong},v1=${right}`), STRIPE)).kind, 'verified');
    await assertRefused(verify(header(`v0=${right}`), STRIPE), 'malformed_signature');
    await assertRefused(verify(header(`v1=${wrong},v0=${right}`), STRIPE), 'invalid_signature');
    const nine = Array.from({ length: 9 }, () => `v1=${right}`).join(',');
    await assertRefused(verify(header(nine), STRIPE), 'malformed_signature');
  });

  it("does not look at GitHub's SHA-1 header", async () => {
    const sha1 = createHmac('sha1', GITHUB.secret).update(GITHUB.body).digest('hex');

    await assertRefused(
      verify(having(GITHUB, ['X-Hub-Signature', `sha1=${sha1}`]), GITHUB),
      'missing_signature',
    );
    await assertRefused(
      verify(having(GITHUB, ['X-Hub-Signature-256', `sha1=${sha1}`]), GITHUB),
      'malformed_signature',
    );
  });

  for (const signed of [STRIPE, SLACK, STANDARD])
    it(`keeps ${signed.scheme} to 300 seconds either way`, async () => {
      const signedAtMs = signed.nowEpochMs ?? SIGNED_AT_SECONDS * 1000;
      const at = (seconds: number) =>
        verify(aWebhookEvent({ ...signed, nowEpochMs: signedAtMs + seconds * 1000 }), signed);

      for (const seconds of [-300, 0, 300]) assert.equal((await at(seconds)).kind, 'verified');
      for (const seconds of [-301, 301, 86_400])
        await assertRefused(at(seconds), 'timestamp_outside_tolerance');
    });

  const TIMES = [
    '',
    ' 1700000000',
    '1700000000 ',
    '1.7e9',
    '0x6553F100',
    '1700000000.0',
    '+1700000000',
    '-1700000000',
    '01700000000',
    '１７００００００００',
    '1700000000,1700000000',
    'NaN',
    '99999999999999999999',
    'Infinity',
    '1700000000\n',
  ];
  for (const time of TIMES)
    it(`refuses the time ${JSON.stringify(time)}, rightly signed or not`, async () => {
      const hmac = (secret: string | Buffer, text: string, encoding: 'hex' | 'base64') =>
        createHmac('sha256', secret).update(text).digest(encoding);
      const body = '{}';
      const rows: readonly [Signed, WebhookRequest['headers']][] = [
        [STRIPE, [['Stripe-Signature', `t=${time},v1=${hmac(STRIPE.secret, `${time}.${body}`, 'hex')}`]]],
        [
          SLACK,
          [
            ['X-Slack-Request-Timestamp', time],
            ['X-Slack-Signature', `v0=${hmac(SLACK.secret, `v0:${time}:${body}`, 'hex')}`],
          ],
        ],
        [
          STANDARD,
          [
            ['webhook-id', 'msg_1'],
            ['webhook-timestamp', time],
            [
              'webhook-signature',
              `v1,${hmac(Buffer.from(STANDARD.secret.slice(6), 'base64'), `msg_1.${time}.${body}`, 'base64')}`,
            ],
          ],
        ],
      ];
      for (const [signed, headers] of rows) {
        const nowEpochMs = SIGNED_AT_SECONDS * 1000;
        const outcome = await verify(aWebhookEvent({ ...signed, body, headers, nowEpochMs }), signed);

        // The time is refused because of its form, and not because it was parsed as a time other than the sender's.
        const reason = outcome.kind === 'refused' ? outcome.reason : outcome.kind;
        assert.match(reason, /^(malformed|missing|duplicate)_/, signed.scheme);
      }
    });

  for (const signed of [GITHUB, STRIPE, SLACK, STANDARD])
    for (const [kind, eventOf] of Object.entries(EVENT_KINDS))
      it(`refuses each header of ${signed.scheme} twice, equal or not, on a ${kind}`, async () => {
        for (const [name, value] of signed.headers)
          for (const twin of [value, `${value.slice(0, -1)}x`, 'x']) {
            const headers: WebhookRequest['headers'] = [...signed.headers, [name, twin]];

            const outcome = await verify(eventOf({ ...signed, headers }), signed);

            assert.equal(outcome.kind, 'refused', `${name}: ${twin}`);
          }
      });

  it('refuses a second header that differs in the case of its name only', async () => {
    const [[name, value]] = STRIPE.headers as [[string, string]];
    const event = EVENT_KINDS['REST API']!({
      ...STRIPE,
      headers: [
        [name, value],
        [name.toLowerCase(), value],
      ],
    });

    await assertRefused(verify(event, STRIPE), 'duplicate_signature');
  });

  it('refuses signatures of every length without throwing', async () => {
    for (let length = 0; length <= 130; length += 1) {
      const hex = 'a'.repeat(length);
      const rows: readonly [Signed, WebhookRequest['headers']][] = [
        [GITHUB, [['X-Hub-Signature-256', `sha256=${hex}`]]],
        [STRIPE, [['Stripe-Signature', `t=1700000000,v1=${hex}`]]],
        [SLACK, [SLACK.headers[0]!, ['X-Slack-Signature', `v0=${hex}`]]],
        [STANDARD, [...STANDARD.headers.slice(0, 2), ['webhook-signature', `v1,${hex}`]]],
      ];
      for (const [signed, headers] of rows) {
        const outcome = await verify(aWebhookEvent({ ...signed, headers }), signed);

        assert.equal(outcome.kind, 'refused', `${signed.scheme} ${length}`);
      }
    }
  });

  it('does not take one scheme for another, though the secret is the same', async () => {
    for (const signed of KNOWN_ANSWERS)
      for (const scheme of SCHEME_NAMES.filter((name) => name !== signed.scheme)) {
        const secret = scheme === 'rfc9421' ? `k hmac-sha256 t ${'QUFB'.repeat(8)}` : STANDARD.secret;

        assert.equal((await verify(aWebhookEvent(signed), { scheme, secret })).kind, 'refused');
      }
  });

  it('reads whsec_ as text for Stripe and as base64 for Standard Webhooks', async () => {
    const asText = createHmac('sha256', STANDARD.secret)
      .update(`msg_1.${SIGNED_AT_SECONDS}.{}`)
      .digest('base64');
    const headers: WebhookRequest['headers'] = [
      ['webhook-id', 'msg_1'],
      ['webhook-timestamp', String(SIGNED_AT_SECONDS)],
      ['webhook-signature', `v1,${asText}`],
    ];

    await assertRefused(verify(aWebhookEvent({ headers, body: '{}' }), STANDARD), 'invalid_signature');
  });

  it('refuses an id with a full stop, by which the same bytes could be cut in another way', async () => {
    const [, time, signature] = STANDARD.headers;

    await assertRefused(
      verify(having(STANDARD, ['webhook-id', 'msg.1'], time!, signature!), STANDARD),
      'malformed_id',
    );
  });

  it('does not read a secret before there is a signature of the right form and time', async () => {
    let asked = 0;
    const secrets = () => {
      asked += 1;
      return [STRIPE.secret];
    };

    await verify(having(STRIPE), STRIPE, { secrets });
    await verify(having(STRIPE, ['Stripe-Signature', 'x']), STRIPE, { secrets });
    await verify(aWebhookEvent({ ...STRIPE, nowEpochMs: 1 }), STRIPE, { secrets });

    assert.equal(asked, 0);
  });

  it('accepts a secret of 16 bytes, but not of 15', async () => {
    const github = KNOWN_ANSWERS.find(({ scheme }) => scheme === 'github');
    assert.ok(github);
    const outcome = (secret: string): Promise<unknown> =>
      verify(aWebhookEvent(github), { scheme: 'github', secret }, { secrets: () => [secret] });

    await outcome('exactly 16 bytes');
    await assert.rejects(outcome('only of 15 byte'), { code: 'CONFIG_INVALID' });
  });

  const UNUSABLE: readonly [SchemeName, readonly string[]][] = [
    ['github', []],
    ['github', ['']],
    ['github', ['short']],
    ['github', ['a secret that is long enough', 'short']],
    ['github', Array.from({ length: 5 }, (_, index) => `a secret that is long enough ${index}`)],
    ['standard', ['whsec_not base64 at all!!!!!!!!!!']],
    ['standard', ['whsec_QUJD']],
    ['rfc9421', ['a secret that is long enough']],
  ];
  for (const [scheme, secrets] of UNUSABLE)
    it(`blames us, not the sender, for ${scheme} secrets ${JSON.stringify(secrets).slice(0, 60)}`, async () => {
      const signed = KNOWN_ANSWERS.find((answer) => answer.scheme === scheme);
      const event =
        signed === undefined
          ? aWebhookEvent({
              body: '',
              headers: [
                ['host', 'a.example'],
                [
                  'signature-input',
                  `sig=("@method" "@authority" "@path");created=${SIGNED_AT_SECONDS};keyid="k";nonce="n";tag="t"`,
                ],
                ['signature', 'sig=:QUFB:'],
              ],
            })
          : aWebhookEvent(signed);

      await assert.rejects(verify(event, { scheme, secret: '' }, { secrets: () => secrets }), {
        code: 'CONFIG_INVALID',
      });
    });

  it('distinguishes deliveries by what is signed: the id of the sender, or everything', async () => {
    const keyOf = async (signed: Signed, more: Partial<VerifyOptions> = {}) => {
      const outcome = await verify(aWebhookEvent(signed), signed, more);
      return outcome.kind === 'verified' ? outcome.delivery.key : outcome.reason;
    };
    const delivery = (id: string): Signed => ({
      ...GITHUB,
      headers: [...GITHUB.headers, ['X-GitHub-Delivery', id]],
    });

    assert.equal(await keyOf(STRIPE), 'id#evt_1');
    assert.equal(await keyOf(STANDARD), 'id#msg_p5jXN8AQM9LWM0D4loKWxJek');
    assert.match(await keyOf(SLACK), /^signed#[0-9a-f]{64}$/);
    // Anyone who has seen one delivery can send it again under another X-GitHub-Delivery.
    assert.match(await keyOf(GITHUB), /^signed#[0-9a-f]{64}$/);
    assert.equal(await keyOf(delivery('one')), await keyOf(delivery('two')));
    assert.equal(await keyOf(delivery('one'), { trustDeliveryId: true }), 'id#one');
    assert.equal(await keyOf(GITHUB, { trustDeliveryId: true }), 'malformed_id');
  });
});

const VECTORS = join(REPOSITORY, 'test/vectors/known-answers.json');

describe('known answers other than those of the specification (docs/design/authorizers §7.16)', () => {
  it('are accepted', async () => {
    const { hmac } = JSON.parse(readFileSync(VECTORS, 'utf8')) as {
      hmac: { name: string; secret: string; timestamp?: string; body: string; expected: string }[];
    };
    const rows = [
      ['github', 'X-Hub-Signature-256'],
      ['slack', 'X-Slack-Signature'],
      ['stripe', 'Stripe-Signature'],
    ] as const;
    for (const [scheme, header] of rows) {
      const vector = hmac.find(({ name }) => name.startsWith(scheme))!;
      const headers: WebhookRequest['headers'] = [
        [header, vector.expected],
        ['X-Slack-Request-Timestamp', vector.timestamp ?? ''],
      ];
      const nowEpochMs = Number(vector.timestamp ?? SIGNED_AT_SECONDS) * 1000;

      const outcome = await verify(aWebhookEvent({ headers, body: vector.body, nowEpochMs }), {
        scheme,
        secret: vector.secret,
      });

      assert.equal(outcome.kind, 'verified', vector.name);
    }
  });
});
