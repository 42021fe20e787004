/**
 * `ReservedConcurrentExecutions`, tested over sockets: concurrent events of one function, and events of a function that
 * reserves 0. Source: Lambda developer guide, "Configuring reserved concurrency for a function"; docs/aws §1.5, §8.2
 * for how the kinds of API respond to Lambda's 429.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { signRequest } from '@gatewright/aws/sign-request';
import { aGateway, GATEWAY_ADMIN } from '../support/a-gateway.ts';
import type { StartedGateway } from '../support/a-gateway.ts';

/** The handler waits until the test lets it answer. */
const HANDLER = `
exports.handler = async () => {
  await (await fetch(process.env.GATE)).text();
  return { statusCode: 200, body: 'served' };
};`;

const event = (api: 'Rest' | 'Http', path: string) => ({
  Type: api === 'Rest' ? 'Api' : 'HttpApi',
  Properties: {
    [api === 'Rest' ? 'RestApiId' : 'ApiId']: { Ref: api },
    Path: path,
    Method: 'GET',
  },
});
const reserving = (name: string, ReservedConcurrentExecutions: number, GATE: string) => ({
  Type: 'AWS::Serverless::Function',
  Properties: {
    FunctionName: name,
    CodeUri: '.',
    Handler: 'app.handler',
    Runtime: 'nodejs24.x',
    ReservedConcurrentExecutions,
    Environment: { Variables: { GATE } },
    Events: { Rest: event('Rest', `/${name}`), Http: event('Http', `/${name}`) },
  },
});

describe('a function with reserved concurrency', () => {
  const waiting: ServerResponse[] = [];
  let onWaiting = (): void => undefined;
  let gate: Server;
  let started: StartedGateway;

  before(async () => {
    gate = createServer((_, response) => {
      waiting.push(response);
      onWaiting();
    });
    await new Promise<void>((done) => gate.listen(0, '127.0.0.1', done));
    const address = `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;
    started = await aGateway(
      {
        Rest: { Type: 'AWS::Serverless::Api', Properties: { StageName: 'v1' } },
        Http: { Type: 'AWS::Serverless::HttpApi', Properties: {} },
        One: reserving('one', 1, address),
        None: reserving('none', 0, address),
      },
      {},
      { 'app.js': HANDLER },
      { Transform: 'AWS::Serverless-2016-10-31' },
    );
  });
  after(async () => {
    await started.close();
    await new Promise((done) => gate.close(done));
  });

  const begun = (): Promise<void> =>
    waiting.length > 0 ? Promise.resolve() : new Promise((done) => (onWaiting = done));
  const letGo = (): void => {
    for (const response of waiting.splice(0)) response.end('go');
  };

  type Answer = { readonly status: number; readonly body: string };
  const read = async (reply: Response): Promise<Answer> => ({
    status: reply.status,
    body: await reply.text(),
  });
  const overApi =
    (kind: 'rest' | 'http') =>
    async (name: string): Promise<Answer> =>
      read(await fetch(`${started.urlOf(kind).replace(/\/$/, '')}/${name}`));
  const byInvoke = async (name: string): Promise<Answer> => {
    const url = new URL(`${started.listening.control}/2015-03-31/functions/${name}/invocations`);
    const call = { method: 'POST', url, headers: {}, body: '{}', service: 'lambda', region: 'eu-west-1' };
    const headers = signRequest({ ...GATEWAY_ADMIN, ...call, nowEpochMs: Date.now() });
    return read(await fetch(url, { method: 'POST', body: call.body, headers }));
  };

  const callers = [
    {
      name: 'a REST API',
      send: overApi('rest'),
      refusal: { status: 500, body: /^\{"message": "Internal server error"\}$/ },
    },
    {
      name: 'an HTTP API',
      send: overApi('http'),
      refusal: { status: 503, body: /^\{"message":"Service Unavailable"\}$/ },
    },
    {
      name: 'Invoke',
      send: byInvoke,
      refusal: { status: 429, body: /"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"/ },
    },
  ];
  for (const { name, send, refusal } of callers) {
    const assertRefused = ({ status, body }: Answer): void => {
      assert.equal(status, refusal.status);
      assert.match(body, refusal.body);
    };

    it(`of 1 serves one of two concurrent requests, and refuses the other at once: ${name}`, async () => {
      for (let round = 0; round < 2; round += 1) {
        const first = send('one');
        await begun();

        // It is answered while the first request is still in progress, so it has not waited for the instance.
        assertRefused(await send('one'));

        letGo();
        const { status, body } = await first;
        assert.equal(status, 200);
        assert.match(body, /served/);
      }
    });

    it(`of 0 refuses every request: ${name}`, async () => {
      for (let round = 0; round < 2; round += 1) assertRefused(await send('none'));
      assert.deepEqual(waiting, []);
    });
  }
});
