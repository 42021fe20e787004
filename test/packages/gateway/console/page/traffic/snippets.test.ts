import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { Script } from 'node:vm';
import { CONNECTION_HEADERS as OF_ALL } from '../../../../../../packages/base/aws/connection-headers.ts';
import {
  CONNECTION_HEADERS,
  printCurl,
  printFetch,
  printPython,
  printTest,
} from '../../../../../../packages/gateway/console/page/traffic/snippets.ts';
import type {
  RecordedMessage,
  RequestDetail,
} from '../../../../../../packages/gateway/console/records/model.ts';

type Fields = {
  readonly method?: string;
  readonly headers?: RecordedMessage['headers'];
  readonly body?: Partial<RecordedMessage['body']>;
};

function detailOf({ method = 'POST', headers = [], body }: Fields): RequestDetail {
  const request = { headers: [['Host', '127.0.0.1:3000'], ...headers], body };
  const target = "/dev/orders?name=it's";
  return {
    method,
    target,
    status: 201,
    request,
    url: `https://127.0.0.1:3000${target}`,
  } as unknown as RequestDetail;
}

const ORDER = detailOf({
  headers: [
    ['Content-Type', 'application/json'],
    ['Content-Length', '9'],
    ['X-Note', "don't; rm -rf $HOME `id`"],
    ['X-Empty', ''],
  ],
  body: { form: 'json', text: '{"a":"\'"}' },
});

/** The arguments of `fetch` in a copied text. */
async function callOf(text: string): Promise<readonly [url: string, init: RequestInit]> {
  let called: readonly [string, RequestInit] | undefined;
  const fetch = (url: string, init: RequestInit): { readonly status: number } => {
    called = [url, init];
    return { status: 201 };
  };
  await (new Script(`(async () => {${text}})()`).runInNewContext({ fetch, atob }) as Promise<void>);
  assert.ok(called);
  return called;
}

describe('snippets', () => {
  it('print a curl command whose words no shell changes', () => {
    const line = printCurl(ORDER).replace(/^curl/, 'printf "%s\\n"');

    const words = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).trimEnd().split('\n');

    assert.deepEqual(words, [
      '-i',
      '-X',
      'POST',
      '-H',
      'Content-Type: application/json',
      '-H',
      "X-Note: don't; rm -rf $HOME `id`",
      '-H',
      'X-Empty;',
      '--data-raw',
      '{"a":"\'"}',
      "https://127.0.0.1:3000/dev/orders?name=it's",
    ]);
  });

  it('request a head as curl does, do not treat an empty form as a body, and pass bytes to curl unchanged', () => {
    assert.match(printCurl(detailOf({ method: 'HEAD' })), /^curl -I \\\n {2}'https/);
    assert.match(
      printCurl(detailOf({ body: { form: 'binary', text: 'AP8=' } })),
      /^printf %s 'AP8=' \| base64 -d \| curl -i -X POST \\\n {2}-H 'Content-Type:' \\\n {2}--data-binary @- /,
    );
  });

  it('print a fetch that asks for the same', async () => {
    const [url, init] = await callOf(printFetch(ORDER));

    assert.equal(url, "https://127.0.0.1:3000/dev/orders?name=it's");
    assert.deepEqual(
      { ...init, headers: { ...(init.headers as Record<string, string>) } },
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Note': "don't; rm -rf $HOME `id`", 'X-Empty': '' },
        body: '{"a":"\'"}',
      },
    );
  });

  it('keep headers that come twice, and bytes', async () => {
    const headers = [
      ['X-One', '1'],
      ['x-one', '2'],
    ] as const;
    const [, init] = await callOf(printFetch(detailOf({ headers, body: { form: 'binary', text: 'AP8=' } })));

    assert.equal(JSON.stringify(init.headers), JSON.stringify(headers));
    assert.deepEqual([...(init.body as Uint8Array)], [0, 255]);
  });

  it('say if only a part of a body is stored', () => {
    const long = detailOf({ body: { form: 'text', text: 'x', cutFrom: 40_000 } });

    assert.match(printCurl(long), /^# The body had 40000 bytes/);
    assert.match(printFetch(long), /^\/\/ The body had 40000 bytes/);
    assert.match(printTest(long), /\n\/\/ The body had 40000 bytes.*\nit\(/);
  });

  it('print a test that is JavaScript', () => {
    const text = printTest(ORDER);

    assert.doesNotThrow(() => new Script(`async () => {${text.replaceAll(/^import .*$/gm, '')}}`));
    assert.match(text, /it\("answers POST \/dev\/orders\?name=it's with 201", async/);
    assert.match(text, /assert\.equal\(response\.status, 201\)/);
  });

  it('print a Python call whose texts are not changed by escapes', () => {
    const stub = `import json, sys, types
requests = types.ModuleType('requests')
class Response:
    status_code, text = 201, ''
def request(*given, **named):
    named['data'] = named['data'].decode() if 'data' in named else None
    sys.stderr.write(json.dumps([given, named]))
    return Response()
requests.request = request
sys.modules['requests'] = requests
`;
    const detail = detailOf({
      headers: [
        ['Content-Type', 'text/plain'],
        ['X-Twice', 'a'],
        ['x-twice', 'b'],
      ],
      body: { form: 'text', text: 'it\'s "é" \\n \u2028 $HOME' },
    });

    const { stderr } = spawnSync('python3', ['-c', stub + printPython(detail)], { encoding: 'utf8' });

    assert.deepEqual(JSON.parse(stderr), [
      ['POST', "https://127.0.0.1:3000/dev/orders?name=it's"],
      {
        headers: { 'Content-Type': 'text/plain', 'X-Twice': 'a, b' },
        data: 'it\'s "é" \\n \u2028 $HOME',
        allow_redirects: false,
      },
    ]);
  });

  it('print a Python call with the bytes of a body that is not text', () => {
    const text = printPython(detailOf({ body: { form: 'binary', text: '/wA=' } }));

    assert.match(text, /^import base64\nimport requests\n/);
    assert.match(text, /data=base64\.b64decode\("\/wA="\)/);
  });
});

describe('the headers of a connection', () => {
  it('are the ones that the gateway knows', () => {
    assert.deepEqual(CONNECTION_HEADERS.toSorted(), OF_ALL.toSorted());
  });
});
