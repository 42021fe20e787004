/** How requests reach the portal: the cookies of a browser. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Portal } from '../../support/a-portal.ts';

describe('the cookie of a session', () => {
  /** Characters that `trim` removes. A browser takes a name that begins with one for a name without prefix. */
  const SPACES = ['\u00a0', '\u1680', '\u2000', '\u2028', '\u3000', '\ufeff', '\u000b', '\u000c'];

  it('is not one that a neighbouring site has set with a space before the prefix (cookie tossing)', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const attacker = await portal.join('acme', 'owner');
    const secret = attacker.cookies.get('__Host-gw-portal-session') ?? '';
    for (const space of SPACES) {
      for (const name of [`${space}__Host-gw-portal-session`, `__Host-gw-portal-session${space}`]) {
        const { status } = await portal.send('GET', '/session', { headers: { cookie: `${name}=${secret}` } });
        assert.equal(status, 401, JSON.stringify(name));
      }
    }
  });
});
