import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatherReply } from '../../../../../packages/gateway/core/gather-reply.ts';
import type { Reply } from '../../../../../packages/gateway/core/exchange.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Trail } from '../../../../../packages/gateway/core/trail.ts';
import { bindRules } from '../../../../../packages/gateway/engine/faults/bind-rules.ts';
import { FaultRules } from '../../../../../packages/gateway/engine/faults/fault-rules.ts';
import { RuleInjector } from '../../../../../packages/gateway/engine/faults/injector.ts';
import { readFaults } from '../../../../../packages/gateway/engine/faults/read-faults.ts';
import { anApi } from '../../../../support/an-api.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

type World = {
  readonly send: () => Promise<Reply>;
  readonly lines: readonly string[];
  /** Waits and renewals, in their order. */
  readonly done: readonly string[];
  readonly calls: readonly unknown[];
  /** The trails of requests that have ended. */
  readonly trails: readonly Trail[];
  readonly injector: RuleInjector;
};

const answer: FakeFunction = () => ({ statusCode: 200, body: 'hello' });

/**
 * `GET /pets` with the rules, on virtual time.
 * @param integration in the place of a Lambda proxy
 */
function world(
  text: string,
  integration?: JsonObject,
  run: FakeFunction = answer,
  timeoutMs = 900_000,
  wait?: () => Promise<void>,
): World {
  const properties =
    integration === undefined ? {} : { Integration: integration, MethodResponses: [{ StatusCode: 200 }] };
  const { ports, send, api } = anApi(restApi(properties), { list: run });
  const file = readFaults('faults.yml', text);
  const rules = new FaultRules(file, EPOCH_MS);
  const routes = [...api.served.stages.values()].flatMap(({ deployment }) =>
    deployment.routes.plans.map((plan) => ({ ...plan, functionName: 'list' })),
  );
  const { bound, unbound } = bindRules(file.rules, {
    apis: [{ id: api.served.apiId, name: 'pets', logicalId: 'Api', routes }],
    functions: [{ name: 'list', logicalId: 'List' }],
    tables: [{ name: 'orders', logicalId: 'Orders' }],
  });
  assert.deepEqual(unbound, []);
  rules.follow(bound);
  const done: string[] = [];
  const injector = new RuleInjector(rules, {
    clock: ports.clock,
    random: ports.random,
    wait(ms) {
      done.push(`wait ${ms}`);
      ports.clock.advance(ms);
      return wait?.() ?? Promise.resolve();
    },
    renew: (name) => void done.push(`renew ${name}`),
    timeoutOf: () => timeoutMs,
    report: (message) => ports.log.write(message),
  });
  const trails: Trail[] = [];
  ports.records = { take: ({ trail }) => void trails.push(trail), takeEvent: () => undefined };
  Object.assign(ports, { faults: injector });
  return {
    done,
    trails,
    injector,
    lines: ports.log.lines,
    calls: ports.invoker.calls,
    send: () => send({ target: '/dev/pets' }),
  };
}

const bodyOf = async (reply: Reply): Promise<string> =>
  String((await gatherReply(reply, { maxBytes: 1_000, timeoutMs: 1_000 })).body);

describe('delays of many requests', () => {
  it('are at most 1000 at a time; further requests continue, and are reported', async () => {
    const end = Promise.withResolvers<undefined>();
    const at = world('rules: [{ latency: 1s }]', undefined, answer, 900_000, () => end.promise);
    const waiting = Array.from({ length: 1_000 }, () => at.send());

    assert.equal((await at.send()).status, 200);
    assert.deepEqual(at.trails[0]?.injected?.notes, [
      'faults.yml rule 1: the request was not delayed, because 1000 requests are already waiting',
    ]);
    end.resolve(undefined);
    await Promise.all(waiting);
    await at.send();
    assert.deepEqual(at.trails.at(-1)?.injected?.notes, ['faults.yml rule 1: the request waited 1000 ms']);
  });
});

