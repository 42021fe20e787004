import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { parseRawRequest } from '#shared/aws/raw-request.ts';
import { verifyDelivery } from '#shared/webhooks/verify.ts';
import type { Verification } from '#shared/webhooks/verify.ts';
import made from '../../fixtures/webhooks/message-signatures.json' with { type: 'json' };
import { aWebhookEvent, EVENT_KINDS } from '../../support/webhook-events.ts';
import type { WebhookRequest } from '../../support/webhook-events.ts';

const { request: sent, messages } = made;
const NOW_MS = sent.createdEpochSeconds * 1000;
const recordOf = ({ algorithm, key }: { algorithm: string; key: string }) =>
  `partner-1 ${algorithm} orders ${key}`;

function aRequest(message: { signatureInput: string; signature: string }): WebhookRequest {
  return {
    nowEpochMs: NOW_MS,
    query: sent.query,
    body: sent.body,
    headers: [
      ['Host', sent.host],
      ['Content-Type', sent.contentType],
      ['Content-Digest', sent.contentDigest],
      ['Signature-Input', message.signatureInput],
      ['Signature', message.signature],
    ],
  };
}

function verify(
  request: WebhookRequest,
  secrets: readonly string[],
  eventOf: (request: WebhookRequest) => unknown = aWebhookEvent,
): Promise<Verification> {
  return verifyDelivery(parseRawRequest(eventOf(request)), {
    scheme: 'rfc9421',
    secrets: () => secrets,
    toleranceSeconds: 300,
  });
}

/** A key of the test, for cases that the fixture's messages do not cover. */
const KEY = Buffer.from('a key of this test, long enough!');
const RECORD = `k hmac-sha256 t ${KEY.toString('base64')}`;
const PARAMETERS = `;created=${sent.createdEpochSeconds};keyid="k";nonce="n";tag="t"`;

type Line = readonly [name: string, value: string];
const LINES: readonly Line[] = [
  ['@method', 'POST'],
  ['@authority', 'a.example'],
  ['@path', '/webhooks/partner'],
];
const digestOf = (body: string) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

/** Rightly signed, whatever is said. */
function signed(
  lines: readonly Line[],
  parameters = PARAMETERS,
  more: Partial<WebhookRequest> = {},
): WebhookRequest {
  const components = `(${lines.map(([name]) => `"${name}"`).join(' ')})${parameters}`;
  const base = [
    ...lines.map(([name, value]) => `"${name}": ${value}`),
    `"@signature-params": ${components}`,
  ].join('\n');
  const signature = createHmac('sha256', KEY).update(base).digest('base64');
  const { headers = [], ...rest } = more;
  return {
    nowEpochMs: NOW_MS,
    body: '',
    ...rest,
    headers: [
      ['host', 'A.example:443'],
      ['signature-input', `sig=${components}`],
      ['signature', `sig=:${signature}:`],
      ...headers,
    ],
  };
}

