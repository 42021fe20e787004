/** The commands that the portal shows, run in a shell, against the schemes that the receiver verifies. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { deriveSecret } from '#shared/endpoints/derive-secret.ts';
import { SCHEME_NAMES, SCHEMES } from '#shared/webhooks/schemes.ts';
import { parseRawRequest } from '#shared/aws/raw-request.ts';
import {
  describeSigning,
  signingExample,
} from '../../../../../../packages/toolkit/stack/portal/page/signing.ts';
import { aWebhookEvent } from '../../../../../support/webhook-events.ts';

const SECRET = deriveSecret('m'.repeat(32), { source: 'orders', endpointId: 'e', secretId: 's' });
const ADDRESS = "https://api.example.com/it's/webhooks/orders/e";

/** Shell commands cannot show RFC 9421: its signature is of a list of components that the sender chooses. */
const SHOWN = SCHEME_NAMES.filter((name) => name !== 'rfc9421');

/** Runs the commands with a `curl` that prints its arguments. */
function run(commands: string): { readonly headers: [string, string][]; body: string; address: string } {
  const script = `curl() { printf '%s\\0' "$@"; }\n${commands.replace('whsec_…', SECRET)}`;
  const [, address = '', ...rest] = execFileSync('bash', ['-c', script], { timeout: 10_000 })
    .toString('utf8')
    .split('\0');
  const headers: [string, string][] = [];
  let body = '';
  for (let at = 0; at + 1 < rest.length; at += 2) {
    const value = rest[at + 1] ?? '';
    if (rest[at] === '-d') body = value;
    else headers.push(value.split(': ', 2) as [string, string]);
  }
  return { headers, body, address };
}

describe('the commands that show how to sign a delivery', () => {
  for (const scheme of SHOWN)
    it(`create a request that the scheme ${scheme} accepts, for the given address`, () => {
      assert.doesNotMatch(describeSigning(scheme), /^Sign by the scheme/);
      const { headers, body, address } = run(signingExample(scheme, ADDRESS) ?? '');

      const request = parseRawRequest(aWebhookEvent({ headers, body }));
      const claim = SCHEMES[scheme].readClaim(request);
      assert.ok(claim.kind === 'claimed', JSON.stringify(claim));
      assert.ok(claim.isSignedBy(SECRET));
      assert.ok(!claim.isSignedBy(SECRET.replace('whsec_', 'whsec_AAAA')));
      assert.equal(address, ADDRESS);
    });

  it('are not shown for a scheme that the page does not have', () => {
    assert.equal(signingExample('constructor', ADDRESS), undefined);
    assert.equal(describeSigning('other'), 'Sign by the scheme other.');
  });
});
