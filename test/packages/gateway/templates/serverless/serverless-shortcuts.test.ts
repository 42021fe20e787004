import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';

type JsonCycle = {
  decycle(object: unknown): unknown;
  stringify(object: unknown, replacer?: null, space?: number): string;
};

type Schema = { readonly [keyword: string]: unknown };
type Handler = {
  schema: Schema;
  validateConfig(configuration: object): Promise<void>;
  handleErrorMessages: (messages: readonly string[]) => void;
};
type Serverless = { readonly configSchemaHandler: Handler; init(): Promise<void> };

const require = createRequire(import.meta.url);
const FILE = fileURLToPath(
  new URL('../../../../../packages/gateway/templates/serverless/serverless-shortcuts.cjs', import.meta.url),
);
const { boundChecks, isOwnFolder, quicken, withoutAbsentProperties } = require(FILE) as {
  readonly boundChecks: (folder: string) => void;
  readonly isOwnFolder: (folder: string) => boolean;
  readonly quicken: (jsonCycle: JsonCycle) => void;
  readonly withoutAbsentProperties: (schema: Schema, own: Schema, configuration: unknown) => Schema;
};
const osls = createRequire(require.resolve('serverless/package.json'));
const original = osls('json-cycle') as JsonCycle;

describe('quicken', () => {
  const quick = { ...original };
  quicken(quick);

  it('writes what json-cycle writes, with references to what came before', () => {
    const { letrec } = fc;
    const { node } = letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, undefined, true, 0, -0, 1.5, 'text', '', new Date(0)),
        fc.constantFrom({ toJSON: () => ({ said: 1 }) }, { toJSON: 'no function' }),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b c', '"', '0', '$ref'), tie('node')),
      ),
    }));

    fc.assert(
      fc.property(fc.array(node), fc.nat(), fc.nat(), (nodes, from, to) => {
        const objects = nodes.filter((one) => typeof one === 'object' && one !== null);
        const [target, holder] = [objects[to % objects.length], objects[from % objects.length]];
        // Shared, and maybe a circle.
        if (holder !== undefined && !('toJSON' in holder)) Object.assign(holder, { again: target });
        const whole = { nodes, last: target };

        assert.deepEqual(quick.decycle(whole), original.decycle(whole));
        assert.equal(quick.stringify(whole, null, 2), original.stringify(whole, null, 2));
      }),
    );
  });

  it('does not change an object whose toJSON fails', () => {
    const failing = {
      toJSON: () => {
        throw new Error('not now');
      },
    };

    assert.deepEqual(quick.decycle([failing]), original.decycle([failing]));
  });

  it('looks at each of 100,000 objects once', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => ({ index }));

    assert.equal((quick.decycle(many) as readonly unknown[]).length, many.length);
  });
});

/** Services that osls accepts, and services that it refuses, each in another way. */
const SERVICES: Readonly<Record<string, object>> = {
  'without functions': { service: 'shop', provider: { name: 'aws' } },
  'without a provider': { service: 'shop' },
  'with events': service({
    events: [
      { http: 'GET /users' },
      { httpApi: { method: 'get', path: '/a' } },
      { sqs: 'arn:aws:sqs:us-east-1:1:q' },
    ],
  }),
  'with values that are coerced': service({
    timeout: '30',
    memorySize: '512',
    layers: 'arn:aws:lambda:us-east-1:1:layer:a:1',
  }),
  'with an unknown event': service({ events: [{ carrierPigeon: {} }] }),
  'with an unknown property of an event': service({
    events: [{ http: { path: 'a', method: 'get', authoriser: 'a' } }],
  }),
  'with a wrong value of an event': service({
    events: [{ schedule: { rate: 5 } }, { stream: { type: 'kafka' } }],
  }),
  'with two events in one': service({ events: [{ http: 'GET /a', httpApi: 'GET /a' }] }),
  'with an unknown property of a function': service({ memory: 512 }),
  'with a wrong type of a function': service({ timeout: 'never', environment: ['A'] }),
  'with a wrong name of a function': { service: 'shop', provider: { name: 'aws' }, functions: { 'a b': {} } },
  'with unknown properties of the provider': {
    service: 'shop',
    provider: { name: 'aws', stag: 'dev', iam: { role: { statement: [] } } },
  },
  'with a name that schemas have, too': {
    service: 'shop',
    provider: { name: 'aws' },
    custom: { properties: { items: 1, $ref: '#' } },
  },
};

function service(ofFunction: object): object {
  return {
    service: 'shop',
    provider: { name: 'aws' },
    functions: { a: { handler: 'a.handler', ...ofFunction } },
  };
}

