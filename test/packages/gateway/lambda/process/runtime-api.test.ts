import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, describe, it } from 'node:test';

import type { StreamPart } from '../../../../../packages/gateway/lambda/invocation/job.ts';
import { RuntimeApi, type RuntimeEvent } from '../../../../../packages/gateway/lambda/process/runtime-api.ts';

const EVENT: RuntimeEvent = {
  requestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  payload: '{"n":1}',
  deadlineMs: 1_700_000_000_000,
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
  traceHeader: 'Root=1-67891233-abcdef012345678912345678',
  clientContext: '{"custom":{}}',
  clockOffsetMs: 0,
};

type Heard = string | readonly [string, string];

async function anApi(): Promise<{
  readonly api: RuntimeApi;
  readonly heard: Heard[];
  readonly url: string;
  readonly host: string;
}> {
  const heard: Heard[] = [];
  const api = new RuntimeApi(
    {
      onIdle: () => heard.push('idle'),
      onReturned: (text) => heard.push(['returned', text]),
      onPart: ({ bytes, acknowledge }: StreamPart) => {
        heard.push(['part', bytes.toString()]);
        acknowledge(bytes.length);
      },
      onFailed: (payload) => heard.push(['failed', payload]),
      onInitFailed: (payload) => heard.push(['init-failed', payload]),
      onLoaded: () => undefined,
      onHeld: (isHeld) => heard.push(isHeld ? 'held' : 'released'),
    },
    { name: 'f', handler: 'a.b' },
  );
  after(() => api.close());
  const host = `127.0.0.1:${await api.listen()}`;
  return { api, heard, url: `http://${host}/2018-06-01/runtime`, host };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
describe('the Runtime API of an instance', () => {
  it('gives an event to the waiting runtime, with Lambda’s headers, and takes one answer', async () => {
    const { api, heard, url } = await anApi();
    const next = fetch(`${url}/invocation/next`);
    while (heard.length === 0) await new Promise(setImmediate);
    api.deliver(EVENT);
    const event = await next;
    const answer = await fetch(`${url}/invocation/${EVENT.requestId}/response`, {
      method: 'POST',
      body: '{"a":1}',
    });
    const second = await fetch(`${url}/invocation/${EVENT.requestId}/response`, {
      method: 'POST',
      body: '2',
    });

    assert.equal(await event.text(), EVENT.payload);
    const headers = [
      'aws-request-id',
      'deadline-ms',
      'invoked-function-arn',
      'trace-id',
      'client-context',
    ].map((name) => event.headers.get(`lambda-runtime-${name}`));
    assert.deepEqual(headers, [
      EVENT.requestId,
      '1700000000000',
      EVENT.functionArn,
      EVENT.traceHeader,
      '{"custom":{}}',
    ]);
    assert.deepEqual([answer.status, await answer.json()], [202, { status: 'OK' }]);
    assert.equal(second.status, 403);
    assert.deepEqual(heard, ['idle', ['returned', '{"a":1}']]);
  });

  it('takes no answer for an event that it did not give, and nothing from a page in a browser', async () => {
    const { api, heard, url } = await anApi();
    const next = fetch(`${url}/invocation/next`);
    api.deliver(EVENT);
    await next;

    const guessed = await fetch(`${url}/invocation/other/response`, { method: 'POST', body: '1' });
    const page = await fetch(`${url}/invocation/${EVENT.requestId}/response`, {
      method: 'POST',
      body: '1',
      headers: { Origin: 'https://example.com' },
    });

    assert.deepEqual([guessed.status, page.status], [400, 403]);
    assert.deepEqual(await guessed.json(), {
      errorMessage: 'Invalid request ID',
      errorType: 'InvalidRequestID',
    });
    assert.deepEqual(heard, ['idle']);
  });

  const failures = [
    { body: '{"errorType":"E","errorMessage":"m"}', payload: '{"errorType":"E","errorMessage":"m"}' },
    { body: 'no JSON', payload: '{"errorType":"Own.Type","errorMessage":"no JSON"}' },
  ];
  for (const { body, payload } of failures) {
    it(`hears of a failure of the event and of the start: ${body}`, async () => {
      const { api, heard, url } = await anApi();
      const given = { method: 'POST', body, headers: { 'Lambda-Runtime-Function-Error-Type': 'Own.Type' } };
      const init = await fetch(`${url}/init/error`, given);
      const next = fetch(`${url}/invocation/next`);
      api.deliver(EVENT);
      await next;
      const event = await fetch(`${url}/invocation/${EVENT.requestId}/error`, given);

      assert.deepEqual([init.status, event.status], [202, 202]);
      assert.deepEqual(heard, [['init-failed', payload], 'idle', ['failed', payload]]);
    });
  }

  it('refuses an answer over 6 MB, which fails the event', async () => {
    const { api, heard, url } = await anApi();
    const next = fetch(`${url}/invocation/next`);
    api.deliver(EVENT);
    await next;

    const body = Buffer.alloc(6_291_557, 'a');
    const answer = await fetch(`${url}/invocation/${EVENT.requestId}/response`, { method: 'POST', body });

    assert.equal(answer.status, 413);
    assert.match(JSON.stringify(heard.at(-1)), /Function\.ResponseSizeTooLarge/);
  });

  it('passes on what is streamed part by part, and how it ended by the trailers', async () => {
    const { api, heard, url, host } = await anApi();
    const next = fetch(`${url}/invocation/next`);
    api.deliver(EVENT);
    await next;

    const [hostname, port] = host.split(':');
    await new Promise<void>((resolve, reject) => {
      const path = `/2018-06-01/runtime/invocation/${EVENT.requestId}/response`;
      const headers = {
        'Lambda-Runtime-Function-Response-Mode': 'streaming',
        'Transfer-Encoding': 'chunked',
        Trailer: 'Lambda-Runtime-Function-Error-Type',
      };
      const request = httpRequest({ hostname, port, path, method: 'POST', headers }, (response) => {
        response.resume().once('end', resolve);
      });
      request.once('error', reject);
      request.write('one');
      request.addTrailers({
        'Lambda-Runtime-Function-Error-Type': 'Own',
        'Lambda-Runtime-Function-Error-Body': Buffer.from('{"errorType":"Own"}').toString('base64'),
      });
      request.end();
    });

    assert.deepEqual(heard, ['idle', ['part', 'one'], ['failed', '{"errorType":"Own"}']]);
  });

  it('learns that a debugger is attached to the runtime, and when paused code continues', async () => {
    const { heard, url } = await anApi();
    const statuses = [];
    for (const what of ['held', 'released', 'other'])
      statuses.push((await fetch(`${url}/gatewright/${what}`, { method: 'POST' })).status);
    assert.deepEqual(
      [statuses, heard],
      [
        [202, 202, 404],
        ['held', 'released'],
      ],
    );
  });

  it('notifies extensions of each event, and is idle when they are', async () => {
    const { api, heard, host } = await anApi();
    const extensions = `http://${host}/2020-01-01/extension`;
    const registered = await fetch(`${extensions}/register`, {
      method: 'POST',
      body: '{"events":["INVOKE"]}',
      headers: { 'Lambda-Extension-Name': 'watcher' },
    });
    const id = registered.headers.get('lambda-extension-identifier') ?? '';
    const runtime = fetch(`http://${host}/2018-06-01/runtime/invocation/next`);
    const unknown = await fetch(`${extensions}/event/next`, {
      headers: { 'Lambda-Extension-Identifier': 'x' },
    });
    const before = [...heard];
    const messages = fetch(`${extensions}/event/next`, { headers: { 'Lambda-Extension-Identifier': id } });
    while (heard.length === 0) await new Promise(setImmediate);
    api.deliver(EVENT);
    await runtime;

    const event = (await (await messages).json()) as Record<string, unknown>;

    assert.deepEqual(await registered.json(), {
      functionName: 'f',
      functionVersion: '$LATEST',
      handler: 'a.b',
    });
    assert.deepEqual([unknown.status, before], [403, []]);
    assert.deepEqual([event['eventType'], event['requestId']], ['INVOKE', EVENT.requestId]);
  });
});
