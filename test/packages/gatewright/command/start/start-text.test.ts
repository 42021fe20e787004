import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { NO_CONSEQUENCE } from '../../../../../packages/gateway/core/errors.ts';
import {
  countUnsupported,
  describeStart,
  describeUnsupported,
  formatRoutes,
} from '../../../../../packages/gatewright/command/start/start-text.ts';
import type { StartFacts } from '../../../../../packages/gatewright/command/start/start-text.ts';
import type { ApiRoutes } from '../../../../../packages/gateway/engine/index.ts';

const route = (path: string, functionName: string, authorizer?: string): ApiRoutes['routes'][number] => ({
  logicalId: 'Route',
  method: 'GET',
  path,
  authorizer,
  functionName,
  target: undefined,
  apiKeyRequired: false,
});

/** An API of these routes; nothing else of it is printed here. */
const anApi = (routes: ApiRoutes['routes']): ApiRoutes => ({
  logicalId: 'Api',
  id: 'a1b2c3d4e5',
  name: 'shop',
  stack: 'shop-dev',
  kind: 'http',
  stage: 'dev',
  region: 'us-east-1',
  url: 'http://127.0.0.1:3000',
  routes,
});

const HERE = { sources: ['.'], param: {} };

const many = (count: number, folder: string, functionName: string) =>
  Array.from({ length: count }, (_, index) => route(`${folder}${index}/x`, functionName, 'AWS_IAM'));

describe('formatRoutes', () => {
  it('lists each route of an API with a few', () => {
    const lines = formatRoutes(anApi(many(15, '/orders/', 'orders')), HERE);

    assert.equal(lines.length, 15);
  });

  it('shows an address for each route, with its parameters as in the template, and the keys of a WebSocket API', () => {
    const routes = [route('/users/{id}', 'one'), route('/files/{proxy+}', 'two'), route('$default', 'rest')];

    const rest = formatRoutes({ ...anApi(routes), kind: 'rest', url: 'http://127.0.0.1:3000/dev' }, HERE);
    const http = formatRoutes(anApi(routes), HERE);
    const sockets = formatRoutes({ ...anApi([route('$connect', 'in')]), kind: 'websocket' }, HERE);

    const addresses = (lines: readonly string[]) => lines.map((line) => /[$h]\S+/.exec(line)?.[0]);
    assert.deepEqual(addresses(rest).slice(0, 2), [
      'http://127.0.0.1:3000/dev/users/{id}',
      'http://127.0.0.1:3000/dev/files/{proxy+}',
    ]);
    assert.equal(addresses(http)[2], 'http://127.0.0.1:3000/');
    assert.deepEqual(addresses(sockets), ['$connect']);
  });

  it('does not call a closed route open', () => {
    const closed = { ...route('/users', 'users'), functionName: undefined, target: 'returns 500' };

    assert.match(formatRoutes(anApi([closed]), HERE)[0] ?? '', /\/users +closed +returns 500$/);
  });

  it('counts the routes of one function if there are many, and lists the rest', () => {
    const routes = [...many(20, '/quota/', 'admin'), route('/menu', 'menu'), ...many(3, '/keys/', 'keys')];

    const lines = formatRoutes(anApi(routes), HERE).map((line) => line.trim().split(/ {2,}/));

    assert.deepEqual(lines.slice(0, 2), [
      ['20 routes', '/quota/…', 'AWS_IAM', '→ admin'],
      ['GET', 'http://127.0.0.1:3000/menu', 'open', '→ menu'],
    ]);
    assert.equal(lines.length, 6);
    assert.match(lines.at(-1)?.join(' ') ?? '', /^each: .*routes$/);
  });

  it('names a command that lists all routes of what was started', () => {
    const load = { sources: ['.', 'examples/food delivery'], stage: 'test', param: { Who: 'me' } };

    const last = formatRoutes(anApi(many(20, '/quota/', 'admin')), load).at(-1);

    assert.match(last ?? '', / routes \. 'examples\/food delivery' --stage test --param Who=me$/);
  });
});

