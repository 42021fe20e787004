/**
 * What a request costs most besides HTTP, counted: each wait for a promise, and each message between the gateway and an
 * instance (docs/design/hot-path.md). Which instances get events together:
 * test/packages/gateway/lambda/runtime.test.ts.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { promiseHooks } from 'node:v8';
import { MessagePort } from 'node:worker_threads';
import { START_OPTIONS } from '../../../../../packages/gateway/engine/index.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import * as stacks from '../../../../../lab/bench/growth/stacks.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

/** The default of `gatewright start`. */
const RECORDING = { record: START_OPTIONS.record.defaultValue };
/** Its thread counts what it posts, the answer that says so left out. */
const COUNTING = `const { MessagePort } = require('node:worker_threads');
const post = MessagePort.prototype.postMessage;
const instance = Math.random().toString(36).slice(2);
let posted = 0;
MessagePort.prototype.postMessage = function (...words) {
  posted += 1;
  return post.apply(this, words);
};
exports.handler = async () => ({ statusCode: 200, body: instance + ' posted ' + posted });
`;
const ROOT = new URL('../../../../..', import.meta.url).href;
const OURS = /^(gateway|shared|packages)\//;
const WARM_REQUESTS = 30;
const ASKED = 5;
const CONNECTIONS = 32;
const WAVES = 10;
/** The number of rounds. On a busy machine, more instances are started, and each handles fewer requests. */
const ROUNDS = 5;

/** One connection that stays. */
class Client {
  readonly #socket: Socket;
  readonly #request: string;

  constructor(address: string, [method, path, ...more]: readonly string[]) {
    const { hostname, host, port } = new URL(address);
    this.#socket = connect(Number(port), hostname);
    this.#request = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...more].join('\r\n');
  }

  /** Calls back with the answer; no promise is made that would be counted. */
  ask(done: (answer: string) => void): void {
    this.#socket.once('data', (bytes) => {
      assert.match(bytes.toString(), /^HTTP\/1\.1 200 /);
      done(bytes.toString());
    });
    this.#socket.write(this.#request);
  }

  answer(): Promise<string> {
    return new Promise((resolve) => this.ask(resolve));
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await once(this.#socket, 'close');
  }
}

const GET = (path: string, ...headers: string[]): readonly string[] => ['GET', path, ...headers, '', ''];

/** Collects the functions of the gateway that wait for promises, such as `packages/gateway/core/pipeline.ts serve`. */
function collectWaits(into: string[]): () => void {
  return promiseHooks.onInit((_promise: unknown, waitedFor: unknown) => {
    if (waitedFor === undefined) return;
    for (const frame of new Error().stack?.split('\n') ?? []) {
      const [, name = '', url = ''] = /at (?:async )?(\S+) \((file:[^)]+?)(?::\d+){2}\)/.exec(frame) ?? [];
      const file = url.startsWith(ROOT) ? url.slice(ROOT.length) : '';
      if (!OURS.test(file)) continue;
      into.push(`${file} ${name}`);
      return;
    }
  }) as () => void;
}

/** Returns the waits of one request that is alone and equals earlier requests. */
async function waitsOf(client: Client): Promise<readonly string[]> {
  for (let asked = 0; asked < WARM_REQUESTS; asked += 1) await client.answer();
  const lists: string[][] = [];
  for (let asked = 0; asked < ASKED; asked += 1) {
    const waits: string[] = [];
    await new Promise<void>((resolve) => {
      const stop = collectWaits(waits);
      client.ask(() => {
        stop();
        resolve();
      });
    });
    lists.push(waits);
  }
  // What is done in the background, a while after a start, is included in some of them.
  return lists.reduce((fewest, waits) => (waits.length < fewest.length ? waits : fewest));
}

/** The pipeline for the integration, whoever answers for the pipeline, and who would log a fault of ours. */
const ONE_WAIT = [
  'packages/gateway/core/pipeline.ts serve',
  'packages/gateway/server/answer-request.ts answer',
  'packages/gateway/server/answer-request.ts answerWith',
];
/** The reader of the body is who would log it there. */
const WITH_BODY = ONE_WAIT.with(-1, 'packages/gateway/server/read-body.ts BodyReader.finish');

