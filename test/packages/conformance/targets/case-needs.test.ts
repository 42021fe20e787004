import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { findLack } from '../../../../packages/conformance/targets/case-needs.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import type { ControlCase } from '../../../../packages/conformance/schema/control-case.ts';
import type { Need } from '../../../../packages/conformance/targets/case-needs.ts';
import type {
  ApiSetup,
  CaseRequest,
  Expectation,
} from '../../../../packages/conformance/schema/parity-case.ts';

const REQUEST = { method: 'GET', path: '/' };
const CONTROL: ControlCase = {
  id: 'control',
  source: { kind: 'documented', page: 'p' },
  area: 'control-apis',
  api: 'rest',
  setup: { calls: [] },
  request: { mode: 'control', call: 'GetAccount', input: {} },
  expect: { status: 200, body: {} },
};

const setUp = (part: Partial<ApiSetup>) => aParityCase({ setup: { stage: 'dev', ...part } });
const asking = (part: Partial<CaseRequest>) => aParityCase({ request: { ...REQUEST, ...part } });
const expecting = (expect: Expectation) => aParityCase({ expect });

const ROWS: readonly (readonly [
  what: string,
  asked: ReturnType<typeof aParityCase> | ControlCase,
  need: Need,
])[] = [
  ['a call', CONTROL, 'controlPlane'],
  ['a WebSocket API', aParityCase({ api: 'websocket' }), 'websocket'],
  ['an HTTP API', aParityCase({ api: 'http' }), 'httpApi'],
  ['functions', setUp({ functions: { fn: '' } }), 'functions'],
  ['a function that posts', setUp({ functions: { fn: 'connections.post(id)' } }), 'management'],
  ['a backend', setUp({ backend: 'echo' }), 'backend'],
  ['a service of AWS', setUp({ awsBackend: { service: 'sqs', respond: { status: 200 } } }), 'awsBackend'],
  ['tokens', setUp({ tokens: {} }), 'issuer'],
  ['domains', setUp({ domains: [] }), 'domains'],
  ['identities', setUp({ identities: {} }), 'identities'],
  ['a web ACL', setUp({ waf: { webAcl: {} } }), 'waf'],
  ['an alarm', setUp({ alarm: {} }), 'alarms'],
  ['a distribution', setUp({ cloudfront: { of: 'api' } }), 'cloudfront'],
  ['an access log', setUp({ accessLog: '$context.status' }), 'accessLog'],
  ['lines of an access log', expecting({ accessLog: [] }), 'accessLog'],
  ['a canary', setUp({ canaryDeployment: { methods: [] } }), 'canary'],
  ['missing permissions', setUp({ withoutPermission: [] }), 'permissions'],
  [
    'a clock, of a later step',
    aParityCase({ then: [{ advanceMs: 1, request: REQUEST, expect: {} }] }),
    'clock',
  ],
  ['a clock, of a frame', asking({ frames: [{}, { advanceMs: 1 }] }), 'clock'],
  ['a signature', asking({ sign: { as: 'runner' } }), 'signature'],
  ['a path outside the stage', asking({ rawUrlPath: '//' }), 'addresses'],
  ['TestInvokeMethod', asking({ mode: 'test-invoke' }), 'testInvoke'],
  ['gateway responses', asking({ mode: 'describe-gateway-responses' }), 'gatewayResponses'],
  ['a refused template', asking({ mode: 'deploy' }), 'refusal'],
  ['a call of @connections', asking({ frames: [{}, { manage: 'GET' }] }), 'management'],
  ['an event', expecting({ event: null }), 'events'],
  ['events', expecting({ events: {} }), 'events'],
  ['counted calls', expecting({ calls: { fn: 1 } }), 'events'],
  ['ids of connections', expecting({ distinctConnectionIds: 1 }), 'events'],
];

describe('findLack', () => {
  const words = new Map<Need, string>();
  for (const [name, asked, need] of ROWS)
    it(`recognizes that a case needs ${name}, and nothing that other cases need`, () => {
      const others = ROWS.map((row) => row[2]).filter(
        (other) => other !== need && !alsoNeeds(name).includes(other),
      );

      assert.equal(findLack(asked, new Map([[need, 'has none']])), 'has none');
      const usual = findLack(asked, new Map([[need, undefined]])) ?? '';
      assert.match(usual, /^needs \S+/);
      words.set(need, usual);
      assert.equal(findLack(asked, new Map(others.map((other) => [other, undefined]))), undefined);
    });

  it('has a wording for each need', () => {
    assert.equal(new Set(words.values()).size, words.size);
  });

  const alsoNeeds = (name: string): readonly Need[] =>
    name === 'a function that posts' ? ['functions'] : [];

  it('recognizes that a case with a stack needs calls and a stack', () => {
    const withStack = { ...CONTROL, setup: { stack: { Resources: {} }, calls: [] } };

    assert.equal(findLack(withStack, new Map([['controlPlane', undefined]])), 'needs control plane calls');
    assert.equal(findLack(withStack, new Map([['stack', undefined]])), 'needs resources of other services');
    assert.equal(findLack(CONTROL, new Map([['stack', undefined]])), undefined);
  });
});
