/** Commands that call a running gateway: its control port and its functions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServerResponse } from 'node:http';
import { Command } from 'commander';
import { findFunction } from '../../../../packages/toolkit/terminal/find-function.ts';
import { sendToFunction } from '../../../../packages/toolkit/terminal/invoke-function.ts';
import {
  addGatewayOptions,
  callGateway,
  chooseGateway,
  followGateway,
  listenToGateway,
} from '../../../../packages/toolkit/terminal/running-gateway.ts';
import { withEnvironment } from '../../../support/fresh-function.ts';
import { beside, givesEachTestAHome, home, json, SECRET } from './beside-a-gateway.ts';

givesEachTestAHome();

/** Bytes as they come, each piece by itself. */
const pieces =
  (...parts: readonly (string | Uint8Array)[]) =>
  (response: ServerResponse): void => {
    const rest = [...parts];
    const next = (): void => {
      const part = rest.shift();
      if (part === undefined) response.end();
      else response.write(part, () => setImmediate(next));
    };
    next();
  };

async function allOf<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('the choice of a gateway', () => {
  it('is the gateway of the folder, if no option and no variable names one', async () => {
    const { result } = await beside(json({}), async () => {
      chooseGateway({});
      const usual = process.cwd();
      process.chdir(home);
      try {
        return await callGateway('GET', 'status').catch(String);
      } finally {
        process.chdir(usual);
      }
    });

    assert.match(
      String(result),
      /no running gateway was started from this folder; choose a running one with --gateway NAME: shop/,
    );
  });

  it('is an option that a variable gives, too', async () => {
    const chosen = (words: readonly string[]): Promise<unknown> =>
      withEnvironment({ GATEWRIGHT_GATEWAY: 'shop' }, () => {
        const command = addGatewayOptions(new Command('any')).exitOverride();
        return Promise.resolve(command.parse(words, { from: 'user' }).opts());
      });

    assert.deepEqual(await chosen(['--control-port', '4001']), { gateway: 'shop', controlPort: 4001 });
    assert.deepEqual(await chosen(['--gateway', 'desk']), { gateway: 'desk' });
  });
});

describe('callGateway', () => {
  it('sends JSON with the secret, and gives back what is answered', async () => {
    const { result, asked } = await beside(json({ saved: 1 }), () =>
      callGateway('POST', 'data/save', { file: 'a' }),
    );

    assert.deepEqual(result, { saved: 1 });
    assert.deepEqual(
      asked.map(({ line, headers, body }) => [line, headers.authorization, headers['content-type'], body]),
      [['POST /_gatewright/data/save', `Bearer ${SECRET}`, 'application/json', '{"file":"a"}']],
    );
  });

  for (const [answer, message] of [
    [{ message: 'there is no such file' }, 'there is no such file'],
    [{ message: 7 }, 'the gateway answered with status 409'],
    [{}, 'the gateway answered with status 409'],
    [null, 'the gateway answered with status 409'],
  ] as const)
    it(`refuses by "${message}" if the gateway answers ${JSON.stringify(answer)}`, async () => {
      const call = beside(json(answer, 409), () => callGateway('GET', 'status'));

      await assert.rejects(call, { name: 'UsageError', message });
    });

  it('says that a gateway does not answer', async () => {
    const call = beside(
      (response) => response.destroy(),
      () => callGateway('GET', 'status'),
    );

    await assert.rejects(call, /does not respond; start it again/);
  });

  it('says that a gateway did not respond in time, without suggesting to start it again', async () => {
    const call = beside(
      () => {},
      () => callGateway('GET', 'status', undefined, 20),
    );

    await assert.rejects(
      call,
      /did not respond within 0.02 seconds; it is busy, or a debugger has stopped it/,
    );
  });
});

describe('listenToGateway', () => {
  it('returns complete lines, wherever they are split', async () => {
    const euro = Buffer.from('€');
    const { result, asked } = await beside(
      pieces('one\ntw', 'o\n', euro.subarray(0, 1), euro.subarray(1), '\nhalf'),
      () => allOf(listenToGateway('logs')),
    );

    assert.deepEqual(result, ['one', 'two', '€']);
    assert.equal(asked[0]?.line, 'GET /_gatewright/logs');
    assert.equal(asked[0].headers.authorization, `Bearer ${SECRET}`);
  });

  for (const [answer, message] of [
    [{ message: 'no such log' }, 'no such log'],
    [{}, 'the gateway answered with status 404'],
  ] as const)
    it(`says "${message}" if it is refused`, async () => {
      const listening = beside(json(answer, 404), () => allOf(listenToGateway('logs')));

      await assert.rejects(listening, { name: 'UsageError', message });
    });

  it('says that the gateway has ended if the stream breaks off', async () => {
    const listening = beside(
      (response) => {
        response.write('one\n', () => response.destroy());
      },
      () => allOf(listenToGateway('logs')),
    );

    await assert.rejects(listening, /no longer responds/);
  });
});

