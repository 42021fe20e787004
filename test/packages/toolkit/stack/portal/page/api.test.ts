import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asGlobals } from '../../../../../support/as-globals.ts';
import {
  change,
  listenForSessionEnd,
  read,
  Refusal,
  useToken,
} from '../../../../../../packages/toolkit/stack/portal/page/api.ts';

type Asked = { readonly path: string; readonly init: RequestInit };

/** The browser's fetch, which answers in turn. */
function answering(...answers: readonly (Response | Error)[]) {
  const asked: Asked[] = [];
  const globals = asGlobals({
    fetch: (path: string, init: RequestInit) => {
      asked.push({ path, init });
      const answer = answers[asked.length - 1];
      return answer instanceof Response
        ? Promise.resolve(answer)
        : Promise.reject(answer ?? new TypeError('none'));
    },
    // No test waits for a pause.
    setTimeout: (run: () => void) => queueMicrotask(run),
  });
  return { asked, [Symbol.dispose]: () => globals[Symbol.dispose]() };
}

const problem = (status: number, body: object): Response => Response.json(body, { status });
const idOf = ({ init }: Asked): string | null => new Headers(init.headers).get('idempotency-key');

describe('change', () => {
  it('sends the token of the session and an id of its own', async () => {
    using fetching = answering(Response.json({ a: 1 }), Response.json({}));
    useToken('csrf-1');

    assert.deepEqual(await change('api/keys', { name: 'n' }), { a: 1 });
    await change('api/keys', { name: 'n' });

    const [first, second] = fetching.asked;
    assert.ok(first && second);
    assert.equal(first.path, 'api/keys');
    assert.equal(first.init.body, '{"name":"n"}');
    assert.equal(new Headers(first.init.headers).get('x-csrf-token'), 'csrf-1');
    assert.match(idOf(first) ?? '', /^[0-9a-f]{32}$/);
    assert.notEqual(idOf(first), idOf(second));
  });

  it('repeats with the same id while there is no answer, three times at most', async () => {
    using fetching = answering(new TypeError('gone'), problem(503, {}), Response.json({ done: true }));

    assert.deepEqual(await change('api/plan', {}), { done: true });

    assert.equal(new Set(fetching.asked.map(idOf)).size, 1);
    assert.equal(fetching.asked.length, 3);
  });

  it('gives up after three tries, and repeats no refusal', async () => {
    using away = answering();
    await assert.rejects(change('api/plan'), /The portal cannot be reached/);
    assert.equal(away.asked.length, 3);
    away[Symbol.dispose]();

    using refused = answering(
      problem(409, { code: 'EDIT_CONFLICT', title: 'Somebody else has changed this' }),
    );
    await assert.rejects(change('api/plan'), /^Refusal: Somebody else has changed this\.$/);
    assert.equal(refused.asked.length, 1);
  });
});

describe('a refusal', () => {
  const KNOWN: readonly (readonly [path: string, status: number, body: object, message: RegExp])[] = [
    ['api/keys', 403, { code: 'ROLE_INSUFFICIENT', title: 'No.' }, /needs the role owner or developer\./],
    ['api/invoices', 403, { code: 'ROLE_INSUFFICIENT' }, /needs the role owner or billing\./],
    ['api/members', 403, { code: 'ROLE_INSUFFICIENT' }, /needs the role owner\./],
    ['api/usage', 403, { code: 'ROLE_INSUFFICIENT' }, /^Your role may not do this\.$/],
    ['api/usage', 403, { code: 'ORIGIN_REFUSED', title: 'Reload the page.' }, /^Reload the page\.$/],
    ['api/keys', 404, { message: 'Not Found' }, /^This item does not exist/],
    ['api/keys', 429, { message: 'Too Many Requests' }, /^Too many requests\. Wait a minute/],
    ['api/keys', 500, { detail: 'stack' }, /^The portal has a problem/],
    [
      'api/keys',
      400,
      { code: 'REQUEST_INVALID', title: 'The request is not valid.', detail: 'name must not be blank' },
      /^The request is not valid\. Name must not be blank\.$/,
    ],
    ['api/keys', 400, { title: 'Bad Request' }, /^The portal refused the request with status 400\.$/],
    ['api/keys', 400, [1], /status 400/],
  ];
  for (const [path, status, body, message] of KNOWN)
    it(`of ${path} with ${status} ${JSON.stringify(body)} is a sentence`, async () => {
      using _fetching = answering(problem(status, body));

      await assert.rejects(read(path), (error) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, message);
        assert.equal(error.status, status);
        return true;
      });
    });

  it('because nobody is signed in leads to the sign-in, except for the question who is signed in', async () => {
    let ends = 0;
    listenForSessionEnd(() => (ends += 1));
    using _fetching = answering(problem(401, {}), problem(401, {}));

    await assert.rejects(read('session'));
    assert.equal(ends, 0);
    await assert.rejects(read('api/usage'));
    assert.equal(ends, 1);
  });

  it('is also an answer that is not JSON', async () => {
    using _fetching = answering(new Response('<html>', { status: 200 }));

    await assert.rejects(read('api/usage'), /status 200/);
  });
});
