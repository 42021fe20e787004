import { it } from 'node:test';
import { Portal, Browser } from './support/a-portal.ts';
it('fuzz', async () => {
  const portal = new Portal();
  await portal.addCustomer('acme', 'free', 'Acme Ltd'); await portal.addCustomer('globex', 'pro', 'Globex');
  const owner = await portal.join('acme', 'owner');
  portal.nowMs += 1000;
  const key = String((await owner.post('/api/keys', { body: { name: 'k' } })).body['keyId']);
  const ep = String((await owner.post('/api/webhooks', { body: { source: 'orders', name: 'k' } })).body['endpointId']);
  await portal.setState('acme', 'suspended'); await portal.setState('acme', 'active'); portal.nowMs += 60000;
  const vals: unknown[] = ['', 'x', '__proto__', 'constructor', 'a#b', '%', '~', '~1', '..', '\ud800', '\u0000', '\uffff', '😀', 'x'.repeat(128), 'x'.repeat(256), 'x'.repeat(300), 0, 1, 2, 3, 4, -1, 1.5, 1e300, 9007199254740991, null, true, [], {}, ['a'], { a: 1 }, 'free', 'pro', 'owner', 'orders', 'monthly', '2026-11', '2026-13', '9999-99', 'acme', 'globex', owner.memberId, key, ep];
  const bodies: Record<string, string[]> = { 'keys': ['name'], [`keys/${key}/rename`]: ['name'], [`keys/${key}/rotate`]: ['overlapSeconds'], 'webhooks': ['source', 'name'], [`webhooks/${ep}/rename`]: ['name'], [`webhooks/${ep}/rotate`]: ['overlapSeconds'], 'plan/preview': ['plan'], 'plan': ['plan', 'version'], 'alerts': ['version', 'alerts'], 'invitations': ['role'], [`members/${owner.memberId}/role`]: ['role', 'version'] };
  let n = 0; const seen = new Map<string, string>();
  const run = async (what: string, p: Promise<any>) => { n += 1; try { const r = await p; if (r.status >= 500) seen.set(`${what} ${r.status}`, r.text); } catch (e: any) { seen.set(`${e?.code ?? ''} ${String(e).slice(0, 100)}`, what); } };
  for (const [path, names] of Object.entries(bodies)) for (const a of vals) for (const b of names.length > 1 ? vals : [undefined]) {
    const body = names.length > 1 ? { [names[0]!]: a, [names[1]!]: b } : { [names[0]!]: a };
    await run(`POST ${path} ${JSON.stringify(body).slice(0, 120)}`, owner.post(`/api/${path}`, { body }));
  }
  for (const a of vals) for (const b of vals) await run(`alerts ${JSON.stringify([a, b])}`, owner.post('/api/alerts', { body: { version: 1, alerts: [{ limit: a, percent: b }] } }));
  const ids = vals.filter((v): v is string => typeof v === 'string');
  for (const a of ids) for (const p of ['keys/#/rename', 'keys/#/rotate', 'keys/#/revoke', 'webhooks/#/revoke', 'webhooks/#/rename', 'webhooks/#/rotate', 'members/#/remove', 'members/#/role', 'invitations/#/withdraw']) for (const body of [{}, { name: 'x' }, { overlapSeconds: 0 }, { role: 'owner', version: 2 }])
    if (a !== owner.memberId && a !== key && a !== ep) await run(`POST ${p} ${JSON.stringify(a)}`, owner.post('/api/' + p.replace('#', a), { body }));
  for (const a of ids) for (const p of ['invoices/#', 'invoices/#/x/pdf', 'invoices/2026-11/#/pdf', 'keys/#', '#', 'log?', 'usage/#']) await run(`GET ${p} ${JSON.stringify(a)}`, owner.get('/api/' + p.replace('#', a)));
  for (const a of ids) await run(`GET log ${JSON.stringify(a)}`, owner.get('/api/log', { cursor: a }));
  for (const op of ['x', '', 'a#b', '__proto__', 'x'.repeat(129), 'x'.repeat(3000), '\n', 'portal:x', '😀', 'é']) await run(`op ${op.slice(0, 10)}`, owner.post('/api/keys', { body: { name: 'y' }, headers: { 'idempotency-key': op } }));
  for (const a of vals) for (const p of ['/session/switch', '/session/invitation', '/session/invitation/look', '/session/sign-in']) for (const names of [['organisation'], ['invitation', 'name'], ['invitation']])
    await run(`${p} ${JSON.stringify(a)}`, owner.post(p, { body: Object.fromEntries(names.map((x) => [x, a])) }));
  console.log(n, seen);
});
