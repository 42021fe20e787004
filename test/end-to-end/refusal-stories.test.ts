/**
 * Each refusal has one true explanation. For every refusal code, kind of API, and fresh or cached result, the row of
 * `gatewright requests`, the console, `gatewright explain` and its `--json` must not differ in reason, caller or
 * remedy.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { describeCode } from '../../packages/gateway/console/records/row-notes.ts';
import { readCredentials } from '../../packages/gateway/kernel/files/identity-file.ts';
import { aGateway } from '../support/a-gateway.ts';
import { runCommandHere } from '../support/command-in-process.ts';
import { CELLS, KINDS, whyNotCached } from './refusal-cases.ts';
import { IDENTITIES, refusingApis } from './refusing-apis.ts';
import type { RequestDetail, RequestRow } from '../../packages/gateway/console/records/model.ts';
import type { StartedGateway } from '../support/a-gateway.ts';
import type { Ask, Kind } from './refusal-cases.ts';

const UPGRADE = ['Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Version', '13'];
const KEY = ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='];

/** A request that was refused, and the id under which it is recorded. */
type Told = {
  readonly code: string;
  readonly kind: Kind;
  readonly from: 'fresh' | 'cached';
  readonly id: string;
};

describe('a refused request', () => {
  let at: StartedGateway;
  let silent: Server;
  const told: Told[] = [];
  const left: string[] = [];

  before(async () => {
    silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    at = await aGateway(
      refusingApis(address),
      { record: 1_000, accountThrottle: true, localIssuers: [] },
      { 'gatewright.identities.yml': IDENTITIES },
    );
    await askAll();
  });
  after(async () => {
    await at.close();
    silent.closeAllConnections();
    silent.close();
  });

  function addressOf({ api, path = '', isWholePath }: Ask): { readonly host: string; readonly path: string } {
    const found = at.listening.apis.find(({ logicalId }) => logicalId === api);
    assert.ok(
      found !== undefined,
      `no API ${api}: ${at.listening.apis.map((one) => one.logicalId).join(', ')}`,
    );
    const { host, pathname } = new URL(found.url);
    const stage = pathname === '/' || isWholePath === true ? '' : pathname.replace(/\/$/, '');
    return { host, path: `${stage}${path}` };
  }

  /** Sends a message over a new connection, and returns the request id in the frame that refuses it. */
  async function sendMessage(ask: Ask, message: string): Promise<string> {
    const { host, path } = addressOf(ask);
    const socket = new WebSocket(`ws://${host}${path}`);
    await once(socket, 'open');
    socket.send(message);
    const [frame] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    return (JSON.parse(frame.toString()) as { readonly requestId: string }).requestId;
  }

  /** Sends a request exactly as it is written, and returns its request id. */
  function send(ask: Ask, isHandshake: boolean, credential: string | undefined): Promise<string> {
    if (ask.message !== undefined) return sendMessage(ask, ask.message);
    const { host, path: whole } = addressOf(ask);
    const [hostname, port] = host.split(':');
    const path = isHandshake && credential !== undefined ? `${whole}${credential}` : whole;
    const named = new Set(
      ask.headers?.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()),
    );
    const own = isHandshake ? [...UPGRADE, ...(named.has('sec-websocket-key') ? [] : KEY)] : [];
    const signed = ask.sign?.(host, path) ?? [];
    const headers = [
      ...(signed.some((name) => name.toLowerCase() === 'host') ? [] : ['Host', host]),
      ...own,
      ...(credential === undefined || isHandshake ? [] : ['Authorization', credential]),
      ...(ask.body === undefined ? [] : ['Content-Length', String(ask.body.length)]),
      ...(ask.headers ?? []),
      ...signed,
    ];
    return new Promise((resolve, reject) => {
      const sent = request(
        { hostname, port, path, method: ask.method ?? 'GET', headers, agent: false, setHost: false },
        (response) => {
          response.resume();
          response.on('end', () => {
            const id = response.headers['x-amzn-requestid'] ?? response.headers['apigw-requestid'];
            resolve(String(id));
          });
        },
      );
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(String(response.headers['x-amzn-requestid']));
      });
      sent.on('error', reject);
      sent.end(ask.body);
    });
  }

  async function askAll(): Promise<void> {
    let cell = 0;
    for (const [code, cells] of Object.entries(CELLS))
      for (const kind of KINDS) {
        const ask = cells[kind];
        if (typeof ask === 'string') {
          left.push(`${code} on ${kind}: ${ask}`);
          continue;
        }
        const isHandshake = kind === 'websocket';
        cell += 1;
        const own = ask.credential === undefined ? undefined : `${ask.credential}-of-cell-${cell}`;
        if (ask.before === true) await send(ask, isHandshake, own && `allow-before-cell-${cell}`);
        told.push({ code, kind, from: 'fresh', id: await send(ask, isHandshake, own) });
        const why = whyNotCached(kind, ask);
        if (why === undefined)
          told.push({ code, kind, from: 'cached', id: await send(ask, isHandshake, own) });
        else left.push(`${code} on ${kind}, cached: ${why}`);
      }
  }

  it('has a request, or a reason why there is none, for every code and kind of API', () => {
    const cells = Object.keys(CELLS).length * KINDS.length;

    const without = left.filter((text) => !text.includes(', cached: '));
    assert.equal(told.filter(({ from }) => from === 'fresh').length + without.length, cells);
  });

  it('has the same explanation everywhere, with 0 differences', async (test) => {
    const folder = dirname(at.gateway.stacks[0]?.file ?? '');
    const run = async (...words: string[]): Promise<string> => {
      const { stdout, code, stderr } = await runCommandHere(words, { cwd: folder });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const { controlSecret = '' } = (await readCredentials(folder)) ?? {};
    const look = async (path: string): Promise<unknown> =>
      (
        await fetch(`${at.listening.control}/_gatewright/${path}`, {
          headers: { authorization: `Bearer ${controlSecret}` },
        })
      ).json();
    const { rows } = (await look('requests?limit=1000')) as { readonly rows: readonly RequestRow[] };
    const terminal = (await run('requests', '--limit', '1000')).split('\n');
    const template = readFileSync(at.gateway.stacks[0]?.file ?? '', 'utf8').split('\n');
    const resourceAt = (number: number): string | undefined =>
      template
        .slice(0, number)
        .flatMap((text) => /^ {4}"(\w+)": \{/.exec(text)?.[1] ?? [])
        .at(-1);
    const differences: string[] = [];
    const details = new Map<string, RequestDetail>();
    for (const one of told) {
      const row = rows.find(({ id }) => id === one.id);
      const line = terminal.find((text) => text.startsWith(one.id.slice(0, 8)));
      const detail = (await look(`requests/${one.id}`)) as RequestDetail;
      const text = await run('explain', '--', one.id);
      const printed = JSON.parse(await run('explain', '--json', '--', one.id)) as RequestDetail;
      details.set(nameOf(one), detail);
      for (const found of compare(one, { row, line, detail, text, printed, resourceAt }))
        differences.push(`${nameOf(one)}: ${found}`);
    }
    for (const one of told.filter(({ from }) => from === 'cached')) {
      const [fresh, cached] = [details.get(nameOf({ ...one, from: 'fresh' })), details.get(nameOf(one))];
      if (fresh === undefined || cached === undefined) differences.push(`${nameOf(one)} is missing`);
      else for (const found of compareAges(fresh, cached)) differences.push(`${nameOf(one)}: ${found}`);
    }
    test.diagnostic(
      `${told.length} refusals on 4 surfaces, ${left.length} combinations that AWS does not have`,
    );
    assert.deepEqual(differences, []);
  });
});

