import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import {
  ALL_FILES,
  describeSource,
  evidenceOf,
  kindOf,
  parseCases,
  readCases,
} from '../../../../packages/conformance/schema/read-cases.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import { asText } from '../../../../packages/conformance/schema/parity-case.ts';
import type { ControlCase } from '../../../../packages/conformance/schema/control-case.ts';
import type { Expectation } from '../../../../packages/conformance/schema/parity-case.ts';

const CREATE = { call: 'CreateRestApi', input: { name: 'shop' }, keep: { api: 'id' } };

const aControlCase = (part: Partial<ControlCase> = {}): ControlCase => ({
  id: 'a-case',
  source: { kind: 'documented', page: 'p', says: 's' },
  area: 'control-apis',
  api: 'rest',
  setup: { calls: [CREATE] },
  request: { mode: 'control', call: 'GetRestApi', input: { restApiId: '${api}' } },
  expect: { status: 200, body: { id: '${api}', name: 'shop' } },
  ...part,
});

const fileOf = (...cases: readonly object[]): string => JSON.stringify({ schemaVersion: 1, cases });

const STEP = { request: { method: 'GET', path: '/' }, expect: {} };

/** A case with an error, and the place to which the refusal points. */
const ROWS: readonly (readonly [name: string, given: object, pointer: string, words: RegExp])[] = [
  [
    'an unknown expectation',
    aParityCase({ expect: { colour: 'red' } as Expectation }),
    '/expect/colour',
    /is unknown to the runner/,
  ],
  [
    'an unknown part of a case',
    { ...aParityCase({}), expected: {} },
    '/expected',
    /is unknown to the runner/,
  ],
  [
    'an unknown part of a step',
    { ...aParityCase({}), then: [{ ...STEP, wait: 1 }] },
    '/then/0/wait',
    /unknown/,
  ],
  [
    'an unknown expectation of a step',
    { ...aParityCase({}), then: [STEP, { ...STEP, expect: { color: 1 } }] },
    '/then/1/expect/color',
    /unknown/,
  ],
  [
    'an unknown part of a frame',
    { ...aParityCase({}), request: { method: 'WS', path: '/', frames: [{ sent: 'x' }] } },
    '/request/frames/0/sent',
    /unknown/,
  ],
  ['another API', { ...aParityCase({}), api: 'grpc' }, '/api', /must be one of rest, http, websocket/],
  [
    'an invalid kind',
    { ...aParityCase({}), source: { kind: 'heard', repo: 'r' } },
    '/source/kind',
    /must be one of recorded/,
  ],
  [
    'a source that names nothing',
    { ...aParityCase({}), source: { kind: 'recorded' } },
    '/source',
    /fewer than 2/,
  ],
  [
    'a status in words',
    aParityCase({ expect: { status: '200' } as unknown as Expectation }),
    '/expect/status',
    /integer/,
  ],
  ['a case without set-up', { ...aParityCase({}), setup: undefined }, '', /required property 'setup'/],
  [
    'an unknown member of a call',
    { ...aControlCase(), setup: { calls: [{ ...CREATE, wait: 1 }] } },
    '/setup/calls/0/wait',
    /unknown/,
  ],
  [
    'an unknown expectation of a call',
    { ...aControlCase(), expect: { status: 200, body: {}, headers: {} } },
    '/expect/headers',
    /unknown/,
  ],
  [
    'a call without status',
    { ...aControlCase(), expect: { body: {} } },
    '/expect',
    /required property 'status'/,
  ],
  [
    'neither answer nor refusal',
    { ...aControlCase(), expect: { status: 200 } },
    '/expect',
    /either error or body/,
  ],
];

describe('parseCases', () => {
  for (const [name, given, pointer, words] of ROWS)
    it(`refuses ${name}, with file, member and case`, () => {
      assert.throws(
        () => parseCases(fileOf(given), 'x.json'),
        (error: Error) => {
          assert.ok(error.message.startsWith(`x.json#/cases/0${pointer}: `), error.message);
          assert.match(error.message, words);
          assert.match(error.message, /\(case a-case\)$/);
          return true;
        },
      );
    });

  for (const [name, text, words] of [
    ['text that is not JSON', '{', /^x\.json#: invalid JSON: /],
    [
      'another version',
      JSON.stringify({ schemaVersion: 2, cases: [] }),
      /^x\.json#\/schemaVersion: must be 1/,
    ],
    ['a file without version', JSON.stringify({ cases: [] }), /required property 'schemaVersion'/],
    ['an invalid case', fileOf(['x']), /^x\.json#\/cases\/0: [^(]*$/],
    ['a case without an id', fileOf({ ...aParityCase(), id: undefined }), /^x\.json#\/cases\/0: [^(]*$/],
    [
      'a case that is used twice',
      fileOf(aParityCase({}), aParityCase({})),
      /^x\.json#\/cases\/1\/id: the id a-case is used twice/,
    ],
  ] as const)
    it(`refuses ${name}`, () => {
      assert.throws(() => parseCases(text, 'x.json'), { message: words });
    });
});

describe('the source of a case', () => {
  for (const { source, evidence, words } of [
    { source: { repo: 'r', file: 'f', test: 't' }, evidence: 'recorded', words: 'r f t' },
    { source: { repo: 'r', test: 't' }, evidence: 'recorded', words: 'r t' },
    { source: { target: 'moto' }, evidence: 'recorded', words: '{"target":"moto"}' },
    { source: { page: 'cors' }, evidence: 'documented', words: 'AWS: cors' },
    { source: { page: 'cors', says: 'so' }, evidence: 'documented', words: 'AWS: cors, “so”' },
    { source: { model: 'm', says: 'so' }, evidence: 'documented', words: "AWS's service model: m, “so”" },
    { source: { thread: 't' }, evidence: 'reported', words: 't' },
    { source: { thread: 't', says: 'so' }, evidence: 'reported', words: 't, “so”' },
  ])
    it(`${JSON.stringify(source)} is ${evidence}: ${words}`, () => {
      const one = aParityCase({ source });

      assert.deepEqual([evidenceOf(one), describeSource(one)], [evidence, words]);
    });
});

describe('asText', () => {
  for (const [value, text] of [
    ['a', 'a'],
    [1, '1'],
    [true, ''],
    [null, ''],
    [undefined, ''],
    [{}, ''],
  ] as const)
    it(`makes "${text}" of ${JSON.stringify(value)}`, () => {
      assert.equal(asText(value), text);
    });
});

describe('the cases of the package', () => {
  const cases = ALL_FILES.flatMap(readCases);

  it('say where they come from and of which kind they are', () => {
    const kinds = Map.groupBy(cases, kindOf);

    assert.deepEqual([...kinds.keys()].toSorted(), ['asserted', 'documented', 'recorded', 'reported']);
    assert.deepEqual(
      cases.filter((one) => describeSource(one) === ''),
      [],
    );
  });
});
