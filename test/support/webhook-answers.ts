/** Signed deliveries of each sender, with the sources of their signatures. None was created by the code under test. */
import type { SchemeName } from '#shared/webhooks/signature-headers.ts';
import type { WebhookRequest } from './webhook-events.ts';

export type Signed = WebhookRequest & { readonly scheme: SchemeName; readonly secret: string };

const SLACK_BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

export const KNOWN_ANSWERS: readonly (Signed & { readonly name: string; readonly source: string })[] = [
  {
    name: 'GitHub',
    source: 'GitHub docs, Validating webhook deliveries, Testing',
    scheme: 'github',
    secret: "It's a Secret to Everybody",
    body: 'Hello, World!',
    headers: [
      ['X-Hub-Signature-256', 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'],
    ],
  },
  {
    name: 'GitHub with bytes that are not text',
    source: 'python3 hmac',
    scheme: 'github',
    secret: '0123456789abcdef0123456789abcdef',
    body: Buffer.from('//4ACsMo', 'base64'),
    headers: [
      ['X-Hub-Signature-256', 'sha256=28a34b63d8ea82869cfd51b9fb7f8800a3f0028e4ce943969052057933698ef0'],
    ],
  },
  {
    name: 'GitHub with JSON that no printer writes',
    source: 'python3 hmac',
    scheme: 'github',
    secret: '0123456789abcdef0123456789abcdef',
    body: '{ "b": 1.0, "a": "\\u00e9" }',
    headers: [
      ['X-Hub-Signature-256', 'sha256=a0a5d15b051ce207177136390b7cb42fd114f82868a9828a837c50f45f9f78bb'],
    ],
  },
  {
    name: 'Stripe',
    source: 'python3 hmac, and the known answers of the specification',
    scheme: 'stripe',
    secret: 'whsec_test_secret',
    body: '{"id":"evt_1"}',
    headers: [
      [
        'Stripe-Signature',
        't=1700000000,v1=248a374f50f943a28b0f6ab50faf9a7e7e29b710fa26df9fb1618b9bf8ea9c9a',
      ],
    ],
  },
  {
    name: 'Slack',
    source: 'Slack docs, Verifying requests from Slack',
    scheme: 'slack',
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    nowEpochMs: 1_531_420_618_000,
    body: SLACK_BODY,
    headers: [
      ['X-Slack-Request-Timestamp', '1531420618'],
      ['X-Slack-Signature', 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'],
    ],
  },
  {
    name: 'Standard Webhooks',
    source: 'tests of the Svix libraries; python3 hmac',
    scheme: 'standard',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    nowEpochMs: 1_614_265_330_000,
    body: '{"test": 2432232314}',
    headers: [
      ['webhook-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek'],
      ['webhook-timestamp', '1614265330'],
      ['webhook-signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ],
  },
  {
    name: 'Svix with its own header names',
    source: 'tests of the Svix libraries; python3 hmac',
    scheme: 'standard',
    secret: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    nowEpochMs: 1_614_265_330_000,
    body: '{"test": 2432232314}',
    headers: [
      ['svix-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek'],
      ['svix-timestamp', '1614265330'],
      ['svix-signature', 'v1a,ignored v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ],
  },
];

export function knownAnswer(name: string): Signed {
  const found = KNOWN_ANSWERS.find((answer) => answer.name === name);
  if (found === undefined) throw new Error(`no known answer of ${name}`);
  return found;
}