const nameOf = ({ code, kind, from }: Omit<Told, 'id'>): string => `${code} on ${kind}, ${from}`;

type Surfaces = {
  readonly row: RequestRow | undefined;
  readonly line: string | undefined;
  readonly detail: RequestDetail;
  readonly text: string;
  readonly printed: RequestDetail;
  /** Returns the logical id of the resource to which a line of the template belongs. */
  readonly resourceAt: (line: number) => string | undefined;
};

const GATES = { rest: 'Gate', http: 'HttpGate', websocket: 'SocketGate', 'function-url': undefined };

function* compare(
  { code, kind }: Told,
  { row, line, detail, text, printed, resourceAt }: Surfaces,
): Generator<string> {
  if (row === undefined || line === undefined) {
    yield 'it has no row';
    return;
  }
  const { story, caller, failure = '' } = detail;
  if (detail.code !== code) yield `it was refused with ${detail.code ?? 'nothing'}: ${failure}`;
  if (row.code !== detail.code || printed.code !== detail.code) yield 'the code differs';
  if (row.failure !== detail.failure || printed.failure !== detail.failure) yield 'the reason differs';
  if (row.caller !== caller || printed.caller !== caller) yield 'the caller differs';
  if (!line.trimEnd().endsWith(caller ?? '-')) yield `the row has another caller: ${line}`;
  if (!row.notes.every((note) => line.includes(note))) yield `the row lacks a note: ${line}`;
  if (!row.notes.includes(row.reason ?? describeCode(code)))
    yield `the row has no reason: ${row.notes.join()}`;
  const whole = [story.headline, ...story.sentences, ...story.changes];
  const flat = text.replaceAll(/\s+/g, ' ');
  for (const part of whole)
    if (!flat.includes(part.replaceAll(/\s+/g, ' ').trim())) yield `explain does not say: ${part}`;
  if (JSON.stringify(printed.story) !== JSON.stringify(story)) yield 'explain --json has another story';
  if (story.changes.length === 0) yield 'it has no remedy';
  // An API of each kind has an authorizer with the name gate.
  const [, place] = /authorizer gate \S+:(\d+)/.exec(whole.join(' ')) ?? [];
  const gate = place === undefined ? undefined : resourceAt(Number(place));
  if (gate !== undefined && gate !== GATES[kind]) yield `it names ${gate}, the authorizer of another API`;
  if (caller !== undefined && !whole.join(' ').includes(caller)) yield `the story does not name ${caller}`;
}

/** Matches the sentences that a cached authorizer result adds: how old the result is, and how to flush it. */
const OF_AGE = /was not called, because its result|is cached for|s old|ms old|flush the authorizer’s cache/;

function* compareAges(fresh: RequestDetail, cached: RequestDetail): Generator<string> {
  for (const member of ['code', 'failure', 'caller', 'status', 'phase', 'reason'] as const)
    if (JSON.stringify(fresh[member]) !== JSON.stringify(cached[member]))
      yield `${member} is ${String(cached[member])} instead of ${String(fresh[member])}`;
  const timeless = ({ story }: RequestDetail) => ({
    headline: story.headline,
    sentences: story.sentences.filter(
      (text) => !OF_AGE.test(text) && !/^Authorizer gate identified/.test(text),
    ),
    changes: story.changes.filter((text) => !OF_AGE.test(text)),
  });
  const [one, other] = [timeless(fresh), timeless(cached)].map((story) =>
    // Durations and remaining units depend on the moment, so they are replaced.
    JSON.stringify(story).replaceAll(/\b\d+(?:\.\d+)? (?:ms|left)\b/g, 'N'),
  );
  if (one !== other) yield `the story is ${other ?? ''} instead of ${one ?? ''}`;
}
