import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { Script } from 'node:vm';
import { printCurl, printFetch, printTest } from '../../console/snippets.ts';
import type { RequestDetail } from '../../gateway/records/model.ts';

const DETAIL = {
  method: 'POST',
  target: "/dev/orders?name=it's",
  status: 201,
  request: {
    headers: [
      ['Host', '127.0.0.1:3000'],
      ['Content-Type', 'application/json'],
      ['Content-Length', '9'],
      ['X-Note', "don't; rm -rf $HOME `id`"],
    ],
    body: { title: 'Body', form: 'json', text: '{"a":"\'"}' },
  },
} as unknown as RequestDetail;

describe('snippets', () => {
  it('print a curl line whose words no shell changes', () => {
    const line = printCurl(DETAIL).replace(/^curl/, 'printf "%s\\n"');

    const words = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).trimEnd().split('\n');

    assert.deepEqual(words, [
      ...[
        '-i',
        '-X',
        'POST',
        '-H',
        'Content-Type: application/json',
        '-H',
        "X-Note: don't; rm -rf $HOME `id`",
      ],
      ...['--data-raw', '{"a":"\'"}', "http://127.0.0.1:3000/dev/orders?name=it's"],
    ]);
  });

  it('print a fetch and a test that are JavaScript', () => {
    for (const text of [printFetch(DETAIL), printTest(DETAIL).replaceAll(/^import .*$/gm, '')])
      assert.doesNotThrow(() => new Script(`async () => {${text}}`));
    assert.match(printTest(DETAIL), /assert\.equal\(response\.status, 201\)/);
  });
});
