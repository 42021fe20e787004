import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import {
  eventsDifference,
  logDifference,
  replyDifference,
  requestDifference,
} from '../../../../packages/conformance/play/differences.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import type { RunnerServer, SeenRequest } from '../../../../packages/conformance/play/backends.ts';
import type { RunningApi } from '../../../../packages/conformance/play/running-api.ts';
import type {
  ApiSetup,
  Expectation,
  JsonObject,
} from '../../../../packages/conformance/schema/parity-case.ts';

type Rows<Given> = readonly (readonly [given: Given, difference: string | undefined])[];

const words = (difference: string | undefined): string => difference ?? 'it holds';

describe('replyDifference', () => {
  const reply = {
    status: 200,
    headers: [
      ['X-One', 'a'],
      ['x-one', 'b'],
      ['Content-Type', 'text/plain'],
    ],
    body: Buffer.from('{"a":1,"b":2}'),
  } as const;
  const rows: Rows<Expectation> = [
    [{}, undefined],
    [{ status: 200, headers: { 'X-ONE': 'a, b' } }, undefined],
    [{ status: 201 }, 'status: expected 201, got 200 "{\\"a\\":1,\\"b\\":2}"'],
    [{ headers: { 'X-One': 'a' } }, 'headers.x-one: expected "a", got "a, b"'],
    [{ headersExact: { 'X-One': 'a, b', 'content-TYPE': 'text/plain' } }, undefined],
    [{ headersExact: { 'X-One': 'a, b' } }, 'headers.content-type: not expected, got "text/plain"'],
    [{ headerLists: { 'x-ONE': ['a', 'b'], none: [] } }, undefined],
    [{ headerLists: { 'x-one': ['b', 'a'] } }, 'headers.x-one[0]: expected "b", got "a"'],
    [{ body: { a: 1, b: 2 } }, undefined],
    [{ body: { a: 1 } }, 'body.b: not expected, got 2'],
    [{ body: { a: 1 }, bodySubset: true }, undefined],
    [{ body: { a: 2 }, bodySubset: true }, 'body.a: expected 2, got 1'],
    [{ body: '{"a":1,"b":2}' }, undefined],
    [{ body: '{"a":1}' }, 'body: expected "{\\"a\\":1}", got "{\\"a\\":1,\\"b\\":2}"'],
    [{ bodyContains: '"b"' }, undefined],
    [{ bodyContains: 'c' }, 'body: expected to contain "c", got "{\\"a\\":1,\\"b\\":2}"'],
    [{ bodyBase64: 'eyJhIjoxLCJiIjoyfQ==' }, undefined],
    [{ bodyBase64: 'eA==' }, 'bodyBase64: expected "eA==", got "eyJhIjoxLCJiIjoyfQ=="'],
  ];
  for (const [expect, difference] of rows)
    it(`finds ${words(difference)} in ${JSON.stringify(expect)}`, () => {
      assert.equal(replyDifference(expect, reply), difference);
    });

  it('says that a body is not JSON', () => {
    assert.equal(
      replyDifference({ body: null }, { ...reply, body: Buffer.from('<html>') }),
      'body: expected null, got text that is not JSON: "<html>"',
    );
  });
});

describe('eventsDifference', () => {
  const methods = [{ Integration: { Uri: '${fn:list}' } }, { Integration: { Uri: '${fn:other}' } }];
  const events = [
    { functionName: 'list', event: { n: 1 } },
    { functionName: 'list', event: { n: 2, path: '/' } },
    { functionName: 'auth', event: { type: 'TOKEN' } },
  ];
  const ask = (expect: Expectation, given: Partial<ApiSetup> = { methods }, seen = events) =>
    eventsDifference(aParityCase({ expect, setup: { stage: 'dev', ...given } }), {
      events: seen,
    } as unknown as RunnerServer);

  const rows: Rows<Expectation> = [
    [{}, undefined],
    [{ calls: { list: 2, auth: 1, other: 0 } }, undefined],
    [{ calls: { list: 1 } }, 'calls.list: expected 1, got 2'],
    [{ events: { list: { path: '/' }, auth: { type: 'TOKEN' } } }, undefined],
    [{ events: { list: { n: 1 } } }, 'events.list.n: expected 1, got 2'],
    [{ events: { list: [{ n: 1 }, { n: 2 }] } }, undefined],
    [{ events: { list: [{ n: 2 }, { n: 1 }] } }, 'events.list[0].n: expected 2, got 1'],
    [{ event: { n: 2 } }, undefined],
    [{ event: { n: 1 } }, 'event.n: expected 1, got 2'],
  ];
  for (const [expect, difference] of rows)
    it(`finds ${words(difference)} in ${JSON.stringify(expect)}`, async () => {
      assert.equal(await ask(expect), difference);
    });

  for (const [name, setup] of [
    ['a route', { routes: [{ Integration: { IntegrationUri: '${fn:auth}' } }] }],
    ['the document of the API', { restApi: { Body: { uri: '${fn:auth}' } } }],
  ] as const)
    it(`takes as integration what ${name} names`, async () => {
      assert.equal(await ask({ event: { type: 'TOKEN' } }, setup), undefined);
    });

  it('ignores a function whose name only begins in the same way', async () => {
    const setup = { methods: [{}, { Integration: { Uri: '${fn:authors}' } }], routes: [{}] };

    assert.equal(await ask({ event: {} }, setup), 'event: the function was not invoked');
  });

  it('waits for events that arrive after the answer', async () => {
    const seen: typeof events = [];
    const found = ask({ calls: { list: 1 }, events: { list: [{}] } }, {}, seen);
    await delay(1);
    seen.push({ functionName: 'list', event: { n: 1 } });

    assert.equal(await found, undefined);
  });
});