describe('several rules that answer', () => {
  it('are noted, and have an effect up to the first one', async () => {
    const at = world('rules: [{ status: 503 }, { crash: true }, { throttle: true }, { error: no }]');

    assert.equal((await at.send()).status, 503);
    assert.deepEqual(at.done, []);
    assert.deepEqual(at.trails[0]?.injected?.notes, [
      'faults.yml rule 1: status 503 was returned instead of calling the integration',
    ]);
  });

  it('leave a cold start its effect', async () => {
    const at = world('rules: [{ crash: true }, { status: 503 }, { coldStart: true }]');

    await at.send();

    assert.deepEqual(at.done, ['renew list', 'renew list']);
    assert.deepEqual(at.trails[0]?.injected?.notes, [
      'faults.yml rule 1: the function crashed',
      'faults.yml rule 3: the event ran in a new instance',
    ]);
  });
});

describe('a delay', () => {
  it('comes before the call of the function, and is in the request line', async () => {
    const at = world('rules: [{ name: slow, latency: 800ms }]');

    const reply = await at.send();

    assert.equal(reply.status, 200);
    assert.deepEqual(at.done, ['wait 800']);
    assert.deepEqual(at.lines, [
      'GET /dev/pets 200 800.0 ms integrate (faults.yml rule 1 (slow): the request waited 800 ms)',
    ]);
  });

  it('leaves the integration only the rest of its time', async () => {
    let leftMs: number | undefined;
    const at = world('rules: [{ latency: 20s }]', undefined, (_, { timeoutMs }) => {
      leftMs = timeoutMs;
      return { statusCode: 200 };
    });

    await at.send();

    assert.equal(leftMs, 9_000);
  });

  it('over the integration’s time is a time-out at that moment, without a call', async () => {
    const at = world('rules: [{ latency: 20s }, { latency: 20s }]');

    const reply = await at.send();

    assert.equal(reply.status, 504);
    assert.deepEqual(at.done, ['wait 20000', 'wait 9000']);
    assert.deepEqual(at.calls, []);
    assert.match(at.lines[0] ?? '', /within the integration timeout: faults\.yml rule 2 delays it/);
  });

  it('over the function’s time is Lambda’s time-out', async () => {
    const at = world('rules: [{ latency: 20s }]', undefined, answer, 3_000);

    const reply = await at.send();

    assert.equal(reply.status, 502);
    assert.deepEqual(at.done, ['wait 3000']);
    assert.match(at.lines[0] ?? '', /Sandbox\.Timedout: RequestId: .* Task timed out after 3\.00 seconds/);
  });
});

describe('an answer in place of the integration’s', () => {
  it('is a status of a function, which is not called', async () => {
    const at = world('rules: [{ status: { code: 418, headers: { x-pot: tea }, body: short } }]');

    const reply = await at.send();

    assert.deepEqual([reply.status, reply.body], [418, 'short']);
    assert.ok(reply.headers.includes('x-pot'));
    assert.deepEqual(at.calls, []);
  });

  it('is sent after the call if the rule says so', async () => {
    const at = world('rules: [{ status: { code: 500, callsIntegration: true } }]');

    assert.equal((await at.send()).status, 500);
    assert.equal(at.calls.length, 1);
  });

  it('is a status of an HTTP backend', async () => {
    const backend = { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'GET', Uri: 'https://pets.example/' };
    const at = world('rules: [{ status: 503 }]', backend);

    const reply = await at.send();

    assert.deepEqual([reply.status, String(reply.body)], [503, '{"message":"Injected fault"}']);
  });

  it('is a status of a function that streams', async () => {
    const uri =
      'arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/arn:aws:lambda:eu-west-1:123456789012:function:list/response-streaming-invocations';
    const stream = {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      Uri: uri,
      ResponseTransferMode: 'STREAM',
    };
    const at = world('rules: [{ status: 503 }]', stream);

    const reply = await at.send();

    assert.equal(reply.status, 503);
    assert.equal(await bodyOf(reply), '{"message":"Injected fault"}');
  });

  for (const { rule, status, line } of [
    { rule: 'error: { type: Gone, message: no stock }', status: 502, line: /Gone: no stock/ },
    {
      rule: 'actionId: aws:lambda:invocation-error, parameters: { duration: PT1M, preventExecution: true }',
      status: 502,
      line: /Error: injected by faults\.yml rule 1/,
    },
    { rule: 'crash: true', status: 502, line: /Runtime\.ExitError: .*exit status 1/ },
    { rule: 'throttle: true', status: 500, line: /Rate Exceeded: faults\.yml rule 1/ },
  ])
    it(`is the failure of { ${rule} }`, async () => {
      const at = world(`rules: [{ ${rule} }]`);

      assert.equal((await at.send()).status, status);
      assert.match(at.lines[0] ?? '', line);
      assert.deepEqual(at.calls, []);
    });
});

