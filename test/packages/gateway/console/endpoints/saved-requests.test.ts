import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addSavedRequests,
  hideSecrets,
  parseSavedRequests,
  printSavedRequests,
} from '../../../../../packages/gateway/console/endpoints/saved-requests.ts';
import { serveSaved } from '../../../../../packages/gateway/console/endpoints/serve-saved.ts';
import { createRedactor } from '../../../../../packages/gateway/console/records/redact.ts';
import type { SavedRequest } from '../../../../../packages/gateway/console/endpoints/inspect-model.ts';
import type { SavedRequestsFile } from '../../../../../packages/gateway/console/endpoints/serve-saved.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
const redactor = createRedactor('key of the test', ['whole-secret-of-a-stack']);

function aRequest(changed: Partial<SavedRequest> = {}): SavedRequest {
  return {
    name: 'Order soup',
    api: 'shop',
    stage: 'dev',
    method: 'POST',
    target: '/dev/orders',
    headers: [['Content-Type', 'application/json']],
    ...changed,
  };
}

/** The header value as the page sends it back after showing it: already masked. */
const MASKED = redactor.value('authorization', `Bearer ${TOKEN}`);

describe('a saved request', () => {
  for (const [name, given, expected] of [
    [
      'has the name of a header in place of its token',
      { headers: [['Authorization', `Bearer ${TOKEN}`]] },
      { headers: [['Authorization', '${AUTHORIZATION}']] },
    ],
    [
      'has no mask, which would be sent as a token',
      { headers: [['X-Session-Token', MASKED]] },
      { headers: [['X-Session-Token', '${X_SESSION_TOKEN}']] },
    ],
    [
      'has no credentials if its caller has a name',
      {
        as: 'alice:admin',
        headers: [
          ['Authorization', MASKED],
          ['X-Trace', '1'],
        ],
      },
      { as: 'alice:admin', headers: [['X-Trace', '1']] },
    ],
    [
      'has the name of a parameter',
      { target: '/dev/orders?table=7&access_token=abcdefghijkl' },
      { target: '/dev/orders?table=7&access_token=${ACCESS_TOKEN}' },
    ],
    [
      'has the name of a member',
      { body: '{"dish":"soup","clientSecret":"hunter2hunter2","n":[1,2]}' },
      {
        body: '{\n  "dish": "soup",\n  "clientSecret": "${CLIENT_SECRET}",\n  "n": [\n    1,\n    2\n  ]\n}',
      },
    ],
    [
      'keeps a body without secrets as it was written',
      { body: '{ "dish":"soup" , "id":12345678901234567890 }' },
      { body: '{ "dish":"soup" , "id":12345678901234567890 }' },
    ],
    [
      'has the fields of a form',
      {
        headers: [['content-type', 'application/x-www-form-urlencoded']],
        body: 'user=alice&password=hunter2hunter2',
      },
      {
        headers: [['content-type', 'application/x-www-form-urlencoded']],
        body: 'user=alice&password=${PASSWORD}',
      },
    ],
    [
      'has a token nowhere else, either',
      { headers: [['Authorization', `Bearer ${TOKEN}`]], body: `note: ${TOKEN}`, target: `/dev/t/${TOKEN}` },
      { headers: [['Authorization', '${AUTHORIZATION}']] },
    ],
    [
      'has no secret of the stacks, under any name',
      { headers: [['X-Note', 'whole-secret-of-a-stack']] },
      { headers: [['X-Note', '${X_NOTE}']] },
    ],
  ] as readonly (readonly [string, Partial<SavedRequest>, Partial<SavedRequest>])[])
    it(name, () => {
      const saved = hideSecrets(aRequest(given), redactor);

      for (const [member, value] of Object.entries(expected))
        assert.deepEqual(saved[member as keyof SavedRequest], value);
      const text = printSavedRequests([saved]);
      assert.doesNotMatch(text, /hunter2|abcdefghijkl|whole-secret|c2lnbmF0dXJl|\[[0-9a-f]{8}/);
    });

  it('is refused with a token for a caller', () => {
    for (const as of [TOKEN, `Bearer ${TOKEN}`])
      assert.throws(() => hideSecrets(aRequest({ as }), redactor), /must be a name/);
  });

  it('is read as it was printed', () => {
    const text = fc.string();
    const request = fc.record(
      {
        name: fc.string({ minLength: 1, maxLength: 100 }),
        api: text,
        stage: text,
        method: fc.constantFrom('GET', 'POST'),
        target: text.map((path) => `/${path}`),
        headers: fc.array(fc.tuple(text, text), { maxLength: 3 }),
        as: fc.string({ minLength: 1 }),
        body: fc.string({ minLength: 1 }),
      },
      { requiredKeys: ['name', 'api', 'stage', 'method', 'target', 'headers'], noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(request), (requests) => {
        assert.deepEqual(parseSavedRequests(printSavedRequests(requests), 'a.json'), requests);
      }),
    );
  });

  it('replaces the request with the same name', () => {
    const [first, second] = [aRequest(), aRequest({ method: 'PUT' })];

    assert.deepEqual(addSavedRequests([first, aRequest({ name: 'b' })], [second]), [
      second,
      aRequest({ name: 'b' }),
    ]);
  });
});

function aFile(text?: string): SavedRequestsFile & { kept: string | undefined } {
  return {
    name: 'gatewright.requests.json',
    kept: text,
    read() {
      return Promise.resolve(this.kept);
    },
    change(make) {
      return Promise.resolve().then(() => void (this.kept = make(this.kept)));
    },
  };
}

describe('console/saved', () => {
  it('adds, shows and removes', async () => {
    const file = aFile();
    const added = await serveSaved(file, { add: [aRequest(), aRequest({ name: 'Second' })] }, redactor);
    assert.equal(added.status, 200);
    await serveSaved(file, { remove: 'Order soup' }, redactor);
    const shown = await serveSaved(file, undefined, redactor);

    assert.deepEqual(JSON.parse(String(shown.body)), {
      file: 'gatewright.requests.json',
      requests: [aRequest({ name: 'Second' })],
    });
  });

  for (const [name, text, change] of [
    ['a file that is not JSON', '{', { add: [aRequest()] }],
    ['a file of something else', '{"requests":[{}]}', { add: [aRequest()] }],
    ['a file without a list', '{"requests":"all"}', { add: [aRequest()] }],
    ['a file that is a list', '[]', { add: [aRequest()] }],
    ['a request that is not complete', undefined, { add: [{ name: 'x' }] }],
    [
      'more requests than it holds',
      undefined,
      { add: Array.from({ length: 501 }, (_, at) => aRequest({ name: `${at}` })) },
    ],
    ['anything else', undefined, {}],
  ] as const)
    it(`refuses ${name}, and leaves the file`, async () => {
      const file = aFile(text);

      const { status } = await serveSaved(file, change, redactor);

      assert.deepEqual([status, file.kept], [400, text]);
    });
});
