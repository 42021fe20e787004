/**
 * `gatewright cache` against the admin endpoint of a deployed stack, whose table is in memory. Alone in its process: the
 * command reads `process.env`.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { invalidatorRoutes } from '#shared/cache/invalidator-routes.ts';
import { createRouter } from '#shared/http/router.ts';
import { CacheDesk, countedHandler } from '../../../../support/a-response-cache.ts';
import { portsAt, recordAt } from '../../../../support/a-stage-cache.ts';
import { runCommandHere } from '../../../../support/command-in-process.ts';

const desk = new CacheDesk();
const answer = createRouter(invalidatorRoutes(portsAt(desk)));

/** As API Gateway hands a request to the function; of the signature it says here that there is one. */
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://admin');
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const isSigned = /^AWS4-HMAC-SHA256 .*\/eu-central-1\/execute-api\//.test(
      request.headers.authorization ?? '',
    );
    const event = {
      version: '2.0',
      routeKey: `${request.method} ${url.pathname}`,
      headers: request.headers,
      queryStringParameters: Object.fromEntries(url.searchParams),
      body: Buffer.concat(parts).toString(),
      requestContext: {
        stage: '$default',
        requestId: 'r-1',
        timeEpoch: desk.nowMs,
        http: { method: request.method, path: url.pathname },
        ...(isSigned && { authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } } }),
      },
    };
    void answer(event, () => undefined).then(({ statusCode, body }) => {
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(body);
    });
  });
});
const environment: Record<string, string> = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDOFADEPLOYEDSTACK',
  AWS_SECRET_ACCESS_KEY: 'of-ada',
};
const cache = (...args: readonly string[]) => runCommandHere(['cache', ...args], { environment });

describe('gatewright cache, of a deployed stack', () => {
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    environment['GATEWRIGHT_ADMIN_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await recordAt(desk, 1, 'authorizer');
    await countedHandler(desk, { scope: 'public', tags: () => ['t'] })({ query: 'page=2' });
  });
  after(() => server.close());

  it('shows what is kept, labelled by who knows of it, drops it, and shows it no more', async () => {
    const shown = await cache('show', 'orders', '--tag', 't');
    assert.match(shown.stdout, /recorded-by-cacheTags +GET abcdefghij\/dev\/p\/0 +authorizer/, shown.stderr);
    assert.match(shown.stdout, /response +path:\/orders query\.page=2 tag:t +-/);

    const dry = await cache('invalidate', 'orders', '--part', 'query.page=2', '--dry-run', '--json');
    assert.equal((JSON.parse(dry.stdout) as { state: string }).state, 'dry-run');
    const done = await cache('invalidate', 'orders', '--part', 'query.page=2');
    assert.match(done.stdout, /state +done\n(.*\n)*dropped +1\n/);
    const left = await cache('show', 'orders');
    assert.doesNotMatch(left.stdout, /response/);
    assert.match(left.stdout, /recorded-by-cacheTags/);
  });

  it('says what is wrong with a request, as the endpoint does', async () => {
    const refused = await cache('invalidate', 'orders', '--part', 'page=2');

    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /parts must be .*query\.page=2.*REQUEST_INVALID, 400/);
  });
});
