/** A function URL goes the way of all requests: what `authorize` asks of it, and what `finish` adds (docs/aws §19). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aFunctionUrl, permission, PUBLIC } from '../../../../support/a-function-url.ts';
import { headerOf } from '../../../../support/an-api.ts';

const ORIGIN = 'https://shop.example';
const hello = (): unknown => 'hello';
const ACCESS = 'Lambda developer guide, "Control access to Lambda function URLs"';

describe('authorize, of a function URL', () => {
  const rows = [
    ['both permissions', PUBLIC, 200],
    ['no permission', {}, 403],
    [
      'one permission of two',
      { Url: permission({ Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' }) },
      403,
    ],
  ] as const;
  for (const [name, resources, status] of rows)
    it(`answers ${status} to everybody by ${name}`, async () => {
      const { send } = aFunctionUrl({ AuthType: 'NONE' }, hello, { resources });
      assert.equal((await send({ target: '/' })).status, status, ACCESS);
    });
});

describe('finish, of a function URL', () => {
  const cors = { AllowOrigins: [ORIGIN], AllowMethods: ['GET'] };
  const ask = (method: string, headers: readonly string[]) =>
    aFunctionUrl({ AuthType: 'NONE', Cors: cors }, hello).send({ method, target: '/', headers });

  it('allows the page of an origin to read the answer, with each header once', async () => {
    const reply = await ask('GET', ['Origin', ORIGIN]);

    assert.equal(headerOf(reply, 'access-control-allow-origin'), ORIGIN);
    assert.equal(headerOf(reply, 'vary'), 'Origin');
  });

  it('adds nothing to the answer of a preflight', async () => {
    const reply = await ask('OPTIONS', ['Origin', ORIGIN, 'Access-Control-Request-Method', 'GET']);
    assert.equal(headerOf(reply, 'access-control-allow-origin'), ORIGIN);
  });

  it('sends no CORS headers to callers that are not pages', async () => {
    const reply = await ask('GET', []);
    assert.equal(headerOf(reply, 'access-control-allow-origin'), undefined);
  });
});

// docs/aws §19.3: the words of anomalyco/sst#5705, for headers and for a body.
describe('screen, of a function URL', () => {
  const long = 'x'.repeat(10_300);
  const rows = [
    ['long headers', { target: '/', headers: ['Cookie', long] }],
    ['a long URL', { target: `/?q=${long}` }],
    ['a large body', { method: 'POST', target: '/', body: Buffer.alloc(11_000_000, ' ') }],
  ] as const;
  for (const [name, request] of rows)
    it(`answers 413 in the words of Lambda to ${name}`, async () => {
      const { send } = aFunctionUrl({ AuthType: 'NONE' }, hello, { resources: PUBLIC });

      const { status, body } = await send(request);

      assert.deepEqual(
        [status, JSON.parse(String(body))],
        [413, { Message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation' }],
      );
    });
});
