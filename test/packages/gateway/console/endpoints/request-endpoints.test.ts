/** The endpoints of what was recorded, as the command line and the console ask them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { createSystemRandom } from '../../../../../packages/gateway/server/adapters/random.ts';
import { ApiKeys } from '../../../../../packages/gateway/control/metering/api-keys.ts';
import { serveRequests } from '../../../../../packages/gateway/console/endpoints/request-endpoints.ts';
import { Issuer } from '../../../../../packages/gateway/cognito/issuer.ts';
import { createIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { aRecordedApi } from '../../../../support/recorded-apis.ts';
import { policy, restApi, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import { KEY_VALUE, meteredApi } from '../../../../support/metered-apis.ts';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { RequestDetail, RequestRow } from '../../../../../packages/gateway/console/records/model.ts';

type Answer = {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly request?: RequestDetail; readonly rows?: RequestRow[] };
};

const auth = (event: unknown): unknown => {
  const { authorizationToken } = event as { authorizationToken: string };
  const claims = JSON.parse(Buffer.from(authorizationToken.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
    roles?: string[];
  };
  return {
    ...policy(claims.roles?.includes('admin') === true ? 'Allow' : 'Deny', '*'),
    principalId: claims.sub,
  };
};

// Its key takes longer to make than all that is asked.
const issuer = await Issuer.create({ clock: createSystemClock(), random: createSystemRandom() });

async function served(resources: Record<string, TestResource>, clockFixedBecause?: string) {
  const echo = (event: unknown) => ({
    statusCode: 200,
    body: JSON.stringify((event as { body: unknown }).body),
  });
  const api = aRecordedApi(resources, { list: echo, auth });
  const clock = createSystemClock();
  const keys = new ApiKeys();
  for (const key of api.account.keys.all) keys.put(key);
  const at = {
    at: api.ports,
    records: api.records,
    clock,
    clockFixedBecause,
    version: '1',
    whereabouts: () => ['shop', 'http://127.0.0.1:3002/dev'],
    findApi: (id: string) => (id === 'abcdefghij' ? api.api.served : undefined),
    who: { issuer, identities: createIdentities([]), clock, keys: () => keys },
  };
  const ask = async (method: string, target: string, body?: object): Promise<Answer> => {
    const [path = '', query = ''] = target.split('?');
    const request = {
      method,
      path,
      query,
      rawHeaders: [],
      host: '',
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    };
    const reply = await serveRequests(request, path, at);
    assert.ok(reply !== undefined, `${method} ${target} is nobody's`);
    return { status: reply.status, body: JSON.parse(String(reply.body)) as Answer['body'] };
  };
  return { api, ask, at };
}

describe('endpoints of recorded requests', () => {
  it('let other work continue while many requests are archived', async () => {
    const { api, ask } = await served(withAuthorizer(TOKEN));
    for (let index = 0; index < 40; index += 1) await api.send({ target: `/dev/pets?n=${index}` });
    let isOver = false;
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);

    const { log } = (await ask('GET', 'requests.har')).body as {
      readonly log?: { readonly entries: unknown[] };
    };
    isOver = true;

    assert.equal(log?.entries.length, 40);
    assert.ok(turns >= 4, `${turns} turns of the loop`);
  });

  it('list requests, show one by its id or the beginning of it, and delete them', async () => {
    const { api, ask } = await served(withAuthorizer(TOKEN));
    await api.send({ target: '/dev/pets' });

    const [row] = (await ask('GET', 'requests?status=4xx')).body.rows ?? [];
    assert.equal(row?.status, 401);
    assert.equal((await ask('GET', `requests/${row.id}`)).body['id'], row.id);
    assert.equal((await ask('GET', 'requests/last')).body['id'], row.id);
    assert.equal((await ask('GET', 'requests/unknown')).status, 404);
    const odd = await ask('GET', 'requests?status=zzz');
    assert.deepEqual(
      [odd.status, odd.body['message']],
      [400, 'Expected a status such as 404, or 4xx for a whole class.'],
    );
    assert.deepEqual((await ask('DELETE', 'requests')).body.rows, []);
  });

  // A walk in which the request had gone to the gateway of somebody else, on the usual port.
  it('name the gateway and its addresses if it has no record of any request', async () => {
    const { api, ask } = await served(withAuthorizer(TOKEN));
    const none =
      'This gateway (shop, http://127.0.0.1:3002/dev) has no record of any request. If you have sent one, check the address to which you sent it.';

    for (const last of ['last', 'last-request'])
      assert.deepEqual(await ask('GET', `requests/${last}`), { status: 404, body: { message: none } });
    assert.deepEqual(await ask('POST', 'requests/last/replay', {}), { status: 404, body: { message: none } });
    assert.equal((await ask('GET', 'requests')).body['none'], none);

    await api.send({ target: '/dev/pets' });
    assert.equal((await ask('GET', 'requests')).body['none'], undefined);
    assert.match(
      String((await ask('GET', 'requests/ffffffff')).body['message']),
      /^This gateway has no record of the request ffffffff\. `gatewright requests` lists the recorded requests, and `gatewright explain last` explains the newest one\./,
    );
  });

  it('list the requests with a status, and all of them without one', async () => {
    const { api, ask } = await served(withAuthorizer(TOKEN));
    for (const target of ['/dev/pets', '/dev/pets/7']) await api.send({ target });
    const listed = async (query: string) =>
      (await ask('GET', `requests?${query}`)).body.rows?.map(({ status }) => status);

    const queries = ['status=', 'status=401', 'status=403', 'status=4xx', 'status=2xx'];
    assert.deepEqual(await Promise.all(queries.map(listed)), [[403, 401], [401], [403], [403, 401], []]);
  });

  it('replay a form whose secrets were returned as they were shown, with another name in it', async () => {
    const { api, ask } = await served(restApi({ HttpMethod: 'POST' }));
    const body = 'name=alice&password=hunter2hunter2';
    const headers = ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'];
    await api.send({ method: 'POST', target: '/dev/pets', headers, body });
    const shown = api.last().request.body?.text ?? '';
    assert.ok(!shown.includes('hunter2'), shown);

    await ask('POST', 'requests/last/replay', { edit: { body: shown.replace('alice', 'carl') } });

    assert.equal(api.records.detail('last', true)?.request.body?.text, 'name=carl&password=hunter2hunter2');
  });

  it('replay a request as it was, without any wish and with an empty one', async () => {
    const { api, ask } = await served(restApi({ HttpMethod: 'POST' }));
    await api.send({ method: 'POST', target: '/dev/pets', body: 'soup' });

    for (const body of [undefined, {}, { edit: {} }]) {
      const { status, body: answer } = await ask('POST', 'requests/last/replay', body);
      assert.deepEqual([status, answer.request?.reply.body?.text], [200, '"soup"']);
    }
    const emptied = await ask('POST', 'requests/last/replay', { edit: { body: '' } });
    assert.equal(emptied.body.request?.request.body, undefined);
  });

  it('take up to 200 headers, which is more than any request needs', async () => {
    const { ask } = await served(restApi());
    const statusOf = async (count: number) => {
      const headers = Array.from({ length: count }, (_, index) => [`x-${index}`, 'v']);
      const edit = { method: 'GET', target: '/dev/pets', headers };
      return (await ask('POST', 'send', { apiId: 'abcdefghij', edit })).status;
    };

    assert.deepEqual([await statusOf(200), await statusOf(201)], [200, 400]);
  });

  it('replay a refused request as an allowed caller', async () => {
    const { api, ask } = await served(withAuthorizer(TOKEN));
    await api.send({ target: '/dev/pets' });
    const id = api.last().id;

    const asCarl = await ask('POST', `requests/${id}/replay`, { as: 'carl:courier' });
    const asAlice = await ask('POST', `requests/${id}/replay`, { as: 'alice:admin' });

    assert.deepEqual([asCarl.body.request?.status, asAlice.body.request?.status], [403, 200]);
    assert.equal(asAlice.body.request?.caller, 'alice');
    assert.notEqual(asAlice.body['id'], id);
  });

  it('replay with hidden secrets, edited, and anonymously', async () => {
    const { api, ask, at } = await served(withAuthorizer(TOKEN));
    const { token } = at.who.issuer.mint({ sub: 'alice', roles: ['admin'] });
    await api.send({ target: '/dev/pets', headers: ['Authorization', `Bearer ${token}`] });
    const { id, request } = api.last();

    const edited = await ask('POST', `requests/${id}/replay`, {
      edit: { target: '/dev', headers: request.headers },
    });
    const asAnonymous = await ask('POST', `requests/${id}/replay`, { as: 'anonymous' });
    // The name of an earlier version.
    const asNobody = await ask('POST', `requests/${id}/replay`, { as: 'nobody' });

    assert.deepEqual([edited.body.request?.status, edited.body.request?.routeKey], [200, 'GET /']);
    assert.equal(asAnonymous.body.request?.status, 401);
    assert.equal(asNobody.body.request?.status, 401);
  });

  it('replay a body and a target that came back as they were shown', async () => {
    const { api, ask, at } = await served(withAuthorizer({ ...TOKEN }));
    const { token } = at.who.issuer.mint({ sub: 'alice', roles: ['admin'] });
    const raw = 'verysecrettoken12345';
    const first = { target: `/dev/pets?of=${raw}`, body: JSON.stringify({ note: `with ${raw}` }) };
    await api.send({ ...first, headers: ['Authorization', `Bearer ${token}`, 'x-api-key', raw] });
    const { id, request, target } = api.last();
    assert.ok(!JSON.stringify([request, target]).includes(raw));

    await ask('POST', `requests/${id}/replay`, {
      edit: { target, headers: request.headers, body: request.body?.text ?? '' },
    });

    const sent = api.records.detail('last', true);
    assert.deepEqual(
      [sent?.target, JSON.parse(sent?.request.body?.text ?? '')],
      [first.target, JSON.parse(first.body)],
    );
  });

  it('replay at another time and then reset the clock', async () => {
    const { api, ask, at } = await served(withAuthorizer(TOKEN));
    await api.send({ target: '/dev/pets' });
    const before = at.clock.offsetMs();

    const { status } = await ask('POST', 'requests/last/replay', { shiftMs: 86_400_000, as: 'alice:admin' });

    assert.deepEqual([status, at.clock.offsetMs()], [200, before]);
    const fixed = await served(withAuthorizer(TOKEN), 'the clock cannot move');
    await fixed.api.send({ target: '/dev/pets' });
    assert.equal((await fixed.ask('POST', 'requests/last/replay', { shiftMs: 1 })).status, 400);
  });

  it('send a new request with the value of a key that is named by its id', async () => {
    const { ask, api } = await served(meteredApi());

    const { body } = await ask('POST', 'send', {
      apiId: 'abcdefghij',
      as: 'key:Key',
      edit: { method: 'GET', target: '/dev/pets' },
    });

    assert.equal(body.request?.status, 200);
    assert.ok(!JSON.stringify(body).includes(KEY_VALUE));
    assert.equal(api.records.state.taken, 1);
  });

  const refused: { name: string; target: string; body: object }[] = [
    {
      name: 'an API that is not there',
      target: 'send',
      body: { apiId: 'no', edit: { method: 'GET', target: '/' } },
    },
    {
      name: 'a header that contains a line break',
      target: 'send',
      body: { apiId: 'abcdefghij', edit: { method: 'GET', target: '/', headers: [['a', 'b\r\nc: d']] } },
    },
    {
      name: 'a target with a blank',
      target: 'send',
      body: { apiId: 'abcdefghij', edit: { method: 'GET', target: '/a b' } },
    },
    {
      name: 'a new request without a method',
      target: 'send',
      body: { apiId: 'abcdefghij', edit: { target: '/dev/pets' } },
    },
    {
      name: 'a new request without a target',
      target: 'send',
      body: { apiId: 'abcdefghij', edit: { method: 'GET' } },
    },
    {
      name: 'a new request to an API without a name',
      target: 'send',
      body: { edit: { method: 'GET', target: '/dev/pets' } },
    },
    {
      name: 'a method in small letters',
      target: 'send',
      body: { apiId: 'abcdefghij', edit: { method: 'get', target: '/dev/pets' } },
    },
    { name: 'a caller that is not text', target: 'requests/last/replay', body: { as: 7 } },
    { name: 'an invalid change', target: 'requests/last/replay', body: { edit: 'GET' } },
    { name: 'a body that is not text', target: 'requests/last/replay', body: { edit: { body: {} } } },
    { name: 'an unknown identity', target: 'requests/last/replay', body: { as: 'iam:nobody' } },
    { name: 'an invalid shift', target: 'requests/last/replay', body: { shiftMs: 'soon' } },
    { name: 'a shift past what a clock may say', target: 'requests/last/replay', body: { shiftMs: 1e300 } },
  ];
  for (const { name, target, body } of refused) {
    it(`refuse ${name}`, async () => {
      const { api, ask } = await served(withAuthorizer(TOKEN));
      await api.send({ target: '/dev/pets' });

      assert.equal((await ask('POST', target, body)).status, 400);
    });
  }

  it('say that nothing is recorded, and ignore other paths', async () => {
    const request = { method: 'GET', path: '', query: '', rawHeaders: [], host: '', body: Buffer.alloc(0) };

    assert.equal((await serveRequests(request, 'requests', undefined))?.status, 409);
    assert.equal(await serveRequests(request, 'status', undefined), undefined);
  });

  it('stream rows as they come, oldest first, until the reader leaves', async () => {
    const { api, at } = await served(withAuthorizer(TOKEN));
    await api.send({ target: '/dev/pets' });
    const request = {
      method: 'GET',
      path: '',
      query: 'since=0',
      rawHeaders: [],
      host: '',
      body: Buffer.alloc(0),
    };
    const reply = await serveRequests(request, 'requests/events', at);
    assert.ok(reply?.stream !== undefined);
    const parts = reply.stream.bytes[Symbol.asyncIterator]();
    const read = async (): Promise<string> => String((await parts.next()).value);

    assert.equal(await read(), 'retry: 1000\n\n');
    assert.match(await read(), /^event: rows\nid: 1\ndata: \{"rows":\[\{"id":/);
    const next = read();
    await api.send({ target: '/dev/other' });
    assert.match(await next, /^event: rows\nid: 2\n.*\/dev\/other/s);
    const last = parts.next();
    reply.stream.bytes.cancel();
    assert.ok((await last).done !== undefined);
  });
});
