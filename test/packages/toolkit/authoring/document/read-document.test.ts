import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  findYamlError,
  locateField,
  printProblem,
} from '../../../../../packages/toolkit/authoring/document/read-document.ts';
import { readDocument } from '../../../../../packages/toolkit/authoring/document/read-access-document.ts';

const GOOD = `version: 1
api:
  prod: { apiId: a1b2c3d4e5, stage: prod }
routes: ..
issuers:
  - id: main
    type: oidc
    issuer: https://issuer.example/
    audience: [api]
sources:
  - { in: header, name: authorization, scheme: Bearer, issuers: [main] }
rules:
  - id: read
    effect: allow
    methods: [GET]
    paths: [/orders]
`;

const problemsOf = (text: string): readonly string[] => {
  const reading = readDocument(text, 'access/orders.yml');
  return reading.kind === 'invalid' ? reading.problems.map(printProblem) : [];
};

describe('readDocument', () => {
  it('reads what is right', () => {
    assert.deepEqual(problemsOf(GOOD), []);
  });

  // The files are the user's own, but a script that makes them should get an answer.
  it('reports forty thousand unknown or repeated keys quickly, and with a hundred problems', () => {
    const unknown = Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`).join('\n');
    const repeated = Array.from({ length: 40_000 }, () => 'k: 1').join('\n');
    const started = process.cpuUsage().user;
    for (const text of [unknown, repeated]) assert.equal(problemsOf(text).length, 100);

    assert.ok(process.cpuUsage().user - started < 6_000_000, 'six seconds of processor time');
    assert.deepEqual(problemsOf('version: 1\nversion: 2\n'), [
      'access/orders.yml:2:1: Map keys must be unique\n  version: 2\n  ^',
    ]);
  });

  const rows = [
    {
      name: 'a word that is not one of the choices',
      from: 'effect: allow',
      to: 'effect: alow',
      expected: '14:13: rules[0].effect: must be one of allow, deny, not "alow"',
    },
    {
      name: 'an unknown key, with the one that was meant',
      from: 'methods:',
      to: 'metods:',
      expected: '15:5: rules[0].metods: unknown key "metods": did you mean "methods"?',
    },
    {
      name: 'a missing key, with what to write',
      from: 'routes: ..\n',
      to: '',
      expected:
        '1:1: "routes" is missing: write routes: live, or the path of a template, of an OpenAPI file or of a folder with a serverless.yml',
    },
    {
      name: 'a second document in one file',
      from: 'routes: ..\n',
      to: 'routes: ..\n---\n',
      expected: '5:1: a second document begins here; a file must contain one document',
    },
    {
      name: 'one value where a list belongs',
      from: 'paths: [/orders]',
      to: 'paths: /orders',
      expected: '16:12: rules[0].paths: must be a list of 1 to 200 entries; write [ "/orders" ]',
    },
    {
      name: 'a path that does not begin with a slash',
      from: '[/orders]',
      to: '[orders]',
      expected:
        '16:13: rules[0].paths[0]: must be a path such as /orders/{id}, or /orders/** for /orders and everything below it, not "orders"',
    },
    {
      name: 'a wildcard in the middle of a path',
      from: '[/orders]',
      to: '[/a/**/b]',
      expected:
        '16:13: rules[0].paths[0]: must be a path such as /orders/{id}, or /orders/** for /orders and everything below it, not "/a/**/b"',
    },
    {
      name: 'an issuer over plain http',
      from: 'https://issuer',
      to: 'http://issuer',
      expected:
        '8:13: issuers[0].issuer: must be an https URL, such as https://issuer.example/, not "http://issuer.example/"',
    },
    {
      name: 'an issuer of no known type',
      from: 'type: oidc',
      to: 'type: saml',
      expected:
        '7:11: issuers[0].type: must be one of oidc, cognito, local, clientCert, apiKey, ticket, not "saml"',
    },
    {
      name: 'an API without a name',
      from: 'apiId: a1b2c3d4e5, ',
      to: '',
      expected: '3:3: api.prod: names no API: write stack and logicalId, stack and output, name, or apiId',
    },
    {
      name: 'a rule that names nothing',
      from: '    methods: [GET]\n    paths: [/orders]\n',
      to: '',
      expected:
        '13:5: rules[0]: names no routes: write methods: [GET] and paths: [/orders], or connect: true for a WebSocket',
    },
    {
      name: 'a symmetric algorithm',
      from: 'audience: [api]',
      to: 'audience: [api]\n    algorithms: [HS256]',
      expected:
        '10:18: issuers[0].algorithms[0]: must be one of RS256, RS384, RS512, ES256, ES384, ES512, EdDSA, not "HS256"',
    },
    {
      name: 'an address block with bits below its prefix',
      from: 'paths: [/orders]',
      to: 'paths: [/orders]\n    when: { sourceIp: { cidr: [10.0.0.1/8] } }',
      expected:
        '17:32: rules[0].when.sourceIp.cidr[0]: is not a block of addresses; write it as 203.0.113.0/24',
    },
    {
      name: 'a text if a number is compared',
      from: 'paths: [/orders]',
      to: 'paths: [/orders]\n    when: { claims: [{ claim: level, op: gte, value: "2" }] }',
      expected: '17:22: rules[0].when.claims[0]: a test with op: gte requires a number, such as value: 5',
    },
    {
      name: 'the same entry twice',
      from: '[GET]',
      to: '[GET, GET]',
      expected: '15:20: rules[0].methods[1]: is listed twice: "GET"',
    },
    {
      name: 'broken YAML',
      from: 'rules:',
      to: 'rules: [',
      expected: '13:3: Block collections are not allowed within flow collections',
    },
    {
      name: 'a key twice',
      from: 'routes: ..',
      to: 'routes: ..\nroutes: live',
      expected: '5:1: Map keys must be unique',
    },
  ];
  for (const { name, from, to, expected } of rows)
    it(`finds line and column of ${name}`, () => {
      assert.ok(GOOD.includes(from));
      const [message, line, mark] = (problemsOf(GOOD.replace(from, to))[0] ?? '').split('\n');
      const [, row, column] = (message ?? '').split(':').map(Number);
      assert.equal(message, `access/orders.yml:${expected}`);
      assert.equal(line, `  ${GOOD.replace(from, to).split('\n')[(row ?? 0) - 1]}`);
      assert.equal(mark, `  ${' '.repeat((column ?? 0) - 1)}^`);
    });

  it('finds the place of a field that another check has refused', () => {
    const text = 'id: gold\nlimits:\n  - { id: a, quota: 5 }\n  - { id: b, quota: -1 }\n';
    const problem = locateField(text, 'gold.yml', 'limits[1].quota', 'limits[1].quota must be positive');

    assert.ok(problem);
    assert.equal(
      printProblem(problem),
      `gold.yml:4:21: limits[1].quota must be positive\n    - { id: b, quota: -1 }\n${' '.repeat(22)}^`,
    );
  });

  it('reports all problems together', () => {
    const text = GOOD.replace('effect: allow', 'effect: maybe')
      .replace('version: 1', 'version: 2')
      .replace('[api]', '[]');

    assert.equal(problemsOf(text).length, 3);
  });

  it('refuses a document that grows without end', () => {
    const bomb = `a: &a [x, x]\n${'bcdefghij'
      .split('')
      .map(
        (name, index) =>
          `${name}: &${name} [*${'abcdefghij'[index] ?? ''}, *${'abcdefghij'[index] ?? ''}, *${'abcdefghij'[index] ?? ''}]`,
      )
      .join('\n')}\n`;

    assert.match(problemsOf(bomb)[0] ?? '', /aliases/);
    assert.match(
      problemsOf(`# ${'x'.repeat(600_000)}`)[0] ?? '',
      /has 600002 characters; the maximum is 500000/,
    );
  });

  it('throws nothing, for any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void readDocument(text, 'x')));
    fc.assert(fc.property(fc.json(), (text) => void readDocument(text, 'x')));
  });
});

describe('findYamlError', () => {
  it('is the first place at which a text is not YAML, with its line', () => {
    assert.equal(findYamlError('a: 1\nb: [2]\n', 'plan.yml'), undefined);

    const problem = findYamlError('a: 1\nb: [2\n', 'plan.yml');
    assert.deepEqual([problem?.file, problem?.line], ['plan.yml', 3]);
    assert.equal(problem?.excerpt, undefined, 'an empty line shows nothing');
    assert.deepEqual(findYamlError('a: 1\nb: 2: 3\n', 'plan.yml')?.excerpt?.[0], 'b: 2: 3');
  });
});