describe('an instance', () => {
  for (const rule of ['crash', 'coldStart'])
    it(`is renewed by ${rule}`, async () => {
      const at = world(`rules: [{ ${rule}: true }]`);

      await at.send();

      assert.deepEqual(at.done, ['renew list']);
    });
});

describe('a reply that breaks off', () => {
  it('is cut after its first bytes, with the full length announced', async () => {
    const at = world('rules: [{ cutBody: 2 }]');

    const reply = await at.send();

    assert.equal(await bodyOf(reply), 'he');
    assert.equal(reply.headers[reply.headers.indexOf('Content-Length') + 1], '5');
    assert.match(at.lines[0] ?? '', /faults\.yml rule 1: the body was cut after 2 bytes/);
  });

  it('lacks at least its last byte', async () => {
    assert.equal(await bodyOf(await world('rules: [{ cutBody: 99 }]').send()), 'hell');
  });

  it('is whole if it has no body', async () => {
    const reply = await world('rules: [{ cutBody: 0 }]', undefined, () => ({ statusCode: 200 })).send();

    assert.equal(reply.stream, undefined);
  });

  it('is reset without a byte, even after another fault', async () => {
    const at = world('rules: [{ throttle: true }, { reset: true }]');

    const reply = await at.send();

    assert.equal(reply.stream?.isReset, true);
    assert.equal(await bodyOf(reply), '');
    assert.match(at.lines[0] ?? '', /Lambda throttled the call.*rule 2: the connection was reset/);
  });
});

describe('a table out of reach', () => {
  it('is noted with the request whose function called it', async () => {
    const at: World = world('rules: [{ name: gone, table: orders }]', undefined, () => {
      assert.equal(at.injector.answerTable('list', 'orders'), 'unreachable');
      assert.equal(at.injector.answerTable('list', 'others'), undefined);
      return { statusCode: 200 };
    });

    await at.send();

    const note = 'faults.yml rule 1 (gone): a call from list to table orders got no response';
    assert.deepEqual(at.lines, [note, `GET /dev/pets 200 0.0 ms integrate (${note})`]);
  });

  it('is not noted with requests that ended before', async () => {
    const at = world('rules: [{ table: orders }]');

    await at.send();
    at.injector.answerTable('list', 'orders');

    assert.deepEqual(
      at.trails.map(({ injected }) => injected),
      [undefined],
    );
  });
});

describe('a fault of a table', () => {
  it('affects a function that no request waits for', () => {
    const at = world('rules: [{ table: orders }]');

    assert.equal(at.injector.answerTable('list', 'orders'), 'unreachable');
    assert.deepEqual(at.lines, ['faults.yml rule 1: a call from list to table orders got no response']);
    assert.equal(at.injector.answerTable('list', 'others'), undefined);
  });
});

/** API Gateway developer guide, "Set up asynchronous invocation of the backend Lambda function". */
describe('an asynchronous call of a function', () => {
  const integration = {
    Type: 'AWS',
    IntegrationHttpMethod: 'POST',
    Uri: invokeUri('list'),
    RequestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" },
    IntegrationResponses: [{ StatusCode: 200 }],
  };
  for (const { rule, done, notes } of [
    {
      rule: 'coldStart: true',
      done: ['renew list'],
      notes: ['faults.yml rule 1: the event ran in a new instance'],
    },
    { rule: 'reset: true', done: [], notes: ['faults.yml rule 1: the connection was reset'] },
    { rule: 'latency: 1s', done: [], notes: undefined },
    { rule: 'crash: true', done: [], notes: undefined },
    { rule: 'throttle: true', done: [], notes: undefined },
  ])
    it(`is ${notes === undefined ? 'not affected' : 'affected'} by ${rule}: it is answered before the function runs`, async () => {
      const at = world(`rules: [{ ${rule} }]`, integration);

      const reply = await at.send();
      await bodyOf(reply);

      assert.equal(reply.status, 200);
      assert.deepEqual(at.done, done);
      assert.deepEqual(at.trails[0]?.injected?.notes, notes);
    });
});
