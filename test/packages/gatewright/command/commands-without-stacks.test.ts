/**
 * Commands that call a running gateway, or nothing at all, in this process. The gateway is a stand-in for its control
 * port.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { AddressInfo } from 'node:net';
import { runCommandHere } from '../../../support/command-in-process.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-commands-'));
after(() => rmSync(root, { recursive: true }));
/** A folder in which a gateway runs. */
const cwd = join(root, 'service');
const run = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  runCommandHere(words, { cwd, environment: { GATEWRIGHT_HOME: join(root, 'home'), ...environment } });

/** The answer by method and path; a text is sent unchanged. */
const answers = new Map<string, unknown>();
const asked: (readonly [string, unknown])[] = [];
let status = 200;
let headers: Readonly<Record<string, string>> = {};
const control = createServer((request, response) => {
  void readAll(request).then((body) => {
    const called = `${request.method ?? ''} ${(request.url ?? '').replace('/_gatewright/', '')}`;
    asked.push([called, body === '' ? undefined : (JSON.parse(body) as unknown)]);
    const answer = answers.get(called) ?? {};
    response.writeHead(status, headers).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
});
before(async () => {
  mkdirSync(join(cwd, '.gatewright'), { recursive: true });
  await once(control.listen(0, '127.0.0.1'), 'listening');
  const controlUrl = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
  const credentials = { controlUrl, controlSecret: 's', accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' };
  writeFileSync(join(cwd, '.gatewright/credentials.json'), JSON.stringify(credentials));
});
after(() => {
  control.closeAllConnections();
  control.close();
});
beforeEach(() => {
  answers.clear();
  asked.length = 0;
  status = 200;
  headers = {};
});

const row = (id: string, more: object = {}): object => ({
  id,
  atEpochMs: 0,
  status: 200,
  tookMs: 1,
  method: 'GET',
  target: '/orders',
  routeKey: 'GET /orders',
  phase: 'integrate',
  notes: [],
  ...more,
});
const state = (more: object = {}): object => ({ taken: 7, notKept: 0, ...more });

describe('gatewright token', () => {
  it('asks for a token with what the options say, and prints it', async () => {
    answers.set('POST token', { token: 'a.b.c' });
    const { code, stdout } = await run([
      'token',
      '--role',
      'a',
      'b',
      '--claim',
      'n=7',
      '--claim',
      'text=x',
      '--aud',
      'shop',
      '--expires',
      '90s',
    ]);

    assert.deepEqual([code, stdout], [0, 'a.b.c\n']);
    const claims = { n: 7, text: 'x' };
    const sent: unknown = { sub: 'local-user', roles: ['a', 'b'], aud: 'shop', claims, expiresInSeconds: 90 };
    assert.deepEqual(asked, [['POST token', sent]]);
  });

  for (const [words, says] of [
    [['--expires', 'soon'], /Write it as 15m, 1h or 2d\./],
    [['--claim', '=7'], /Write it as name=value\./],
    [[], /^error: the gateway returned no token\n/],
  ] as const)
    it(`refuses ${words.join(' ') || 'an answer without one'}`, async () => {
      answers.set('POST token', { token: 7 });
      const { code, stderr } = await run(['token', ...words]);

      assert.equal(code, 1);
      assert.match(stderr, says);
    });
});

describe('gatewright clock', () => {
  const at = (offsetMs: number): void => {
    for (const method of ['GET', 'POST'])
      answers.set(`${method} clock`, { nowEpochMs: Date.UTC(2026, 0, 2), offsetMs });
  };
  for (const { words, offsetMs, shown, sent } of [
    { words: [], offsetMs: 0, shown: 'the time of this machine', sent: undefined },
    { words: ['+90s'], offsetMs: 90_000, shown: '+90 s', sent: { shiftMs: 90_000 } },
    { words: ['-1500ms'], offsetMs: -1_500, shown: '-1.5 s', sent: { shiftMs: -1_500 } },
    { words: ['reset'], offsetMs: 0, shown: 'the time of this machine', sent: { reset: true } },
  ])
    it(`shows the time and how far it was moved (${words.join(' ') || 'no shift'})`, async () => {
      at(offsetMs);
      const { stdout } = await run(['clock', ...words]);

      assert.equal(stdout, `2026-01-02T00:00:00.000Z (${shown})\n`);
      const read = ['GET clock', undefined];
      assert.deepEqual(asked, sent === undefined ? [read] : [read, ['POST clock', sent]]);
    });

  // A walk in which customers got 429 after `clock +4d` and `clock reset`: their period had been closed meanwhile.
  it('says what a clock that goes back leaves', async () => {
    at(0);
    answers.set('GET clock', { nowEpochMs: 0, offsetMs: 345_600_000 });
    const { stderr } = await run(['clock', 'reset']);

    assert.match(
      stderr,
      /The clock was moved back\. .*Usage periods that were closed in that time stay closed/,
    );
  });

  it('refuses an invalid shift', async () => {
    assert.match(
      (await run(['clock', 'later'])).stderr,
      /"later" is not a time shift; write \+1d, 90s, -30m or reset/,
    );
  });
});

describe('gatewright invoke', () => {
  const name = 'shop-dev-list';
  const call = `POST /2015-03-31/functions/${name}/invocations`;
  beforeEach(() => {
    answers.set('GET functions', {
      nowEpochMs: 0,
      functions: [{ name, logicalId: 'List', region: 'us-east-1' }],
    });
  });

  it("prints the result, and ends with 1 if the function has failed, unlike AWS's command line", async () => {
    answers.set(call, '{"a":1}');
    headers = { 'x-amz-log-result': Buffer.from('a line\n').toString('base64') };
    const good = await run(['invoke', 'list', '--event', '{"b":2}']);
    assert.deepEqual([good.code, good.stdout, good.stderr], [0, '{"a":1}\n', 'a line\n']);
    assert.deepEqual(asked.at(-1), [call, { b: 2 }]);

    headers = { 'x-amz-function-error': 'Unhandled' };
    const misplaced = await run(['invoke', 'list', '{"b":2}']);
    assert.equal(misplaced.code, 1);
    assert.match(misplaced.stderr, /pass the event with --event: gatewright invoke list --event '\{"b":2\}'/);
    const failed = await run(['invoke', 'list']);
    assert.deepEqual([failed.code, failed.stdout], [1, '{"a":1}\n']);
  });

  // https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: X-Amz-Function-Error is present if the function
  // failed.
  for (const { what, words, answer, more, answered, expected } of [
    {
      what: 'JSON',
      words: [],
      answer: '{"a":1}',
      more: {},
      answered: 200,
      expected: { failed: false, result: { a: 1 } },
    },
    {
      what: 'a number',
      words: [],
      answer: '7',
      more: {},
      answered: 200,
      expected: { failed: false, result: 7 },
    },
    {
      what: 'no JSON',
      words: [],
      answer: 'text',
      more: {},
      answered: 200,
      expected: { failed: false, result: 'text' },
    },
    {
      what: 'a failure',
      words: [],
      answer: '{"errorType":"RangeError"}',
      more: { 'x-amz-function-error': 'Unhandled' },
      answered: 200,
      expected: { failed: true, result: { errorType: 'RangeError' } },
    },
    {
      what: 'nothing yet',
      words: ['--async'],
      answer: '',
      more: {},
      answered: 202,
      expected: { sent: true },
    },
  ])
    it(`prints one object with --json if the function has answered with ${what}`, async () => {
      answers.set(call, answer);
      headers = more;
      status = answered;
      const { code, stdout } = await run(['invoke', 'list', '--json', ...words]);

      assert.deepEqual(JSON.parse(stdout), { function: name, ...expected });
      assert.equal(code, 'failed' in expected && expected.failed ? 1 : 0);
    });

  it('sends an empty event if none is given, and refuses a context that is not JSON', async () => {
    await run(['invoke', 'list']);
    assert.deepEqual(asked.at(-1), [call, {}]);

    const sent = asked.length;
    const { code, stderr } = await run(['invoke', 'list', '--client-context', 'text']);
    assert.deepEqual([code, asked.length], [1, sent]);
    assert.match(
      stderr,
      /^error: --client-context is not JSON; pass JSON, such as '\{"custom":\{"a":"b"\}\}'\n/,
    );
  });

  it('says that an event was sent, or why it was not', async () => {
    status = 202;
    assert.equal((await run(['invoke', 'list', '--async'])).stdout, `sent to ${name}\n`);
    status = 200;
    assert.match(
      (await run(['invoke', 'pay'])).stderr,
      /there is no function "pay"; expected one of shop-dev-list/,
    );
    for (const [event, says] of [
      ['gone.json', /--event: "gone\.json" is neither JSON nor a readable file/],
      ['.gatewright/text', /--event: \.gatewright\/text is not JSON/],
    ] as const) {
      writeFileSync(join(cwd, '.gatewright/text'), 'text');
      assert.match((await run(['invoke', 'list', '--event', event])).stderr, says);
    }
  });
});

describe('gatewright requests', () => {
  const sampled = { text: '1 of 12 recorded at 11,900/s' };
  const events = (...batches: readonly object[]): string =>
    batches.map((batch) => `event: rows\ndata: ${JSON.stringify(batch)}\n\n`).join('');

  it('prints the oldest first, and asks for what the options say', async () => {
    answers.set('GET requests?limit=2&route=GET+%2Forders&status=4xx', {
      rows: [row('newer', { status: 404 }), row('older', { status: 404 })],
      state: state(),
    });
    const { stdout, stderr } = await run([
      'requests',
      '--limit',
      '2',
      '--route',
      'GET /orders',
      '--status',
      '4XX',
    ]);

    assert.deepEqual(
      stdout.split('\n').map((line) => line.split(' ')[0]),
      ['older', 'newer', ''],
    );
    assert.equal(stderr, '');
  });

  it('says that there are none', async () => {
    answers.set('GET requests?limit=50', { rows: [], state: state() });

    assert.equal((await run(['requests'])).stderr, 'No recorded request matches.\n');
  });

  it('refuses a search term whose value cannot be read, because it would find everything', async () => {
    const { code, stderr } = await run(['requests', '--search', 'customer:acme status:bad']);

    assert.equal(code, 1);
    assert.match(stderr, /status:bad has no effect; write status: with 404, 4xx or >=400\./);
  });

  it('prints new requests that match, and says each time if other requests were left out', async () => {
    answers.set('GET requests?limit=50&status=4xx&search=alice', { rows: [], state: state() });
    answers.set(
      'GET requests/events?since=7',
      events(
        {
          rows: [row('one', { status: 404, caller: 'Alice' }), row('two', { caller: 'alice' })],
          state: state(),
        },
        { rows: [row('three', { status: 404, caller: 'bob' })], state: state({ notKept: 3, sampled }) },
        { rows: [row('four', { status: 499, code: 'ALICE' })], state: state({ notKept: 4, sampled }) },
        { rows: [row('five', { status: 1404, caller: 'alice' })], state: state() },
      ),
    );
    const { code, stdout, stderr } = await run([
      'requests',
      '--follow',
      '--status',
      '4xx',
      '--search',
      'alice',
    ]);

    assert.equal(code, 0, stderr);
    assert.deepEqual(
      stdout.split('\n').map((line) => line.split(' ')[0]),
      ['one', 'four', ''],
    );
    assert.deepEqual(stderr.split('\n'), [
      `Ordinary successful requests: ${sampled.text}; refusals, errors, slow requests and messages are all recorded; \`gatewright start --record-all\` records all.`,
      'The gateway has stopped.',
      '',
    ]);
  });

  it('prints nothing but objects with --json', async () => {
    answers.set('GET requests?limit=50', { rows: [], state: state({ notKept: 4, sampled }) });
    const { stdout, stderr } = await run(['requests', '--json']);

    assert.deepEqual([stdout, stderr], ['', '']);
  });
});

describe('gatewright replay', () => {
  const detail = (id: string, more: object = {}): object => ({
    ...row(id, more),
    request: { headers: [['a', 'b']], body: { text: 'sent' } },
    reply: { headers: [] },
    story: { headline: `GET /orders was answered by ${id}`, sentences: [], changes: [] },
  });
  beforeEach(() => {
    answers.set('GET requests/last-request', detail('first'));
    answers.set('POST requests/first/replay', { request: detail('second', { status: 403 }) });
  });

  it('sends the request again, as another caller and at another time', async () => {
    const { code, stdout } = await run(['replay', '--as', 'alice:admin', '--at', '+1d']);

    assert.equal(code, 0);
    assert.match(stdout, /^second .* 403 .*\n\nGET \/orders was answered by second\n/);
    assert.deepEqual(asked.at(-1), [
      'POST requests/first/replay',
      { as: 'alice:admin', shiftMs: 86_400_000 },
    ]);
  });

  it('prints only the difference with --diff', async () => {
    assert.equal((await run(['replay', '--diff'])).stdout, '- status: 200\n+ status: 403\n');
  });

  it(
    'lets an editor change it, which may be a command with arguments',
    { skip: process.platform === 'win32' },
    async () => {
      await run(['replay', '--edit'], { EDITOR: 'sed -i.bak s/sent/edited/' });
      assert.deepEqual(asked.at(-1), [
        'POST requests/first/replay',
        { edit: { method: 'GET', target: '/orders', headers: [['a', 'b']], body: 'edited' } },
      ]);
      for (const [editor, says] of [
        ['false', /^error: false ended with exit code 1; the request was not sent$/m],
        ['sed -i.bak s/{//', /^error: the edited text is not JSON: /],
      ] as const)
        assert.match((await run(['replay', '--edit'], { VISUAL: editor, EDITOR: 'none' })).stderr, says);
    },
  );

  for (const [what, words, environment, says] of [
    ['an edit without an editor', ['--edit'], {}, /--edit needs an editor: set the variable EDITOR/],
    ['an empty editor', ['--edit'], { EDITOR: '' }, /--edit needs an editor: set the variable EDITOR/],
    ['an invalid time', ['--at', 'later'], {}, /--at: "later" is not a time shift; write \+1d or -30m/],
  ] as const)
    it(`refuses ${what}, and sends nothing`, async () => {
      const { code, stderr } = await run(['replay', ...words], environment);

      assert.equal(code, 1, stderr);
      assert.match(stderr, says);
      assert.ok(asked.every(([called]) => called.startsWith('GET ')));
    });
});

describe('gatewright certs', () => {
  const DAY_MS = 86_400_000;
  const certificate = (name: string): X509Certificate =>
    new X509Certificate(readFileSync(join(cwd, '.gatewright/tls', name)));

  it('creates a CA once, and says where it is, relative to the current folder', async () => {
    const first = await run(['certs']);
    assert.match(
      first.stdout,
      /^Certificate {2}\.gatewright\/tls\/ca\.pem +made now\nKey +\.gatewright\/tls\/ca\.key +Anyone/,
    );
    assert.match(first.stdout, new RegExp(`SHA-256 +${certificate('ca.pem').fingerprint256}`));
    assert.doesNotMatch((await run(['certs', '--trust'])).stdout, /made now|No system trusts it/);
  });

  // 398 days are the most that Apple and browsers accept of a certificate (CA/Browser Forum, Baseline Requirements
  // 6.3.2).
  it('makes certificates of clients that are not valid for longer than usual', async () => {
    const { stdout } = await run(['certs', '--client', 'ada']);
    const { validFromDate, validToDate, subject } = certificate('ada.pem');

    assert.match(
      stdout,
      /curl --cacert \.gatewright\/tls\/ca\.pem --cert \.gatewright\/tls\/ada\.pem --key /,
    );
    assert.equal(subject, 'CN=ada');
    assert.equal(validToDate.getTime() - validFromDate.getTime(), 398 * DAY_MS);
    for (const name of ['ca', '../x', '.hidden', ''])
      assert.match((await run(['certs', '--client', name])).stderr, /is not a file name; use letters/);
  });
});

describe('gatewright cache clear', () => {
  it('removes what was installed, and says how much, rounded up', async () => {
    const lent = join(root, 'home/lent');
    mkdirSync(join(lent, 'boto3'), { recursive: true });
    writeFileSync(join(lent, 'boto3/a'), '');
    truncateSync(join(lent, 'boto3/a'), 3 * 1024 ** 2 + 1);

    assert.equal((await run(['cache', 'clear'])).stderr, `removed ${lent} (4 MB)\n`);
    assert.ok(!existsSync(lent));
    assert.equal((await run(['cache', 'clear'])).stderr, `${lent} contains no installed packages\n`);
    assert.deepEqual(JSON.parse((await run(['cache', 'clear', '--json'])).stdout), {
      folder: lent,
      removedBytes: 0,
    });
  });
});