describe('countUnsupported', () => {
  const item = {
    stackName: 'shop-dev',
    type: 'AWS::X',
    logicalId: 'A',
    property: undefined,
    consequence: 'no files',
  };

  it('shows the first faults with their remedies, each message once, and counts all', () => {
    const lines = countUnsupported([
      { ...item, message: 'is wrong', consequence: 'its routes return 500' },
      { ...item, logicalId: 'C', message: 'is wrong', consequence: 'it fails' },
      { ...item, message: 'is of no account', consequence: NO_CONSEQUENCE },
      item,
      { ...item, logicalId: 'B' },
      { ...item, consequence: 'recorded' },
    ]);

    assert.deepEqual(lines, [
      '    A: is wrong (and 1 more)',
      '      → its routes return 500',
      '  3 parts not served as written, 2 parts not as on AWS (--verbose lists them, --strict makes them errors)',
      '',
    ]);
  });

  it('shows the functions that no loaded stack has once, with the lines that name them and the remedy', () => {
    const absent = (name: string, line: number, remedy?: string) => ({
      ...item,
      message: `no loaded stack has the function ${name}`,
      consequence: 'every call fails',
      rule: 'function-elsewhere' as const,
      severity: 'unchecked' as const,
      file: 't.yaml',
      line,
      remedy,
    });

    assert.deepEqual(
      countUnsupported([absent('a', 3), absent('b', 7), absent('c', 9, 'pass --param X=y')]).slice(0, 4),
      [
        '    t.yaml:3 A: no loaded stack has the function a (and line 7)',
        '      → every call fails; also name the stack that has the function: gatewright start OTHER THIS',
        '    t.yaml:9 A: no loaded stack has the function c',
        '      → every call fails; pass --param X=y',
      ],
    );
  });

  // wbianchini/serverless-api-nodejs-dynamodb: five events without a slash, which the gateway serves
  it('shows the same mistake and the same consequence once, and counts what osls refuses for itself', () => {
    const ofOsls = { ...item, consequence: 'osls 4 stops', rule: 'osls-schema', file: 's.yml' } as const;
    const event = (name: string, line: number) => ({
      ...ofOsls,
      logicalId: '',
      property: `functions.${name}.events.0.http`,
      message: `value 'GET ${name}' does not satisfy pattern /^(GET|POST) (\\/\\S*)$/i`,
      line,
    });
    const items = [
      event('a', 29),
      event('b', 33),
      event('c', 37),
      { ...ofOsls, logicalId: 'provider', message: "unrecognized property 'hash'", line: 5 },
      { ...ofOsls, logicalId: 'provider', message: "unrecognized property 'tag'", line: 5 },
      { ...item, message: 'is wrong', consequence: 'its routes return 500' },
    ];

    assert.deepEqual(countUnsupported(items), [
      "    s.yml:29 functions.a.events.0.http: value 'GET a' does not satisfy pattern /^(GET|POST) (\\/\\S*)$/i (and lines 33, 37)",
      "    s.yml:5 provider: unrecognized property 'hash'",
      "    s.yml:5 provider: unrecognized property 'tag'",
      '      → osls 4 stops',
      '    A: is wrong',
      '      → its routes return 500',
      '  3 parts not served as written, 3 parts against the schema of osls (--verbose lists them, --strict makes them errors)',
      '',
    ]);
    const whole = describeUnsupported(items);
    assert.deepEqual(
      whole.filter((line) => line.includes('(--strict')),
      [
        '  Not served as written (--strict makes these errors)',
        '  Against the schema of osls (--strict makes these errors)',
      ],
    );
    assert.equal(whole.filter((line) => line.includes('osls 4 stops')).length, 2);
    for (const line of [29, 33, 37]) assert.ok(whole.some((text) => text.includes(`s.yml:${line} `)));
  });

  // Without its route, or with a route that is open, a part is not served.
  for (const [property, message] of [
    ['functions.a.events.0', 'unsupported function event'],
    ['functions.a.events.0.http', "unrecognized property 'autorizer'"],
    ['functions.a.events.0.schedule', "value 'rate(5 minute)' does not satisfy pattern /^rate/"],
    ['functions.a.events.0.http', "value 'GTE /a' does not satisfy pattern /^(GET|POST)/"],
    ['functions.a', "unrecognized property 'timout'"],
    ['provider.stage', "value 'GET a' does not satisfy pattern /^x/"],
  ] as const)
    it(`counts ${message} of ${property} as not served`, () => {
      const fault = { ...item, rule: 'osls-schema', logicalId: '', property, message } as const;

      assert.match(countUnsupported([fault]).at(-2) ?? '', /^ {2}1 part not served as written \(/);
      assert.match(describeUnsupported([fault])[0] ?? '', /^ {2}Not served as written /);
    });

  it('names the lines of the others, without the line of the first', () => {
    const at = (line: number) => ({ ...item, file: 's.yml', message: 'is wrong', line });
    assert.match(countUnsupported([at(5), at(5), at(7)])[0] ?? '', /: is wrong \(and line 7\)$/);
    assert.match(countUnsupported([at(5), at(5)])[0] ?? '', /: is wrong \(and 1 more\)$/);
  });

  it('shows messages of other sources that begin with different values', () => {
    const of = (value: string) => ({ ...item, message: `value '${value}' is wrong` });
    assert.deepEqual(
      countUnsupported([of('a'), of('b')]).slice(0, 2),
      ['a', 'b'].map((value) => `    A: value '${value}' is wrong`),
    );
  });

  // An API that was gone from the list, with "1 part not served as written" at its end, was searched for in the wrong
  // places.
  it('says which source is refused, and why', () => {
    const lines = countUnsupported([
      {
        ...item,
        message: 'a.js:6: reads authorizer.claims',
        consequence: 'the stack is not served',
        file: 'shop.yml',
      },
      { ...item, message: 'is wrong', consequence: 'its routes return 500' },
    ]);

    assert.deepEqual(lines.slice(0, 4), [
      '  Refused',
      '    shop.yml A: a.js:6: reads authorizer.claims',
      '      → the stack is not served',
      '',
    ]);
    assert.deepEqual(lines.slice(4, 6), ['    A: is wrong', '      → its routes return 500']);
    assert.match(lines[6] ?? '', /^ {2}1 part not served as written /);
  });

  it('says six faults at most', () => {
    const faults = Array.from({ length: 9 }, (_, index) => ({ ...item, message: `wrong ${index}` }));

    assert.equal(countUnsupported(faults).filter((line) => line.includes('wrong')).length, 6);
  });

  it('prints nothing if there is nothing', () => {
    assert.deepEqual(countUnsupported([]), []);
  });
});

describe('describeUnsupported', () => {
  it('says once what several parts miss, each with its place', () => {
    const item = (logicalId: string, property: string | undefined, consequence: string, place = {}) => ({
      stackName: 'shop-dev',
      type: 'AWS::X',
      logicalId,
      property,
      consequence,
      ...place,
    });
    const at = (line: number) => ({ file: join(process.cwd(), 'shop.yml'), line });

    const lines = describeUnsupported([
      item('A', 'Layers', 'no files', at(3)),
      item('Topic', undefined, 'recorded'),
      item('B', 'Layers', 'no files', at(9)),
      item('Queue', '', 'is not there', at(12)),
    ]);

    assert.deepEqual(
      lines.map((line) => line.trim()).filter((line) => line.includes(': ')),
      ['shop.yml A.Layers (3), B.Layers (9): no files', 'Topic: recorded', 'shop.yml:12 Queue: is not there'],
    );
  });
});

describe('describeUnsupported of what a stack says wrongly', () => {
  const item = { stackName: 'shop-dev', type: 'AWS::X', logicalId: 'A', property: 'Layers' };

  it('names each fault with its consequence, under a heading that only faults have', () => {
    const fault = { ...item, message: 'is wrong\nin two lines', consequence: 'it returns 500' };

    assert.deepEqual(describeUnsupported([fault]), [
      '  Not served as written (--strict makes these errors)',
      '    A.Layers: is wrong\n      in two lines',
      '      → it returns 500',
      '',
    ]);
    assert.deepEqual(describeUnsupported([{ ...item, consequence: 'recorded' }]), [
      '  Not as on AWS (--strict makes these errors)',
      '    A.Layers: recorded',
      '',
    ]);
    assert.deepEqual(describeUnsupported([]), []);
  });
});

describe('describeStart', () => {
  const item = { stackName: 'shop-dev', logicalId: 'A', type: 'AWS::X', property: '', consequence: 'none' };
  const inspected = { ...anApi([]), stackName: 'shop-dev', routes: [{ method: 'GET', path: '/open' }] };
  const facts = {
    gateway: {
      stacks: [],
      routes: () => [anApi([route('/open', 'hello')])],
      inspect: () => [inspected],
    },
    listening: {
      control: 'http://127.0.0.1:4000',
      unsupported: [item],
      fronts: [],
      unreachableIssuers: ['https://issuer.test'],
    },
    documents: [],
    tookMs: 1234,
    stage: 'dev',
    load: HERE,
    isVerbose: false,
  } as unknown as StartFacts;

  it('gives an address for each route, a line to paste and one line for the findings', () => {
    const text = describeStart(facts);
    assert.match(text, /GET +http:\/\/127\.0\.0\.1:3000\/open +open +→ hello/);
    assert.match(text, /# open to everyone\n {2}curl -i http:\/\/127\.0\.0\.1:3000\/open\n/);
    assert.match(text, /1 part not as on AWS \(--verbose lists them/);
    assert.match(text, /create tokens of this issuer on this machine: --issuer https:\/\/issuer\.test=local/);
  });

  it('names the functions that neither a route nor an authorizer runs, and how to run them', () => {
    const named = (name: string, environment = {}) => ({ name, environment });
    const functions = ['hello', 'guard', ...Array.from({ length: 9 }, (_, at) => `worker-${at}`)];
    const stack = {
      stackName: 'shop-dev',
      metadata: {},
      resources: new Map(),
      functions: functions.map((name) => named(name)),
    };
    const toolkit = {
      stackName: 'own',
      metadata: {},
      resources: new Map(),
      functions: [named('ws-connect', { GATEWRIGHT_STAGE: 'dev' })],
    };
    const guarded = { ...inspected, routes: [{ authorizer: { functionName: 'guard' } }] };
    const gateway = { ...facts.gateway, stacks: [stack, toolkit], inspect: () => [guarded] };

    const text = describeStart({ ...facts, gateway } as unknown as StartFacts);

    const shown = Array.from({ length: 8 }, (_, at) => ` {4}worker-${at}\\n`).join('');
    assert.match(
      text,
      new RegExp(
        ` {2}Functions without a route\\n${shown} {4}and 1 more\\n {4}list what starts these functions: .* invoke NAME\\n`,
      ),
    );
  });

  it('says what to do in the terms of the command that prints it', () => {
    const text = describeStart({ ...facts, standIn: (issuer) => `settings: ${issuer}`, isVerbose: true });
    assert.match(text, /create tokens of this issuer on this machine: settings: https:\/\/issuer\.test\n/);
    assert.match(text, /Not as on AWS.*\n {4}A: none\n/);
  });

  it('gives with --quiet the addresses and what is not served, and no more', () => {
    const text = describeStart({ ...facts, isQuiet: true });

    assert.deepEqual(
      text.split('\n').map((line) => line.trim().split(' ')[0]),
      ['shop', 'Control', 'The', '', '1', '', 'Ready', ''],
    );
    assert.match(text, /^ {2}shop +.* {2}http:\/\/127\.0\.0\.1:3000\n/);
  });

  it('says that faults are injected, by how many rules and from which file', () => {
    const faults = { file: 'faults.yml', rules: 3, seed: 7 };
    const text = describeStart({ ...facts, listening: { ...facts.listening, faults } });

    assert.match(text, /Faults +3 rules of faults\.yml +injected on purpose, with seed 7\n/);
    assert.doesNotMatch(describeStart(facts), /Faults/);
  });

  // The routes of the portal's API are GET /, GET /{proxy+} and more; which one is the page was not said.
  it('names the page of the portal, if it is served', () => {
    const portal = { ...anApi([route('/{proxy+}', 'portal')]), name: 'gatewright-dev-portal' };
    const gateway = { ...facts.gateway, routes: () => [portal] };

    const text = describeStart({ ...facts, gateway });

    assert.match(text, /\n {2}Portal +http:\/\/127\.0\.0\.1:3000\/ +the page that your customers open\n/);
    assert.doesNotMatch(describeStart(facts), /Portal/);
  });

  it('lets curl trust the local CA in the lines to paste, if one signs', () => {
    const certificateAuthority = join(process.cwd(), '.gatewright/tls/ca.pem');
    const text = describeStart({ ...facts, listening: { ...facts.listening, certificateAuthority } });

    assert.match(text, /Local CA +\.gatewright\/tls\/ca\.pem +for clients; see .*certs --trust/);
    assert.match(text, /\n {2}curl -i --cacert \.gatewright\/tls\/ca\.pem http:/);
    assert.doesNotMatch(describeStart(facts), /cacert|Local CA/);
  });
});