describe('an HTTP message signature', () => {
  for (const message of messages) {
    it(`by ${message.algorithm} from another implementation is accepted`, async () => {
      const outcome = await verify(aRequest(message), [recordOf(message)]);

      assert.equal(outcome.kind, 'verified');
    });

    it(`by ${message.algorithm} is refused under any other key or algorithm`, async () => {
      for (const other of messages.filter(({ key }) => key !== message.key))
        assert.deepEqual(await verify(aRequest(message), [recordOf(other)]), {
          kind: 'refused',
          reason: 'invalid_signature',
        });
    });

    it(`by ${message.algorithm} is refused for every other request`, async () => {
      const request = aRequest(message);
      const changed = (name: string, value: string): WebhookRequest => ({
        ...request,
        headers: request.headers.map(([known, text]) => [known, known === name ? value : text]),
      });
      const changes: readonly WebhookRequest[] = [
        changed('Host', 'api.example.org'),
        changed('Content-Type', 'text/plain'),
        changed('Signature-Input', message.signatureInput.replace('n-', 'm-')),
        changed('Signature', message.signature.replace('sig=:', 'sig=:AAAA')),
        changed('Content-Digest', digestOf('{"order":8}')),
        { ...request, query: 'a=2&b=%20' },
        { ...request, body: '{"order":8}' },
        {
          ...request,
          body: '{"order":8}',
          headers: changed('Content-Digest', digestOf('{"order":8}')).headers,
        },
      ];
      for (const change of changes) assert.equal((await verify(change, [recordOf(message)])).kind, 'refused');
    });
  }

  it('is valid from 300 seconds before it was made until it expires', async () => {
    const [message] = messages;
    assert.ok(message);
    const at = async (seconds: number) =>
      (await verify({ ...aRequest(message), nowEpochMs: NOW_MS + seconds * 1000 }, [recordOf(message)])).kind;

    assert.deepEqual([await at(-301), await at(-300)], ['refused', 'verified']);
    assert.deepEqual([await at(120), await at(121)], ['verified', 'refused']);
  });

  it('without expiry is valid for 300 seconds', async () => {
    const at = async (seconds: number) =>
      (await verify(signed(LINES, PARAMETERS, { nowEpochMs: NOW_MS + seconds * 1000 }), [RECORD])).kind;

    assert.deepEqual([await at(300), await at(301)], ['verified', 'refused']);
  });

  it('may be by either of two keys', async () => {
    assert.equal((await verify(signed(LINES), [recordOf(messages[1]!), RECORD])).kind, 'verified');
  });

  const body = '{}';
  const covered: readonly Line[] = [...LINES, ['content-digest', digestOf(body)]];
  const digest = (value: string): WebhookRequest['headers'] => [['content-digest', value]];
  const sha512 = `sha-512=:${createHash('sha512').update(body).digest('base64')}:`;

  const TAKEN: readonly (readonly [string, WebhookRequest])[] = [
    ['no body needs no digest', signed(LINES)],
    [
      'the body is covered by its digest',
      signed(covered, PARAMETERS, { body, headers: digest(digestOf(body)) }),
    ],
    [
      'two digests are both right',
      signed([...LINES, ['content-digest', `${digestOf(body)}, ${sha512}`]], PARAMETERS, {
        body,
        headers: digest(`${digestOf(body)}, ${sha512}`),
      }),
    ],
  ];
  for (const [name, request] of TAKEN)
    it(`is accepted if ${name}`, async () => {
      assert.equal((await verify(request, [RECORD])).kind, 'verified');
    });

  const WITHOUT = (name: string) => LINES.filter(([known]) => known !== name);
  const PLUS = (parameter: string) => `${PARAMETERS}${parameter}`;
  const LESS = (parameter: string) =>
    PARAMETERS.split(';')
      .filter((text) => !text.startsWith(parameter))
      .join(';');
  const REFUSED: readonly (readonly [string, WebhookRequest, string])[] = [
    ['does not cover the method', signed(WITHOUT('@method')), 'insufficient_coverage'],
    ['does not cover the authority', signed(WITHOUT('@authority')), 'insufficient_coverage'],
    ['does not cover the path', signed(WITHOUT('@path')), 'insufficient_coverage'],
    ['does not cover a query', signed(LINES, PARAMETERS, { query: 'a=1' }), 'insufficient_coverage'],
    ['does not cover the body', signed(LINES, PARAMETERS, { body }), 'insufficient_coverage'],
    ['covers a header that is not there', signed([...LINES, ['x-a', '']]), 'insufficient_coverage'],
    [
      'covers a component that is not known',
      signed([...LINES, ['@target-uri', 'x']]),
      'insufficient_coverage',
    ],
    ['covers nothing', signed([]), 'malformed_signature'],
    ['covers a component twice', signed([...LINES, LINES[0]!]), 'malformed_signature'],
    [
      'has the digest of another body',
      signed([...LINES, ['content-digest', digestOf('x')]], PARAMETERS, {
        body,
        headers: digest(digestOf('x')),
      }),
      'invalid_digest',
    ],
    [
      'has one right and one wrong digest',
      signed([...LINES, ['content-digest', `${digestOf(body)}, sha-512=:AAAA:`]], PARAMETERS, {
        body,
        headers: digest(`${digestOf(body)}, sha-512=:AAAA:`),
      }),
      'invalid_digest',
    ],
    [
      'has only a digest that is not safe',
      signed([...LINES, ['content-digest', 'md5=:mZFLkyvTelC5g8XnyQrpOw==:']], PARAMETERS, {
        body,
        headers: digest('md5=:mZFLkyvTelC5g8XnyQrpOw==:'),
      }),
      'invalid_digest',
    ],
    [
      'covers a value with a byte beyond ASCII (RFC 9421 §2.5, no obs-text)',
      signed([...LINES, ['x-a', 'é']], PARAMETERS, { headers: [['x-a', 'é']] }),
      'insufficient_coverage',
    ],
    [
      'covers a value to which U+00A0 was added (RFC 9110 §5.6.3)',
      signed([...LINES, ['x-a', '1']], PARAMETERS, { headers: [['x-a', '1\u00a0']] }),
      'insufficient_coverage',
    ],
    [
      'covers a value with a line break (RFC 9421 §2.5)',
      signed([...LINES, ['x-a', '1\n"x-b": 2']], PARAMETERS, { headers: [['x-a', '1\n"x-b": 2']] }),
      'insufficient_coverage',
    ],
    [
      'has a time with a leading zero, which RFC 8941 §4.1.4 writes without it',
      signed(LINES, PARAMETERS.replace('created=', 'created=0')),
      'malformed_signature',
    ],
    ['has no time', signed(LINES, LESS('created')), 'malformed_timestamp'],
    [
      'has a time in quotes',
      signed(LINES, PARAMETERS.replace(/created=(\d+)/, 'created="$1"')),
      'malformed_timestamp',
    ],
    ['has an expiry in quotes', signed(LINES, PLUS(';expires="1"')), 'malformed_timestamp'],
    [
      'has expired',
      signed(LINES, PLUS(`;expires=${sent.createdEpochSeconds - 1}`)),
      'timestamp_outside_tolerance',
    ],
    ['has no nonce', signed(LINES, LESS('nonce')), 'malformed_id'],
    ['has an empty nonce', signed(LINES, PARAMETERS.replace('"n"', '""')), 'malformed_id'],
    ['names no key', signed(LINES, LESS('keyid')), 'invalid_signature'],
    ['names another key', signed(LINES, PARAMETERS.replace('"k"', '"j"')), 'invalid_signature'],
    ['has no purpose', signed(LINES, LESS('tag')), 'invalid_signature'],
    ['has another purpose', signed(LINES, PARAMETERS.replace('"t"', '"u"')), 'invalid_signature'],
    ['names an algorithm that is not the key’s', signed(LINES, PLUS(';alg="ed25519"')), 'invalid_signature'],
    ['has a parameter twice', signed(LINES, PLUS(';nonce="m"')), 'malformed_signature'],
    ['has a parameter that nobody knows', signed(LINES, PLUS(';x="y"')), 'malformed_signature'],
    ['has a parameter without a value', signed(LINES, PLUS(';x')), 'malformed_signature'],
  ];
  for (const [name, request, reason] of REFUSED)
    it(`is refused if it ${name}`, async () => {
      assert.deepEqual(await verify(request, [RECORD]), { kind: 'refused', reason });
    });

  for (const parameter of ['sf', 'bs', 'key="a"', 'req', 'tr'])
    it(`is refused with a component that has the parameter ${parameter}`, async () => {
      const { headers, ...rest } = signed([...LINES, ['x-a', '1']]);
      const changed = headers.map(([name, value]): readonly [string, string] => [
        name,
        value.replace('"x-a"', `"x-a";${parameter}`),
      ]);

      assert.deepEqual(await verify({ ...rest, headers: [...changed, ['x-a', '1']] }, [RECORD]), {
        kind: 'refused',
        reason: 'malformed_signature',
      });
    });

  it('is refused with another label, on one line or two', async () => {
    const one = signed(LINES);
    const twin = one.headers
      .slice(1)
      .map(([name, value]): readonly [string, string] => [name, value.replace('sig=', 'twin=')]);
    const joined = one.headers.map(([name, value], index): readonly [string, string] =>
      index === 0 ? [name, value] : [name, `${value}, ${twin[index - 1]![1]}`],
    );

    assert.equal((await verify({ ...one, headers: joined }, [RECORD])).kind, 'refused');
    for (const eventOf of Object.values(EVENT_KINDS)) {
      const outcome = await verify({ ...one, headers: [...one.headers, ...twin] }, [RECORD], eventOf);

      assert.equal(outcome.kind, 'refused');
    }
  });

  it('is refused with a query that API Gateway passes on only decoded', async () => {
    const request = signed([...LINES, ['@query', '?a=1']], PARAMETERS, { query: 'a=1' });

    assert.equal((await verify(request, [RECORD], EVENT_KINDS['HTTP API, payload 2.0'])).kind, 'verified');
    for (const kind of ['REST API', 'HTTP API, payload 1.0'])
      assert.deepEqual(await verify(request, [RECORD], EVENT_KINDS[kind]), {
        kind: 'refused',
        reason: 'insufficient_coverage',
      });
  });

  it('is recognized by what it signs, including the nonce', async () => {
    const keyOf = async (request: WebhookRequest) => {
      const outcome = await verify(request, [RECORD]);
      return outcome.kind === 'verified' ? outcome.delivery.key : outcome.reason;
    };

    assert.equal(await keyOf(signed(LINES)), await keyOf(signed(LINES)));
    assert.notEqual(await keyOf(signed(LINES)), await keyOf(signed(LINES, PARAMETERS.replace('"n"', '"m"'))));
  });
});
