import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHar } from '../../../../../packages/gateway/console/records/har.ts';
import { RECORDED_BYTES } from '../../../../../packages/gateway/console/records/recorded-request.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { Trail } from '../../../../../packages/gateway/core/trail.ts';
import { answered } from '../../../../support/a-method.ts';
import { aServiceIntegration } from '../../../../support/a-service-integration.ts';
import { aStack, invokeUri } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import { aRecordedApi, recording } from '../../../../support/recorded-apis.ts';
import { bearer, withAuthorizer, ok, policy, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import type { Clock } from '../../../../../packages/gateway/core/ports.ts';
import type { FinishedEvent } from '../../../../../packages/gateway/core/trail.ts';

const paths = (records: RequestRecords, filter = {}): string[] =>
  records.rows(filter).map(({ target }) => target);

function aDisconnection(clock: Clock, failure?: string, code = 1000): FinishedEvent {
  const trail = new Trail(clock);
  trail.keepNotes();
  if (failure !== undefined) trail.failure = failure;
  return {
    kind: 'DISCONNECT',
    requestId: `request of ${failure ?? 'a client'}`,
    connectionId: 'connection-1',
    sourceIp: '127.0.0.1',
    apiId: 'abcdefghij',
    stageName: 'dev',
    found: undefined,
    route: undefined,
    closure: { code, reason: '' },
    caller: { kind: 'anonymous' },
    body: undefined,
    payload: undefined,
    reply: undefined,
    status: 200,
    trail,
    latencyMs: 1,
  };
}

describe('recorded requests', () => {
  it('are the last ones up to the limit, newest first, with the members that a list shows', async () => {
    const api = recording(aRecordedApi(restApi(), { list: ok }), 2);

    for (const path of ['/dev/pets?page=1', '/dev/nowhere', '/dev']) await api.send({ target: path });

    assert.deepEqual(paths(api.records), ['/dev', '/dev/nowhere']);
    assert.deepEqual(api.records.state.taken, 3);
    const [row] = api.records.rows();
    assert.deepEqual(
      { status: row?.status, route: row?.routeKey, phase: row?.phase, kind: row?.kind, stage: row?.stage },
      { status: 200, route: 'GET /', phase: 'integrate', kind: 'request', stage: 'dev' },
    );
  });

  it('are found by status, route and text, and page by page', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    for (const path of ['/dev/pets', '/dev/nowhere', '/dev']) await api.send({ target: path });

    assert.deepEqual(paths(api.records, { status: '4xx' }), ['/dev/nowhere']);
    assert.deepEqual(paths(api.records, { status: '403' }), ['/dev/nowhere']);
    assert.deepEqual(paths(api.records, { route: 'GET /pets' }), ['/dev/pets']);
    assert.deepEqual(paths(api.records, { search: 'NOWHERE' }), ['/dev/nowhere']);
    assert.deepEqual(paths(api.records, { limit: 1 }), ['/dev']);
    assert.deepEqual(paths(api.records, { before: 2 }), ['/dev/nowhere', '/dev/pets']);
    assert.deepEqual(paths(api.records, { since: 2 }), ['/dev']);
  });

  it('leave openings and ends of connections out of the last requests, because no client waits for them, unless they are the only ones', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    const { records } = api;
    api.ports.records = {
      take: (finished) => records.take({ ...finished, connectionId: 'connection-1' }),
      takeEvent: (event) => records.takeEvent(event),
    };
    await api.send({ target: '/dev/pets' });
    assert.equal(records.detail('last')?.kind, 'handshake');

    api.ports.records = records;
    await api.send({ target: '/dev/pets?second' });
    const { id } = api.last();
    records.takeEvent(aDisconnection(api.ports.clock));
    assert.equal(records.rows()[0]?.kind, 'disconnect');
    assert.equal(records.detail('last')?.id, id);

    // A client that has gone feels nothing of a failing $disconnect.
    records.takeEvent(aDisconnection(api.ports.clock, 'the function failed'));
    assert.equal(records.detail('last')?.id, id);
  });

  it('show an accepted handshake instead of an older refused one, because the client has tried again', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    const { records } = api;
    api.ports.records = {
      take: (finished) => records.take({ ...finished, connectionId: 'connection-1' }),
      takeEvent: (event) => records.takeEvent(event),
    };
    await api.send({ target: '/dev/nowhere' });
    const refused = api.last().id;
    assert.equal(records.detail('last')?.id, refused);

    await api.send({ target: '/dev/pets' });
    const accepted = api.last().id;
    records.takeEvent(aDisconnection(api.ports.clock));

    assert.notEqual(accepted, refused);
    assert.equal(records.detail('last')?.id, accepted);
  });

  // After `customers set-plan`, `explain last` explained the command's own request to the admin API.
  it('leave requests to Gatewright’s own stack out of the last requests, unless they are the only ones', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    await api.send({ target: '/dev/pets?own' });
    const other = aRecordedApi(restApi(), { list: ok });
    other.ports.records = api.records;
    const label = (isToolkit: boolean) => ({ label: 'a', isToolkit });
    let served = 0;
    api.records.readLabels = () => ({ of: () => label((served += 1) === 1) });
    await other.send({ target: '/dev/pets?admin' });

    const [newest, first] = api.records.rows().map(({ sequence }) => sequence);
    served = 0;
    assert.equal(api.records.find('last')?.sequence, first, 'the newest is of the toolkit');
    served = 0;
    assert.equal(api.records.find('last')?.passedOver?.sequence, newest, 'the reader can say so');
    api.records.readLabels = () => ({ of: () => label(true) });
    assert.equal(api.records.find('last')?.sequence, newest, 'there is nothing else');
  });

  it('leave events of Gatewright’s own stack out of the last ones, also if there is nothing else', () => {
    const { records } = aRecordedApi(restApi(), { list: ok });
    const alarms = 'arn:aws:sns:us-east-1:123456789012:alarms';
    const came = { kind: 'accepted', at: alarms, id: 'm1', what: 'message', atEpochMs: 0, cause: 'c' };
    const resources = { Alarms: { type: 'AWS::SNS::Topic', id: alarms, properties: {} } };
    const functions = [{ name: 'closer', environment: { GATEWRIGHT_STAGE: 'dev' } }];
    records.journal = { ofCause: () => [came], causeOf: () => undefined } as never;
    records.takeSide({ form: 'event', id: 'e1', cause: 'c', atEpochMs: 0 });

    records.readStacks = () => [{ ...aStack(resources), functions } as never];
    assert.equal(records.detail('last'), undefined);
    records.readStacks = () => [aStack(resources)];
    assert.equal(records.detail('last')?.id, 'e1');
  });

  // A function that catches the error of its write returns as if nothing had happened.
  it('leave a schedule that ran without a fault out of the last ones, but not one whose function lost a call', async () => {
    const run = { kind: 'accepted', at: 'rule', id: 'r1', what: 'run', atEpochMs: 0, cause: 'c' };
    const lost = {
      kind: 'rejected',
      functionName: 'nightly',
      service: 'dynamodb',
      operation: 'PutItem',
      code: 'ValidationException',
      message: 'the key is missing',
      atEpochMs: 0,
      cause: 'c',
    };
    for (const steps of [[run], [run, lost]]) {
      const { records, send, last } = aRecordedApi(restApi(), { list: ok });
      await send({ target: '/dev/pets' });
      records.journal = { ofCause: () => steps, causeOf: () => undefined } as never;
      records.takeSide({ form: 'event', id: 'e1', cause: 'c', atEpochMs: 0 });

      assert.equal(records.detail('last')?.id, steps.length === 1 ? last().id : 'e1');
    }
  });

  describe('are found by another id that is shown', () => {
    it('which an AWS service gave to its call behind an HTTP API', async () => {
      const api = recording(
        aServiceIntegration('SQS-SendMessage', {
          QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/jobs',
          MessageBody: '$request.body.text',
        }),
      );
      const id = '7b1f0a52-9c5d-5f0e-8a39-53c7a4f6a1ce';
      api.ports.services.answer = () => answered('{}', ['x-amzn-RequestId', id]);
      const reply = await api.send({ method: 'POST', target: '/orders', body: '{"text":"a"}' });
      await api.send({ method: 'POST', target: '/orders', body: '{"text":"b"}' });

      assert.ok(reply.headers.includes(id), reply.headers.join());
      assert.equal(api.records.detail(id)?.routeKey, 'POST /{kind}');
    });

    it('which Lambda gave to the call of the function, as its log shows', async () => {
      const api = aRecordedApi(restApi(), {
        list: () => ({ kind: 'returned', payload: '{"statusCode":200}', requestId: () => 'invocation-1' }),
      });
      await api.send({ target: '/dev/pets' });

      assert.equal(api.records.detail('invocation-1')?.target, '/dev/pets');
      assert.equal(api.records.detail('invocation-2'), undefined);
    });
  });

  for (const code of [1002, 1003, 1007, 1008, 1009])
    it(`take for the last one an end of a connection that a message caused: ${code}`, async () => {
      const api = aRecordedApi(restApi(), { list: ok });
      await api.send({ target: '/dev/pets' });
      api.records.takeEvent(aDisconnection(api.ports.clock, undefined, code));

      assert.equal(api.records.detail('last')?.kind, 'disconnect');
    });

  it('say how a connection ended, or why its function failed', () => {
    const api = aRecordedApi(restApi(), { list: ok });
    const phaseOf = (event: FinishedEvent) => {
      api.records.takeEvent(event);
      return api.records.detail(event.requestId)?.phases.map(({ decided, outcome }) => [decided, outcome]);
    };
    const ended = aDisconnection(api.ports.clock);

    assert.deepEqual(phaseOf(ended), [['closed with 1000', 'answered']]);
    const closure = { code: 1001, reason: 'Going away' };
    assert.deepEqual(phaseOf({ ...ended, requestId: 'away', closure }), [
      ['closed with 1001 Going away', 'answered'],
    ]);
    assert.deepEqual(phaseOf({ ...ended, requestId: 'message', closure: undefined }), [['', 'answered']]);
    assert.deepEqual(phaseOf(aDisconnection(api.ports.clock, 'it failed')), [['it failed', 'refused']]);
  });

  it('say where each was sent, with the scheme of the ports and without its secrets', async () => {
    const api = anApi(restApi(), { list: ok });
    const records = new RequestRecords(10, api.ports.clock, 'key of a test', false, 'https');
    api.ports.records = records;

    await api.send({ target: '/dev/pets?token=secret-of-somebody', headers: ['Host', 'api.example'] });

    assert.match(records.detail('last')?.url ?? '', /^https:\/\/api\.example\/dev\/pets\?token=\[[^\]]+\]$/);
  });

  it('leave out what the console itself asks of the admin API, so that it is not the last request', async () => {
    const resources = restApi();
    Object.assign(resources['Api']?.properties ?? {}, { Name: 'gatewright-dev-admin' });
    const api = aRecordedApi(resources, { list: ok });
    api.records.consoleCalls = 'token of this run';

    await api.send({ target: '/dev/pets?n=1' });
    await api.send({ target: '/dev/pets?n=2', headers: ['X-Gatewright-Console', 'token of this run'] });
    await api.send({ target: '/dev/pets?n=3', headers: ['X-Gatewright-Console', 'a guess'] });

    assert.deepEqual(
      api.records.rows().map(({ target }) => target),
      ['/dev/pets?n=3', '/dev/pets?n=1'],
    );
  });

  it('keep the beginning of a long body and say how long it was', async () => {
    const api = aRecordedApi(restApi({ HttpMethod: 'POST' }), {
      list: () => ({ statusCode: 200, body: 'y'.repeat(50_000) }),
    });

    await api.send({ method: 'POST', target: '/dev/pets', body: 'x'.repeat(40_000) });

    const { request, reply, requestBytes, noReplay } = api.last();
    assert.equal(request.body?.text.length, RECORDED_BYTES);
    assert.deepEqual([request.body.cutFrom, reply.body?.cutFrom, requestBytes], [40_000, 50_000, 40_000]);
    assert.equal(noReplay, 'its body was too long to be recorded completely');
    assert.ok(api.records.state.bytes < 6 * RECORDED_BYTES, String(api.records.state.bytes));
  });

  it('show the event, the answer and the template of each phase', async () => {
    const api = aRecordedApi(
      restApi({
        Integration: {
          Type: 'AWS',
          IntegrationHttpMethod: 'POST',
          Uri: invokeUri('list'),
          RequestTemplates: { 'application/json': '{"stage":"$context.stage"}' },
          IntegrationResponses: [{ StatusCode: '200' }],
        },
        MethodResponses: [{ StatusCode: '200' }],
      }),
      { list: () => ['rex'] },
    );

    await api.send({ target: '/dev/pets' });

    const shows = api
      .last()
      .phases.flatMap(({ name, shows }) => shows.map(({ title, text }) => [name, title, text]));
    assert.deepEqual(
      shows.map(([name, title]) => `${name}: ${title}`),
      [
        'match: Near misses',
        'map-request: Template application/json',
        'map-request: Rendered',
        'integrate: Its answer',
      ].filter((line) => !line.startsWith('match') || shows.some(([name]) => name === 'match')),
    );
    assert.ok(shows.some(([, title, text]) => title === 'Rendered' && text?.includes('"stage": "dev"')));
  });

  it('show an answer of the authorizer’s cache, its age and its policy', async () => {
    const api = aRecordedApi(withAuthorizer({ ...TOKEN, Name: 'gate' }), {
      list: ok,
      auth: () => policy('Allow', '*'),
    });
    await api.send({ target: '/dev/pets', headers: bearer });
    api.ports.clock.advance(12_000);

    await api.send({ target: '/dev/pets', headers: bearer });

    const { circumstances, phases, caller } = api.last();
    assert.deepEqual(
      { from: circumstances.guard?.from, ageMs: circumstances.guard?.ageMs, caller },
      { from: 'cache', ageMs: 12_000, caller: 'alice' },
    );
    assert.equal(
      phases.find(({ name }) => name === 'authorize')?.decided,
      'authorizer: allow by statement 1',
    );
  });

  it('hide secrets if they are shown or exported, and show them on request', async () => {
    const api = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') });
    const headers = [
      'Authorization',
      'Bearer super-secret-credential',
      'Cookie',
      'sid=cookie-secret-value; theme=dark',
    ];

    await api.send({ target: '/dev/pets?api_key=query-secret-value&page=2', headers });

    const shown = JSON.stringify([api.last(), api.records.rows(), toHar([api.last()], '1')]);
    for (const secret of ['super-secret', 'cookie-secret', 'query-secret'])
      assert.ok(!shown.includes(secret), secret);
    assert.match(shown, /page=2/);
    assert.match(shown, /Bearer \[[0-9a-f]{8}\.\.tial\]/);
    assert.match(JSON.stringify(api.records.detail('last', true)), /super-secret-credential/);
  });

  it('are all there for a reader in the turn in which they end, however many do', async () => {
    const api = recording(aRecordedApi(restApi(), { list: ok }), 500);

    await Promise.all(
      Array.from({ length: 200 }, (_, index) => api.send({ target: `/dev/pets?n=${index}` })),
    );

    assert.equal(api.records.state.kept, 200);
    assert.deepEqual(new Set(paths(api.records, { limit: 500 })).size, 200);
  });

  it('are gone when they are cleared, also those that have just ended', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    await api.send({ target: '/dev/pets' });

    api.records.clear();

    assert.deepEqual([api.records.rows(), api.records.state.bytes], [[], 0]);
  });

  it('show the headers that sending adds to a reply', async () => {
    const api = aRecordedApi(restApi({ HttpMethod: 'ANY' }), {
      list: (event) => ({
        statusCode: (event as { httpMethod: string }).httpMethod === 'DELETE' ? 204 : 200,
        body: 'löst',
      }),
    });
    const shown = async (method: string): Promise<unknown> => {
      await api.send({ method, target: '/dev/pets' });
      return api.last().reply.headers.find(([name]) => name === 'Content-Length');
    };

    assert.deepEqual(await shown('GET'), ['Content-Length', '5']);
    assert.equal(await shown('DELETE'), undefined);
    const { headers } = await api.send({ target: '/dev/none' });
    headers.push('Content-Length', '42');
    assert.deepEqual(api.last().reply.headers.at(-1), ['Content-Length', '42']);
  });

  it('show when each phase began, by one reading of the clock for each', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    const { clock } = api.ports;
    let readings = 0;
    Object.assign(clock, { monotonicMs: () => readings++ });

    await api.send({ target: '/dev/pets' });

    const started = api.last().phases.map(({ name, beginMs }) => `${name} ${beginMs}`);
    assert.deepEqual(started, [
      'screen 0',
      'match 1',
      'authenticate 2',
      'authorize 3',
      'meter 4',
      'validate 5',
      'cache 6',
      'map-request 7',
      'integrate 8',
      'map-response 9',
    ]);
    assert.equal(readings, 11);
  });

  it('wake a reader that waits for the next one', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    const next = api.records.next(AbortSignal.timeout(5_000));

    await api.send({ target: '/dev/pets' });
    await next;

    assert.equal(api.records.state.kept, 1);
  });

  it('become an HTTP Archive that describes each request', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    await api.send({ target: '/dev/pets?x=1', headers: ['Host', 'pets.example'] });

    const { log } = toHar([api.last()], '1') as {
      log: {
        version: string;
        entries: { request: { url: string }; response: { status: number; content: { text: string } } }[];
      };
    };

    assert.equal(log.version, '1.2');
    assert.deepEqual(
      log.entries.map(({ request, response }) => [request.url, response.status, response.content.text]),
      [['http://pets.example/dev/pets?x=1', 200, 'ok']],
    );
  });
});
