/** Servers that functions open on a fixed port, as Express templates do, next to other servers on the same machine. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';

import { aFolder, aFolderFunction, failed, returned, startRuntime } from '../start-runtime.ts';

const other = createServer((_request, response) => response.end('other'));
let taken = 0;
before(async () => {
  await new Promise<void>((resolve) => other.listen(0, resolve));
  taken = (other.address() as AddressInfo).port;
});
after(() => other.close());

describe('a server that a function opens on a port of its source', () => {
  const rows: readonly { readonly name: string; readonly listen: (port: number) => string }[] = [
    { name: 'by number', listen: (port) => `listen(${port}, ready)` },
    { name: 'by text, with a host', listen: (port) => `listen('${port}', '0.0.0.0', ready)` },
    { name: 'by options', listen: (port) => `listen({ port: ${port} }, ready)` },
  ];
  for (const isolation of ['thread', 'process'] as const)
    for (const { name, listen } of rows)
      it(`${name}, in a ${isolation}, has its own if another has it, and its function reaches it`, async () => {
        const source = `const http = require('http'); let calls = 0;
          const started = new Promise((ready) => http.createServer((q, r) => r.end('own ' + q.url)).on('error', (e) => { throw e }).${listen(taken)});
          const get = (url) => new Promise((ok, no) => http.get(url, (m) => { let t = ''; m.on('data', (c) => t += c).on('end', () => ok(t)) }).on('error', no));
          exports.handler = async () => { await started; return [await get('http://localhost:${taken}/a'), await get({ host: '127.0.0.1', port: ${taken}, path: '/b' }), await (await fetch('http://127.0.0.1:${taken}/c')).text()] };`;
        const definition = aFolderFunction(aFolder({ 'app.js': source }), 'app.handler', { name: 'f' });
        const { invoke, lines } = await startRuntime([definition], {
          isolation,
        });

        assert.deepEqual(returned(await invoke('f')), ['own /a', 'own /b', 'own /c']);

        const warnings = lines.filter(({ message }) => message.includes('is in use on this machine'));
        assert.equal(warnings.length, 1);
        assert.match(
          warnings[0]?.message ?? '',
          new RegExp(`^port ${taken} is in use .* listens on \\d+; on AWS`),
        );
      });

  it('keeps it if it is free, and fails as at Lambda if its own instance has it', async () => {
    const source = `const http = require('http');
      const open = (port) => new Promise((ok, no) => { const s = http.createServer(); s.on('error', no).listen(port, () => ok(s.address().port)) });
      exports.handler = async () => { const port = await open(0); await open(port); };`;
    const definition = aFolderFunction(aFolder({ 'app.js': source }), 'app.handler', { name: 'f' });
    const { invoke } = await startRuntime([definition]);

    assert.match(failed(await invoke('f')).errorMessage, /EADDRINUSE/);
  });
});
