import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeaderList } from '../../../../packages/gateway/core/events/header-list.ts';
import { acceptRequest } from '../../../../packages/gateway/server/answer-request.ts';
import { recording, storyOf } from '../../../support/recorded-apis.ts';
import { anApi } from '../../../support/an-api.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { Arrival } from '../../../../packages/gateway/server/answer-request.ts';
import type { ReplySink } from '../../../../packages/gateway/server/stream-reply.ts';

const GET: Omit<Arrival, 'remoteAddress'> = {
  method: 'GET',
  target: '/dev/pets',
  host: 'pets.example',
  apiId: undefined,
  httpVersion: '1.1',
  headers: new HeaderList(['Host', 'pets.example']),
  body: undefined,
  peer: undefined,
};

describe('a request whose connection has been reset', () => {
  it('reaches no function: its client is unknown, and is not mistaken for this machine', async () => {
    let calls = 0;
    const { api, ports } = anApi(restApi({}), {
      list: () => ({ statusCode: (calls += 1) && 200, body: '' }),
    });
    const { promise: destroyed, resolve } = Promise.withResolvers<undefined>();
    const sink = { destroyed: false, destroy: () => resolve(undefined) } as unknown as ReplySink;
    acceptRequest({ ...GET, remoteAddress: undefined }, sink, servedAlone(api.served, ports));
    await destroyed;

    assert.equal(calls, 0);
    assert.deepEqual(ports.log.lines, [
      'GET /dev/pets was not served, because the client reset the connection',
    ]);
  });
});

describe('a request for which no API is served', () => {
  it('is reported in the log, and recorded under the name of its host', () => {
    const { api, ports } = anApi(restApi({}), {});
    const sink = {
      destroyed: false,
      writeHead: () => undefined,
      end: () => undefined,
    } as unknown as ReplySink;
    const options = { ...servedAlone(api.served, ports), resolveApi: () => undefined };

    acceptRequest({ ...GET, target: '/v9/pets', remoteAddress: '127.0.0.1' }, sink, options);

    assert.deepEqual(ports.log.lines, ['GET /v9/pets 403 0.0 ms screen (no API is served at pets.example)']);
  });

  it('is recorded if the gateway does not serve its host, and the story says what to change', () => {
    const { api, ports, last } = recording(anApi(restApi({}), {}));
    const sink = {
      destroyed: false,
      writeHead: () => undefined,
      end: () => undefined,
    } as unknown as ReplySink;
    const options = servedAlone(api.served, ports, () => false);

    acceptRequest({ ...GET, remoteAddress: '127.0.0.1' }, sink, options);

    assert.equal(last().status, 403);
    const story = storyOf(last());
    assert.match(story, /does not serve the host 'pets\.example'\. The gateway itself refused the request/);
    assert.match(
      story,
      /→ If a tunnel or proxy sends this host, start the gateway with --allow-host pets\.example\./,
    );
  });
});