describe('followGateway', () => {
  it('returns the data of each event, wherever the events are split, until the gateway ends', async () => {
    const { result } = await beside(
      pieces('data: {"n":1}\n', '\n: still here\n\nevent: x\nda', 'ta: {"n":2}\n\ndata: {"n"'),
      () => allOf(followGateway('events')),
    );

    assert.deepEqual(result, [{ n: 1 }, { n: 2 }]);
  });

  it('says that a gateway does not answer', async () => {
    await assert.rejects(
      beside(json({}, 500), () => allOf(followGateway('events'))),
      /does not respond/,
    );
    await assert.rejects(
      beside(
        (response) => response.destroy(),
        () => allOf(followGateway('events')),
      ),
      /does not respond/,
    );
  });
});

describe('findFunction', () => {
  const served = [
    { name: 'shop-dev-list', logicalId: 'List', region: 'eu-west-1' },
    { name: 'shop-dev-list-all', logicalId: 'ListAll', region: 'eu-west-1' },
    { name: 'desk-dev-list', logicalId: 'DeskList', region: 'eu-west-1' },
    { name: 'shop-dev-pay', logicalId: 'Pay', region: 'eu-west-1' },
  ];
  const find = async (given: string, functions: readonly object[] = served) =>
    (await beside(json({ functions, nowEpochMs: 7 }), () => findFunction(given))).result;

  for (const [how, given, name] of [
    ['by its name', 'shop-dev-list', 'shop-dev-list'],
    ['by its logical id', 'ListAll', 'shop-dev-list-all'],
    ['by the end of its name', 'pay', 'shop-dev-pay'],
  ] as const)
    it(`finds one ${how}, with the clock of the gateway`, async () => {
      assert.deepEqual(await find(given), { ...served.find((one) => one.name === name), nowEpochMs: 7 });
    });

  it('names the matching functions if several match, and all if none does', async () => {
    await assert.rejects(
      find('list'),
      /"list" matches several functions; pass one of these names: shop-dev-list, desk-dev-list$/,
    );
    await assert.rejects(find('ay'), /no function "ay"; expected one of shop-dev-list, .*, shop-dev-pay$/);
    await assert.rejects(find('list', []), /does not serve any functions/);
  });
});

describe('sendToFunction', () => {
  const found = { name: 'shop-dev-list', region: 'eu-west-1', nowEpochMs: Date.UTC(2026, 10, 20) };
  const send = (options: Parameters<typeof sendToFunction>[2], status = 200) =>
    beside(
      (response) => void response.writeHead(status, { 'x-amz-function-error': 'Unhandled' }).end('{"a":1}'),
      () => sendToFunction(found, '{"n":1}', options),
    );

  it('invokes by name, signed, with the tail of the log', async () => {
    const { result, asked } = await send({ async: false });

    assert.deepEqual(
      [result.status, result.headers['x-amz-function-error'], result.body],
      [200, 'Unhandled', '{"a":1}'],
    );
    const [{ line, headers, body } = { line: '', headers: {}, body: '' }] = asked;
    assert.equal(line, 'POST /2015-03-31/functions/shop-dev-list/invocations');
    assert.match(
      String(headers['authorization']),
      /^AWS4-HMAC-SHA256 Credential=AKIALOCAL\/20261120\/eu-west-1\/lambda\/aws4_request/,
    );
    assert.deepEqual(
      [headers['x-amz-invocation-type'], headers['x-amz-log-type'], body],
      ['RequestResponse', 'Tail', '{"n":1}'],
    );
  });

  it('starts a function without waiting, with a client context', async () => {
    const { result, asked } = await send({ async: true, clientContext: '{"custom":{}}' }, 202);

    assert.equal(result.status, 202);
    const headers = asked[0]?.headers ?? {};
    assert.deepEqual([headers['x-amz-invocation-type'], headers['x-amz-log-type']], ['Event', undefined]);
    assert.equal(Buffer.from(String(headers['x-amz-client-context']), 'base64').toString(), '{"custom":{}}');
  });

  it('says that the gateway does not answer', async () => {
    const call = beside(
      (response) => response.destroy(),
      () => sendToFunction(found, '{}', { async: false }),
    );

    await assert.rejects(call, {
      name: 'UsageError',
      message: /does not respond; start it again if it has ended$/,
    });
  });
});
