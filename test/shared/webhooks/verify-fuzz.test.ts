import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseRawRequest } from '#shared/aws/raw-request.ts';
import { DomainError } from '#shared/errors.ts';
import { verifyDelivery } from '#shared/webhooks/verify.ts';
import type { Verification } from '#shared/webhooks/verify.ts';
import { KNOWN_ANSWERS, knownAnswer } from '../../support/webhook-answers.ts';
import type { Signed } from '../../support/webhook-answers.ts';
import { EVENT_KINDS } from '../../support/webhook-events.ts';
import { CODE_POINT } from '../../support/any-text.ts';

function verify(event: unknown, { scheme, secret }: Signed): Promise<Verification> {
  return verifyDelivery(parseRawRequest(event), {
    scheme,
    secrets: () => [secret],
    toleranceSeconds: 300,
  });
}

const GITHUB = knownAnswer('GitHub');

describe('verifyDelivery under fire (docs/design/authorizers §7.16)', () => {
  it('accepts or refuses anything at all, and never throws another exception', async () => {
    const text = fc.oneof(fc.string({ unit: CODE_POINT }), fc.constantFrom('', 't=1', 'v1=', ',', '='));
    const name = fc.constantFrom(
      ...KNOWN_ANSWERS.flatMap(({ headers }) => headers.map(([header]) => header.toLowerCase())),
      'signature',
      'signature-input',
      'content-digest',
      'host',
      'x-github-delivery',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...KNOWN_ANSWERS),
        fc.array(fc.tuple(name, text), { maxLength: 6 }),
        fc.oneof(fc.string(), fc.uint8Array()),
        fc.boolean(),
        async (answer, headers, body, isGenuine) => {
          const request = { ...answer, body, headers: [...(isGenuine ? answer.headers : []), ...headers] };
          for (const eventOf of Object.values(EVENT_KINDS)) {
            const outcome = await verify(eventOf(request), answer);

            if (Buffer.compare(Buffer.from(body), Buffer.from(answer.body)) !== 0)
              assert.equal(outcome.kind, 'refused');
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('throws nothing but DomainError for events of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (context, body) => {
        for (const event of [context, { requestContext: context, body, isBase64Encoded: true }])
          try {
            await verify(event, GITHUB);
          } catch (error) {
            assert.ok(error instanceof DomainError, String(error));
          }
      }),
      { numRuns: 500 },
    );
  });
});