describe('logDifference', () => {
  const api = (lines: readonly string[]) => ({ readLog: () => lines }) as unknown as RunningApi;

  const rows: Rows<Expectation> = [
    [{}, undefined],
    [{ accessLog: ['GET /', { status: 200 }] }, undefined],
    [{ accessLog: ['GET /'] }, 'accessLog: expected lines: 1, got: 2: ["GET /","{\\"status\\":200}"]'],
    [
      { accessLog: ['<any>', { status: 201 }] },
      'accessLog[1].status: expected 201, got 200 in "{\\"status\\":200}"',
    ],
    [{ accessLog: ['POST /', '<any>'] }, 'accessLog[0]: expected "POST /", got "GET /" in "GET /"'],
  ];
  for (const [expect, difference] of rows)
    it(`finds ${words(difference)} in ${JSON.stringify(expect)}`, async () => {
      assert.equal(await logDifference(expect, api(['GET /', '{"status":200}'])), difference);
    });

  it('waits for lines that arrive after the answer', async () => {
    const lines: string[] = [];
    const found = logDifference({ accessLog: ['GET /'] }, api(lines));
    await delay(1);
    lines.push('GET /');

    assert.equal(await found, undefined);
  });
});

describe('requestDifference', () => {
  const seen: SeenRequest = {
    method: 'POST',
    path: '/a',
    query: { x: '2' },
    queryMulti: { x: ['1', '2'] },
    headers: { 'x-one': 'a' },
    rawHeaders: [['X-One', 'a']],
    body: Buffer.from('{"a":1}'),
  };
  const rows: Rows<JsonObject | undefined> = [
    [undefined, undefined],
    [{ method: 'POST', headers: { 'X-One': 'a' }, query: {} }, 'backend.query.x: not expected, got "2"'],
    [{ method: 'GET' }, 'backend.method: expected "GET", got "POST"'],
    [{ path: null }, 'backend.path: expected null, got "/a"'],
    [{ queryMulti: { x: ['1', '2'] } }, undefined],
    [{ headers: { 'X-One': 'b' } }, 'backend.headers.x-one: expected "b", got "a"'],
    [{ headers: {} }, undefined],
    [{ body: '{"a":1}' }, undefined],
    [{ body: '{}' }, 'backend.body: expected "{}", got "{\\"a\\":1}"'],
    [{ body: { a: 1 } }, undefined],
    [{ body: {} }, 'backend.body.a: not expected, got 1'],
    [{ bodyJson: { a: 1 } }, undefined],
    [{ bodyJson: { a: 2 } }, 'backend.body.a: expected 2, got 1'],
    [{ bodyBase64: 'eyJhIjoxfQ==' }, undefined],
    [{ bodyBase64: '' }, 'backend.bodyBase64: expected "", got "eyJhIjoxfQ=="'],
  ];
  for (const [expected, difference] of rows)
    it(`finds ${words(difference)} in ${JSON.stringify(expected)}`, () => {
      assert.equal(requestDifference(expected, seen, 'backend'), difference);
    });

  it('says that no request has arrived', () => {
    assert.equal(requestDifference({}, undefined, 'awsRequest'), 'awsRequest: no request arrived');
  });
});
