/** The code that decides who is admitted: policies, signatures, tokens, access documents and webhooks. */
import { DomainError } from '#shared/errors.ts';
import { parseToken } from '#shared/access/tokens/token-shape.ts';
import { verifyDelivery } from '#shared/webhooks/verify.ts';
import { SCHEME_NAMES } from '#shared/webhooks/schemes.ts';
import { parseRawRequest } from '#shared/aws/raw-request.ts';
import { parseBearerToken } from '../../../packages/gateway/core/policy/bearer-token.ts';
import { compilePolicy } from '../../../packages/gateway/core/policy/evaluate.ts';
import { verifySignature } from '../../../packages/base/aws/signature.ts';
import { anInventory, compile, documentText } from '../../support/an-access-document.ts';
import { aRsaKey, signToken, someClaims } from '../../support/signed-tokens.ts';
import { KNOWN_ANSWERS } from '../../support/webhook-answers.ts';
import { aWebhookEvent } from '../../support/webhook-events.ts';
import type { FuzzTarget } from './target.ts';
import { jsonOf, refusing } from './target.ts';

const policy: FuzzTarget = {
  name: 'policy',
  seeds: [
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'a',
          Effect: 'Allow',
          Action: ['execute-api:*'],
          Resource: 'arn:aws:execute-api:*:1:a/*/GET/${aws:username}',
          Condition: {
            StringLike: { 'aws:UserAgent': '*x?' },
            IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '::1/128'] },
          },
        },
        {
          Effect: 'Deny',
          NotAction: 'a:b',
          NotResource: '*',
          Condition: { 'ForAllValues:ArnLike': { k: 'arn:a:b:c:d:e*' } },
        },
      ],
    }),
  ],
  words: [
    '"Principal"',
    '"AWS"',
    '"*"',
    '"NumericLessThan"',
    '"DateGreaterThan"',
    '"Null"',
    '"BoolIfExists"',
    '${aws:a, "b"}',
  ],
  run: (text) => {
    const compiled = compilePolicy(jsonOf(text), { effectInAnyCase: true });
    if (compiled.kind === 'invalid') return;
    const conditions = new Map([
      ['aws:sourceip', ['10.1.2.3']],
      ['aws:username', ['x*']],
    ]);
    compiled.policy.decide({
      action: 'execute-api:Invoke',
      resource: 'arn:aws:execute-api:r:1:a/d/GET/x',
      conditions,
    });
  },
};

const SIGNED =
  'Authorization: AWS4-HMAC-SHA256 Credential=AKIALOCAL/20261120/us-east-1/execute-api/aws4_request, ' +
  `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}\nX-Amz-Date: 20261120T080910Z\nHost: a.example`;

const sigV4: FuzzTarget = {
  name: 'sigv4',
  seeds: [
    `/dev/a%20b?x=1&y=%2F\n${SIGNED}`,
    `/dev?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIALOCAL%2F20261120%2Fus-east-1%2Fexecute-api%2Faws4_request&X-Amz-Date=20261120T080910Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=00\nHost: a.example`,
  ],
  words: [
    'Credential=',
    'Signature=',
    'SignedHeaders=',
    'Authorization: ',
    'X-Amz-Date: ',
    '\nX-Amz-Security-Token: t',
    '%',
    '&',
    '=',
    'host;',
  ],
  run: (text) => {
    const [target = '', ...lines] = text.split('\n');
    const [path = '', query = ''] = target.split('?', 2);
    const rawHeaders = lines.flatMap((line) => [
      line.split(': ', 1)[0] ?? '',
      line.slice(line.indexOf(': ') + 2),
    ]);
    const result = verifySignature(
      { method: 'GET', path, query, rawHeaders, body: '' },
      { nowEpochMs: Date.UTC(2026, 10, 20, 8, 9, 10), service: 'execute-api', secretOf: () => 'a-secret' },
    );
    // No input is signed with a valid key.
    if (result.kind === 'verified') throw new Error('a forged signature was accepted');
  },
};

const jwt: FuzzTarget = {
  name: 'jwt',
  seeds: [signToken(aRsaKey(), someClaims()), 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJhIn0.c2ln'],
  words: [
    '.',
    '..',
    '=',
    'eyJhbGciOiJub25lIn0',
    'eyJfX3Byb3RvX18iOnt9fQ',
    'bnVsbA',
    'W10',
    '-',
    '_',
    '+',
    '/',
  ],
  run: (text) => {
    parseBearerToken(text);
    refusing([DomainError], () => parseToken(text));
  },
};

const DOCUMENT = JSON.stringify(documentText({}), null, 1);

const accessDocument: FuzzTarget = {
  name: 'access-document',
  seeds: [DOCUMENT, DOCUMENT.replace(/[{}"]/g, (mark) => (mark === '"' ? '' : mark))],
  words: [
    '"effect"',
    '"deny"',
    '"when"',
    '"claims"',
    '"not"',
    '"bind"',
    '"paths"',
    '"/{proxy+}"',
    '"inherits"',
    '&a',
    '*a',
    '<<:',
    '"any"',
  ],
  run: (text) => {
    compile(text, anInventory(['GET /orders', 'GET /orders/{id}', 'ANY /files/{proxy+}', 'open GET /menu']));
  },
};

const webhooks: FuzzTarget = {
  name: 'webhooks',
  seeds: KNOWN_ANSWERS.map(({ headers, body }) =>
    [...headers.map(([name, value]) => `${name}: ${value}`), '', Buffer.from(body).toString()].join('\n'),
  ),
  words: [
    'sha256=',
    'v1,',
    'v1=',
    't=',
    'sig1=(',
    ');created=',
    'keyid="',
    ':',
    '"@method"',
    'sha-256=:',
    ',',
    ';',
    '==',
  ],
  run: async (text) => {
    const end = text.indexOf('\n\n');
    const lines = (end === -1 ? text : text.slice(0, end)).split('\n');
    const headers = lines.map((line): [string, string] => [
      line.split(': ', 1)[0] ?? '',
      line.slice(line.indexOf(': ') + 2),
    ]);
    const request = parseRawRequest(aWebhookEvent({ headers, body: end === -1 ? '' : text.slice(end + 2) }));
    for (const scheme of SCHEME_NAMES) {
      const secrets = (): string[] => ['whsec_bm9ib2R5IGhhcyBzaWduZWQgd2l0aCB0aGlzIGtleSE='];
      try {
        const { kind } = await verifyDelivery(request, { scheme, secrets, toleranceSeconds: 300 });
        if (kind === 'verified') throw new Error(`${scheme} accepts a delivery that nobody has signed`);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
      }
    }
  },
};

export const ACCESS_TARGETS: readonly FuzzTarget[] = [policy, sigV4, jwt, accessDocument, webhooks];
