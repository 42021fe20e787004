/** Sessions whose writes and reads the tables do not answer: none is lost, because an invitation is redeemed once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Browser, Portal } from '../../support/a-portal.ts';
import type { Answer } from '../../support/a-portal.ts';

async function aPortal(): Promise<Portal> {
  const portal = new Portal();
  await portal.addCustomer('acme', 'free', 'Acme');
  return portal;
}

function redeem(browser: Browser, invitation: string): Promise<Answer> {
  return browser.post('/session/invitation', { body: { invitation, name: 'Ann' } });
}

type Write = Parameters<Portal['ports']['store']['update']>[0];

/** Makes the sessions of the portal get no answer to some writes from now on. */
function silence(portal: Portal, isLost: (write: Write) => boolean): void {
  const { store } = portal.ports;
  const unknown = { kind: 'unknown' as const, reason: 'timeout' };
  portal.sessions = {
    ...portal.sessions,
    ports: {
      ...portal.ports,
      store: {
        ...store,
        update: (write) => (isLost(write) ? Promise.resolve(unknown) : store.update(write)),
        transact: (writes) => (writes.some(isLost) ? Promise.resolve(unknown) : store.transact(writes)),
      },
    },
  };
}

/** Whether the write starts a session, or ends one. */
const isOfSession = ({ key }: Write): boolean => key.pk.startsWith('SESSION#');
const ends = (write: Write): boolean =>
  isOfSession(write) && write.change.kind === 'update' && write.change.set?.['endedAt'] !== undefined;

describe('a session that the table does not confirm', () => {
  it('is started again, so that a redeemed invitation is not lost', async () => {
    const portal = await aPortal();
    let refusals = 2;
    silence(portal, (write) => isOfSession(write) && refusals-- > 0);
    const answer = await redeem(new Browser(portal), await portal.invite({ tenant: 'acme', role: 'owner' }));
    assert.equal(answer.status, 200, answer.text);
  });

  it('is started again if it replaces another session, which ends', async () => {
    const portal = await aPortal();
    const browser = await portal.join('acme', 'owner');
    const former = browser.cookies.get('__Host-gw-portal-session') ?? '';
    let refusals = 2;
    silence(portal, (write) => ends(write) && refusals-- > 0);
    const answer = await redeem(browser, await portal.invite({ tenant: 'acme', role: 'owner' }));
    assert.equal(answer.status, 200, answer.text);
    const other = new Browser(portal);
    other.cookies.set('__Host-gw-portal-session', former);
    assert.equal((await other.get('/session')).status, 401);
  });

  it('reaches the browser, although what it shows cannot be read', async () => {
    const portal = await aPortal();
    const { customers } = portal.sessions;
    /** Makes all reads of customers fail after the first `answered` ones. */
    const failAfter = (answered: number): void => {
      let left = answered;
      const read: typeof customers.store.read = (...of) =>
        left-- > 0
          ? customers.store.read(...of)
          : Promise.resolve({ kind: 'unavailable', reason: 'timeout' });
      portal.sessions = { ...portal.sessions, customers: { store: { ...customers.store, read } } };
    };
    const browser = new Browser(portal);
    const invitation = await portal.invite({ tenant: 'acme', role: 'owner' });
    failAfter(1);
    assert.equal((await redeem(browser, invitation)).body['code'], 'STORE_UNAVAILABLE');
    failAfter(Infinity);
    const { status, body } = await browser.get('/session');
    assert.equal(status, 200);

    browser.csrf = String(body['csrf']);
    failAfter(1);
    const switched = await browser.post('/session/switch', { body: { organisation: 'acme' } });
    assert.equal(switched.body['code'], 'STORE_UNAVAILABLE');
    failAfter(Infinity);
    assert.equal((await browser.get('/session')).status, 200);
  });
});
