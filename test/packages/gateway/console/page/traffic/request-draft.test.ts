import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  draftOfRequest,
  draftOfRoute,
  fillPlaceholders,
  placeholdersIn,
  toTarget,
} from '../../../../../../packages/gateway/console/page/traffic/request-draft.ts';
import type {
  ShownApi,
  ShownRoute,
} from '../../../../../../packages/gateway/console/endpoints/inspect-model.ts';
import type { RequestDetail } from '../../../../../../packages/gateway/console/records/model.ts';

const DRAFT = {
  method: 'POST',
  target: '/dev/orders?token=${ACCESS_TOKEN}',
  headers: [['Authorization', 'Bearer ${AUTHORIZATION}']],
  body: '{"secret":"${CLIENT_SECRET}","again":"${ACCESS_TOKEN}","price":"${5}","$":"${lower}"}',
  as: '',
} as const;

describe('placeholders of a saved request', () => {
  it('are found in its path, headers and body, each once', () => {
    assert.deepEqual(placeholdersIn(DRAFT), ['ACCESS_TOKEN', 'AUTHORIZATION', 'CLIENT_SECRET']);
  });

  it('are filled with unchanged values, and stay if there is no value', () => {
    const filled = fillPlaceholders(
      DRAFT,
      new Map([
        ['AUTHORIZATION', '$& ${ACCESS_TOKEN}'],
        ['ACCESS_TOKEN', 't'],
      ]),
    );

    assert.deepEqual(filled, {
      ...DRAFT,
      target: '/dev/orders?token=t',
      headers: [['Authorization', 'Bearer $& ${ACCESS_TOKEN}']],
      body: '{"secret":"${CLIENT_SECRET}","again":"t","price":"${5}","$":"${lower}"}',
    });
  });
});

describe('a typed path', () => {
  for (const [typed, sent] of [
    ['/dev/caf\u00e9?q=a b', '/dev/caf%C3%A9?q=a%20b'],
    ['/dev/caf%C3%A9%2F', '/dev/caf%C3%A9%2F'],
    ['/dev/\ud800', '/dev/%EF%BF%BD'],
  ] as const)
    it(`${typed} is sent as ${sent}`, () => {
      assert.equal(toTarget(typed), sent);
    });

  it('is refused without a slash', () => {
    assert.throws(() => toTarget('users'), /begin with a slash/);
  });
});

describe('a recorded request that is sent again', () => {
  const request = {
    headers: [
      ['Accept', '*/*'],
      ['Connection', 'close'],
      ['Content-Length', '2'],
    ],
    body: undefined,
  };
  const recorded = { method: 'GET', target: '/dev/orders?a=1', request } as unknown as RequestDetail;

  it('leaves out the headers of its connection, and has no body if none was sent', () => {
    assert.deepEqual(draftOfRequest(recorded), {
      method: 'GET',
      target: '/dev/orders?a=1',
      headers: [['Accept', '*/*']],
      body: '',
      as: '',
    });
  });
});

describe('a request of a route', () => {
  const API = { url: 'http://127.0.0.1:3000/dev', stage: 'dev' } as ShownApi;
  const ROUTE = { method: 'GET', path: '/pets', required: [], examples: [] } as unknown as ShownRoute;
  const EXAMPLE = { mediaType: 'application/json', model: 'Pet', text: '{"name":"rex"}' };
  const JSON_TYPE = ['Content-Type', 'application/json'] as const;

  const rows: readonly (readonly [
    name: string,
    api: Partial<ShownApi>,
    route: Partial<ShownRoute> | undefined,
    expected: Partial<ReturnType<typeof draftOfRoute>>,
  ])[] = [
    ['begins with its stage', {}, {}, {}],
    ['has no stage if its address has none', { url: 'http://127.0.0.1:3000' }, {}, { target: '/pets' }],
    [
      'is to the port of a WebSocket API, at its root',
      { url: 'ws://127.0.0.1:3000/dev' },
      { method: '$default', path: '$connect' },
      { target: '/dev/' },
    ],
    ['without a route is to the root', {}, undefined, { target: '/dev/' }],
    ['has 1 for each parameter of the path', {}, { path: '/pets/{id}/{rest+}' }, { target: '/dev/pets/1/1' }],
    [
      'has the parameters and headers that are required, to be filled in',
      {},
      { required: ['querystring page', 'header X-Id', 'querystring size', 'path id'] },
      { target: '/dev/pets?page=&size=', headers: [['X-Id', '']] },
    ],
    [
      'has an example of its body',
      {},
      { method: 'POST', examples: [EXAMPLE], required: ['header X-Id'] },
      { method: 'POST', headers: [JSON_TYPE, ['X-Id', '']], body: EXAMPLE.text },
    ],
    [
      'of any method is a GET, which may be changed to one with a body',
      {},
      { method: 'ANY' },
      { headers: [JSON_TYPE] },
    ],
    ['of OPTIONS has no body', {}, { method: 'OPTIONS' }, { method: 'OPTIONS' }],
    ['of HEAD has no body', {}, { method: 'HEAD' }, { method: 'HEAD' }],
  ];
  for (const [name, api, route, expected] of rows)
    it(name, () => {
      assert.deepEqual(draftOfRoute({ ...API, ...api }, route && { ...ROUTE, ...route }), {
        method: 'GET',
        target: '/dev/pets',
        headers: [],
        body: '',
        as: '',
        ...expected,
      });
    });
});