describe('withoutAbsentProperties', () => {
  const Serverless = osls('./lib/serverless.js') as new (given: object) => Serverless;
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-checks-'));
  let handler: Handler;
  let schema: Schema = {};

  before(async () => {
    process.env['SLS_SCHEMA_CACHE_BASE_DIR'] = folder;
    const serverless = new Serverless({
      configuration: { service: 'shop', provider: { name: 'aws' } },
      serviceDir: folder,
      configurationFilename: 'serverless.yml',
      commands: ['package'],
      options: {},
    });
    await serverless.init();
    handler = serverless.configSchemaHandler;
    ({ schema } = handler);
  });
  after(() => {
    delete process.env['SLS_SCHEMA_CACHE_BASE_DIR'];
    rmSync(folder, { recursive: true });
  });

  /** Returns what osls says of a configuration, and what it makes of it. */
  const check = async (by: Schema, configuration: object): Promise<unknown> => {
    const checked = structuredClone(configuration);
    let said: readonly string[] = [];
    handler.schema = structuredClone(by);
    handler.handleErrorMessages = (messages) => {
      said = messages;
    };
    await handler.validateConfig(checked);
    return { checked, said };
  };

  for (const [name, configuration] of Object.entries(SERVICES))
    it(`does not change what osls says about a service ${name}`, async () => {
      const reduced = withoutAbsentProperties(schema, schema, configuration);

      assert.deepEqual(await check(reduced, configuration), await check(schema, configuration));
    });

  it('does not change what osls says about events of any type with any value', async () => {
    const value = fc.oneof(
      fc.constantFrom('GET /a', 'arn:aws:sqs:us-east-1:1:q', '', 5, true, [], ['a'], 'rate(1 hour)'),
      fc.dictionary(
        fc.constantFrom('path', 'method', 'arn', 'type', 'rate', 'enabled', 'bucket', 'x'),
        fc.constantFrom('a', 1),
      ),
    );
    const types = [...JSON.stringify(schema).matchAll(/"required":\["(\w+)"\]/g)].map(
      ([, type = '']) => type,
    );
    const event = fc.tuple(fc.constantFrom(...types), value).map(([type, given]) => ({ [type]: given }));

    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 4 }), async (events) => {
        const configuration = service({ events });
        const reduced = withoutAbsentProperties(schema, schema, configuration);

        assert.deepEqual(await check(reduced, configuration), await check(schema, configuration));
      }),
      { numRuns: 12 },
    );
  });

  it('leaves out most of what osls supports', () => {
    const reduced = withoutAbsentProperties(schema, schema, SERVICES['with events']);

    assert.ok(JSON.stringify(reduced).length * 3 < JSON.stringify(schema).length);
  });

  it('keeps what plug-ins add, which osls refuses if it is invalid', () => {
    const added = structuredClone(schema) as { properties: Record<string, unknown> };
    const [byPlugin, changed] = [
      { type: 'strin' },
      { type: 'object', properties: { absent: { type: 'null' } } },
    ];
    Object.assign(added.properties, {
      custom: { type: 'object', properties: { byPlugin } },
      layers: changed,
    });

    const { properties } = withoutAbsentProperties(added, schema, { service: 'shop' }) as typeof added;

    assert.deepEqual(properties['custom'], { type: 'object', properties: { byPlugin } });
    assert.deepEqual(properties['layers'], changed);
  });
});

describe('the checks that osls generates', () => {
  const root = mkdtempSync(join(tmpdir(), 'gatewright-kept-checks-'));
  after(() => rmSync(root, { recursive: true }));

  // They are executed, so nobody else may be able to write to them.
  it('are stored in a folder that is created, and that only its owner can write to', () => {
    const own = join(root, 'made/here');
    assert.equal(isOwnFolder(own), true);
    assert.equal(isOwnFolder(own), true, 'it is used again');

    writeFileSync(join(root, 'file'), '');
    assert.equal(isOwnFolder(join(root, 'file/here')), false);
    if (process.platform === 'win32') return;
    symlinkSync(own, join(root, 'link'));
    assert.equal(isOwnFolder(join(root, 'link')), false);
    chmodSync(own, 0o770);
    assert.equal(isOwnFolder(own), false);
  });

  it('are the 16 newest, in whichever folders osls has put them', () => {
    const folder = join(root, 'many');
    for (let at = 0; at < 20; at += 1) {
      const file = join(folder, at % 2 === 0 ? 'even' : 'odd', `${at}.js`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
      utimesSync(file, at, at);
    }

    boundChecks(folder);
    boundChecks(join(root, 'absent'));

    const left = ['even', 'odd'].flatMap((name) => readdirSync(join(folder, name)));
    assert.deepEqual(
      left.map((name) => Number.parseInt(name, 10)).toSorted((a, b) => a - b),
      Array.from({ length: 16 }, (_, at) => at + 4),
    );
  });
});
