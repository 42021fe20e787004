/** The address on this machine to which the authorization server sends the browser after a sign-in (RFC 8252 §7.3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listenForRedirect } from '../../../../../packages/gatewright/mcp-client/sign-in/redirect-listener.ts';

/** Far longer than a request to this process takes. */
const WITHIN_MS = 30_000;

describe('the listener for the redirect of a sign-in', () => {
  // RFC 6749 §10.12: any page can send the browser here with a code of its own.
  const foreign: readonly (readonly [what: string, path: string, method: string])[] = [
    ['with the state of another sign-in', '/callback?code=theirs&state=other', 'GET'],
    ['without a state', '/callback?code=theirs', 'GET'],
    ['to another path', '/?code=theirs&state=mine', 'GET'],
    ['with another method', '/callback?code=theirs&state=mine', 'POST'],
  ];
  for (const [what, path, method] of foreign)
    it(`refuses a request ${what}, and then still accepts the right one`, async () => {
      const listener = await listenForRedirect('mine');
      try {
        const refused = await fetch(new URL(path, listener.redirectUri), { method });
        const accepted = await fetch(`${listener.redirectUri}?code=ours&state=mine`);
        const query = await listener.receive(WITHIN_MS);

        assert.equal(refused.status, 404);
        assert.match(await refused.text(), /^There is no sign-in with this state/);
        assert.equal(accepted.status, 200);
        assert.match(await accepted.text(), /^The terminal has the answer/);
        assert.equal(query.get('code'), 'ours');
      } finally {
        listener.close();
      }
    });

  it('shows no success for a sign-in that the issuer refused', async () => {
    const listener = await listenForRedirect('mine');
    try {
      const shown = await fetch(`${listener.redirectUri}?error=access_denied&state=mine`);
      const query = await listener.receive(WITHIN_MS);

      assert.match(await shown.text(), /^The sign-in was refused/);
      assert.equal(query.get('error'), 'access_denied');
    } finally {
      listener.close();
    }
  });
});
