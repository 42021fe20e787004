import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';

import { OWN_ROWS, REFUSED_ROWS, signatureFor } from '../endpoint-rows.ts';
import { aFolder, aFolderFunction, startRuntime } from '../start-runtime.ts';

const MODULES = new URL('../../../../../node_modules', import.meta.url).pathname;

/** A port at which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Calls twice in one invocation, and hides the errors. */
const SIGNED = `const http = require('node:http');
const call = (options) => new Promise((done) => http.request(options).on('error', done).on('response', done).end());
exports.handler = async ({ host, port, signature }) => {
  const headers = signature && { authorization: signature };
  for (const _ of [1, 2]) await call({ host, port, method: 'POST', headers });
};`;

let started: ReturnType<typeof startRuntime> | undefined;
/** Started by the first test, because files that share a process are loaded before the first one runs. */
const theRuntime = (): ReturnType<typeof startRuntime> =>
  (started ??= startRuntime(
    [
      aFolderFunction(aFolder({ 'a.js': SIGNED }), 'a.handler', { name: 'plain' }),
      aFolderFunction(
        aFolder({
          'a.js': `const { DynamoDBClient, ListTablesCommand } = require('@aws-sdk/client-dynamodb');
          exports.handler = async ({ endpoint }) => {
            const client = new DynamoDBClient({ endpoint, region: 'localhost', maxAttempts: 1, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
            await client.send(new ListTablesCommand({})).catch(() => 0);
          };`,
        }),
        'a.handler',
        { name: 'sdk', esbuild: { nodePaths: [MODULES] } },
      ),
      aFolderFunction(aFolder({ 'a.js': SIGNED }), 'a.handler', {
        name: 'set',
        environment: { TABLES: 'http://localhost:1/' },
      }),
    ],
    {
      controlUrl: () => 'http://127.0.0.1:4000',
      extraEnvironment: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:45678' },
    },
  ));

async function printed(name: string, event: unknown): Promise<readonly string[]> {
  const { invoke, lines } = await theRuntime();
  const earlier = lines.length;
  await invoke(name, event);
  return lines.slice(earlier).map(({ message }) => message);
}

describe('a call of an AWS client to a local emulator', () => {
  // Without the message, version 2 of the SDK repeats the call until the function has timed out.
  it('is reported once in each invocation if nothing listens there, with the address of the gateway', async () => {
    const port = await freePort();
    const event = { host: 'localhost', port, signature: signatureFor() };
    for (const _ of [1, 2]) {
      const said = await printed('plain', event);

      assert.equal(said.length, 1, said.join('\n'));
      assert.match(
        said[0] ?? '',
        new RegExp(
          `^calls dynamodb at http://localhost:${port}, where nothing listens; the gateway serves dynamodb at http://127\\.0\\.0\\.1:45678\\. Create the SDK's client without an endpoint, .* give it only process\\.env\\.AWS_ENDPOINT_URL_DYNAMODB, which is not set on AWS$`,
        ),
      );
    }
  });

  it('is reported for the AWS SDK', async () => {
    const port = await freePort();
    const said = await printed('sdk', { endpoint: `http://localhost:${port}` });
    assert.match(
      said.join('\n'),
      new RegExp(`^calls dynamodb at http://localhost:${port}, where nothing`, 'm'),
    );
  });

  it('is reported with the variable that has the address', async () => {
    const said = await printed('set', { host: 'localhost', port: 1, signature: signatureFor() });
    assert.match(
      said.join('\n'),
      /^calls dynamodb at http:\/\/localhost:1 \(the value of TABLES\), where nothing/,
    );
  });

  for (const [isReported, address, service] of REFUSED_ROWS)
    it(`is ${isReported ? '' : 'not '}reported for ${service ?? 'dynamodb'} at ${address}`, async () => {
      const { hostname, port } = new URL(address);
      const host = hostname.replace(/[[\]]/g, '');
      const said = await printed('plain', { host, port: Number(port), signature: signatureFor(service) });
      assert.equal(
        said.join('\n').startsWith(`calls ${service ?? 'dynamodb'} at ${address}, where`),
        isReported,
      );
      assert.equal(said.length, isReported ? 1 : 0, said.join('\n'));
    });

  for (const { name, environment: set, address, says } of OWN_ROWS)
    it(`${name}: the remedy is about this variable`, async () => {
      const own = aFolderFunction(aFolder({ 'a.js': SIGNED }), 'a.handler', {
        name: 'own',
        environment: set,
      });
      const { invoke, lines } = await startRuntime([own], { controlUrl: () => 'http://127.0.0.1:4000' });
      const { hostname: host, port } = new URL(address);

      await invoke('own', { host, port: Number(port), signature: signatureFor('s3') });

      assert.match(lines.map(({ message }) => message).join('\n'), says);
    });

  it('is not reported if a server listens there, or if the call is not for AWS', async () => {
    const server = createServer((_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      assert.deepEqual(await printed('plain', { host: '127.0.0.1', port, signature: signatureFor() }), []);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    assert.deepEqual(await printed('plain', { host: 'localhost', port, signature: false }), []);
  });

  it('is not reported if it is a call to the gateway, which is ending', async () => {
    const event = { host: '127.0.0.1', port: await freePort(), signature: signatureFor() };
    const own = aFolderFunction(aFolder({ 'a.js': SIGNED }), 'a.handler', {
      name: 'own',
    });
    const { invoke, lines } = await startRuntime([own], {
      controlUrl: () => 'http://127.0.0.1:4000',
      extraEnvironment: { AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${event.port}` },
    });

    await invoke('own', event);

    assert.deepEqual(lines, []);
  });
});