describe('a request without other traffic', () => {
  const rows: readonly {
    readonly name: string;
    readonly template: stacks.Template;
    readonly kind: 'rest' | 'http';
    readonly request: readonly string[];
    readonly waits?: readonly string[];
  }[] = [
    { name: 'of a REST API', template: stacks.restRoutes(1), kind: 'rest', request: GET('/r0') },
    { name: 'of an HTTP API', template: stacks.httpRoutes(1), kind: 'http', request: GET('/r0') },
    {
      name: 'behind an authorizer whose result is cached',
      template: stacks.authorizers(1),
      kind: 'http',
      request: GET('/r0', 'Authorization: token'),
    },
    {
      name: 'with a body',
      template: stacks.httpRoutes(1),
      kind: 'http',
      request: ['POST', '/r0', 'Content-Length: 4', '', 'body'],
      waits: WITH_BODY,
    },
  ];
  for (const { name, template, kind, request, waits = ONE_WAIT } of rows)
    it(`waits only for its integration: ${name}`, async () => {
      const started = await aGateway(template.Resources, RECORDING, { 'src/index.js': stacks.SOURCE });
      const address = started.urlOf(kind);
      const [method = '', path = '', ...more] = request;
      const base = new URL(address).pathname.replace(/\/$/, '');
      const client = new Client(address, [method, `${base}${path}`, ...more]);
      try {
        assert.deepEqual(await waitsOf(client), waits);
      } finally {
        await client.close();
        await started.close();
      }
    });
});

describe('messages between the gateway and an instance', () => {
  let started: StartedGateway | undefined;
  let clients: readonly Client[] = [];
  before(async () => {
    started = await aGateway(stacks.httpRoutes(1).Resources, RECORDING, { 'src/index.js': COUNTING });
    const address = started.urlOf('http');
    clients = Array.from({ length: CONNECTIONS }, () => new Client(address, GET('/r0')));
    for (let asked = 0; asked < WARM_REQUESTS; asked += 1) await clients[0]?.answer();
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await started?.close();
  });
  /** Messages from each instance between its answers, less those answers. */
  const beyondAnswers = (answers: readonly string[]): readonly number[] => {
    const counts = new Map<string, number[]>();
    for (const answer of answers) {
      const [, instance = '', posted = ''] = /(\w+) posted (\d+)$/.exec(answer) ?? [];
      counts.set(instance, [...(counts.get(instance) ?? []), Number(posted)]);
    }
    return [...counts.values()].map(
      (posted) => Math.max(...posted) - Math.min(...posted) - (posted.length - 1),
    );
  };
  /** @returns how many messages were sent to instances */
  const countPosts = async (context: TestContext, ask: () => Promise<void>): Promise<number> => {
    const { mock } = context.mock.method(MessagePort.prototype, 'postMessage');
    await ask();
    mock.restore();
    return mock.callCount();
  };

  it('are one to the instance and one from it if a single request is in progress', async (context) => {
    const answers: string[] = [];
    const posts = await countPosts(context, async () => {
      for (let asked = 0; asked < ASKED; asked += 1) answers.push((await clients[0]?.answer()) ?? '');
    });

    assert.equal(posts, ASKED);
    assert.deepEqual(beyondAnswers(answers), [0]);
  });

  // An answer does not wait for others: it is read when the gateway checks, and a message only wakes the gateway.
  it('are fewer than requests to it, and no more than answers from it, if many come together', async (context) => {
    const answers: string[] = [];
    const posts: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      posts.push(
        await countPosts(context, async () => {
          for (let wave = 0; wave < WAVES; wave += 1)
            answers.push(...(await Promise.all(clients.map((client) => client.answer()))));
        }),
      );

    const requests = WAVES * CONNECTIONS;
    context.diagnostic(`for ${requests} requests: ${posts.join(', ')} messages`);
    assert.ok(Math.min(...posts) < requests, `${posts.join(', ')} messages for ${requests} requests each`);
    assert.ok(
      beyondAnswers(answers).every((more) => more <= 0),
      beyondAnswers(answers).join(', '),
    );
  });
});
