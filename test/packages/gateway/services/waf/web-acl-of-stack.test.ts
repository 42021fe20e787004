/** The stack's own web ACL, judged by the local gateway as the resource file has it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as wafv2 from '../../../../../packages/gateway/services/waf/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';
import { ask } from './a-wall.ts';
import type { Wall } from './a-wall.ts';

const FILE = join(import.meta.dirname, '../../../../../packages/toolkit/stack/waf/resources.yml');
const USUAL = {
  wafMode: 'block',
  wafBlockedIpv4: '',
  wafBlockedIpv6: '',
  wafBodyLimit: 'KB_16',
  wafRatePerAddress: '10',
  wafRatePerKey: '20',
};

/**
 * Returns the web ACL as osls and the stack's plug-in compile it, in front of the stage to which `ask` sends requests.
 */
function aStackWall(params: Partial<typeof USUAL> = {}): Wall {
  const values = new Map<string, string>(Object.entries({ ...USUAL, ...params }));
  const text = readFileSync(FILE, 'utf8')
    .replace(/^parts:.*$/m, '')
    .replace(/^Outputs:[^]*$/m, '')
    .replaceAll(/\$\{param:(\w+)\}/g, (_all, name: string) => values.get(name) ?? '')
    .replaceAll('${sls:stage}', 'dev')
    .replaceAll('{wafStage}', 'abc/stages/dev');
  const [before = '', resources = ''] = text.split(/^Resources:$/m);
  return anEventEngine(
    { wafv2 },
    { resources: `  AlarmTopic: { Type: AWS::SNS::Topic }\n${resources}\n${before}` },
  );
}

const KEY = ['x-api-key', 'k1'];

describe('the web ACL of the stack', () => {
  const rows = [
    {
      name: 'a blocked network',
      params: { wafBlockedIpv4: '198.51.100.0/24,203.0.113.0/24' },
      asked: {},
      status: undefined,
      rule: 'blocked-networks',
    },
    {
      name: 'a blocked IPv6 network',
      params: { wafBlockedIpv6: '2001:db8::/32' },
      asked: { sourceIp: '2001:db8::7' },
      status: undefined,
      rule: 'blocked-networks',
    },
    { name: 'a body over the limit', params: {}, asked: { body: 16_385 }, status: 413, rule: 'body-size' },
    {
      name: 'a body over a larger limit',
      params: { wafBodyLimit: 'KB_64' },
      asked: { body: 65_537 },
      status: 413,
      rule: 'body-size',
    },
  ];
  for (const { name, params, asked, status, rule } of rows) {
    it(`refuses ${name}`, () => {
      const verdict = ask(aStackWall(params), asked);

      assert.partialDeepStrictEqual(verdict, {
        kind: 'refused',
        reason: `rule ${rule} of web ACL gatewright-dev`,
      });
      assert.equal(verdict?.kind === 'refused' ? verdict.reply?.status : 0, status);
    });
    it(`only counts ${name} until its mode is block`, () => {
      assert.equal(ask(aStackWall({ ...params, wafMode: 'count' }), asked)?.kind, 'passed');
    });
  }

  it('lets bodies within the limit and other addresses pass', () => {
    const wall = aStackWall({ wafBlockedIpv4: '198.51.100.0/24' });

    assert.equal(ask(wall, { body: 16_384 })?.kind, 'passed');
    assert.equal(ask(aStackWall({ wafBodyLimit: 'KB_32' }), { body: 32_768 })?.kind, 'passed');
  });

  it('refuses an address over its rate with 429 and Retry-After, and lets it pass a minute later', async () => {
    const wall = aStackWall();
    const kinds = Array.from({ length: 10 }, () => ask(wall)?.kind);
    const refused = ask(wall);

    assert.deepEqual(new Set(kinds), new Set(['passed']));
    assert.partialDeepStrictEqual(refused, { kind: 'refused', reply: { status: 429 } });
    assert.match(JSON.stringify(refused), /"Retry-After","60"/i);
    assert.equal(ask(wall, { sourceIp: '203.0.113.8' })?.kind, 'passed');
    await wall.advance(61_000);
    assert.equal(ask(wall)?.kind, 'passed');
  });

  it('counts an API key over all addresses, and requests without one not at all', () => {
    const wall = aStackWall({ wafRatePerAddress: '1000' });
    const send = (at: number, headers: readonly string[]) =>
      ask(wall, { sourceIp: `203.0.113.${at}`, headers })?.kind;

    const first = Array.from({ length: 20 }, (_unused, at) => send(at, KEY));
    assert.deepEqual(new Set(first), new Set(['passed']));
    assert.equal(send(30, KEY), 'refused');
    assert.equal(send(31, ['x-api-key', 'k2']), 'passed');
    assert.deepEqual(new Set(Array.from({ length: 30 }, (_unused, at) => send(at, []))), new Set(['passed']));
  });

  for (const [name, value] of [
    ['wafMode', 'off'],
    ['wafRatePerAddress', '9'],
    ['wafBodyLimit', 'KB_20'],
    ['wafBlockedIpv4', '203.0.113.7'],
    ['wafBlockedIpv6', '203.0.113.0/24'],
  ] as const)
    it(`refuses to start with ${name} = ${value}`, () => {
      assert.throws(() => aStackWall({ [name]: value }), /Parameter 'Waf/);
    });
});
