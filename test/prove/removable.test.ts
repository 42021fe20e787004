import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { listServices } from '../architecture/services.ts';
import { readSource } from '../architecture/source-files.ts';
import { reasonsAgainst } from './removable.ts';
import { plainRestTemplate, PROBES, refusalIn } from './removable/probes.ts';
import { CATALOGUE, pathsOf, Removal, withoutService } from './removable/remove-service.ts';
import { TypeCheck } from './removable/type-check.ts';

const LISTED = `import { BELL_TYPES } from '../../../services/bells/resource-types.ts';
import { OTHER_TYPES } from '../../../templates/other-types.ts';

export const CATALOGUE = [
  { name: 'bells', types: BELL_TYPES, load: () => import('../../../services/bells/service.ts') },
  {
    name: 'horns',
    types: {},
    load: () => import('../../../services/horns/service.ts'),
  },
];

void OTHER_TYPES;
`;

describe('withoutService', () => {
  it('removes the entry of the service, and the imports from its folder', () => {
    const rest = withoutService(LISTED, 'bells');

    assert.doesNotMatch(rest, /bells|BELL/);
    assert.match(rest, /OTHER_TYPES } from[^]*name: 'horns'[^]*void OTHER_TYPES/);
  });

  it('removes an entry of several lines', () => {
    assert.match(withoutService(LISTED, 'horns'), /service\.ts'\) },\n\];/);
  });

  it('refuses a catalogue without the service', () => {
    assert.throws(() => withoutService(LISTED, 'drums'), /0 entries of drums, not one/);
  });

  it('finds every service of the current catalogue', () => {
    const { text } = readSource(CATALOGUE);

    for (const service of listServices())
      assert.ok(!withoutService(text, service).includes(`services/${service}/`), service);
  });
});

describe('the files that are removed with a service', () => {
  const tests = [
    { path: 'test/together/bells/ring.test.ts', text: '/** Services together: bells, horns. */\n' },
    { path: 'test/together/quiet.test.ts', text: '/** Services together: drums, horns. */\n' },
  ];

  it('are its folder, its tests and the tests that name it', () => {
    assert.deepEqual(pathsOf('bells', tests), [
      'packages/gateway/services/bells',
      'test/packages/gateway/services/bells',
      'test/together/bells/ring.test.ts',
    ]);
  });
});

describe('a copy of the repository', () => {
  const FILES: Readonly<Record<string, string>> = {
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        noEmit: true,
        allowImportingTsExtensions: true,
        module: 'nodenext',
        types: [],
        // The test compares only the types of the program itself. Checking the types of the newest ECMAScript would
        // take seconds.
        lib: ['es2015'],
        skipLibCheck: true,
      },
      include: ['packages', 'test'],
    }),
    [CATALOGUE]: LISTED.replace(/^void.*\n/m, 'export const other = OTHER_TYPES;\n'),
    'packages/gateway/templates/other-types.ts': 'export const OTHER_TYPES = {};\n',
    'packages/gateway/services/bells/resource-types.ts': 'export const BELL_TYPES = {};\n',
    'packages/gateway/services/bells/service.ts': 'export const open = () => 1;\n',
    'packages/gateway/services/horns/service.ts': 'export const open = () => 2;\n',
  };
  let copy = '';
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'gatewright-copy-'));
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  it('has no type error without a service, and is complete again when the service is put back', () => {
    const [types, removal] = [new TypeCheck(copy), new Removal(copy)];
    assert.deepEqual(types.errors(), []);

    removal.remove(pathsOf('bells', []));
    removal.unlist('bells');
    assert.deepEqual(types.errors(), []);

    removal.putBack();
    assert.deepEqual(types.errors(), []);
    for (const [path, text] of Object.entries(FILES))
      assert.equal(readFileSync(join(copy, path), 'utf8'), text);
  });

  it('has a type error if a name of the removed part remains, and none when the part is back', () => {
    const [types, removal] = [new TypeCheck(copy), new Removal(copy)];
    assert.deepEqual(types.errors(), []);

    removal.remove(['packages/gateway/services/horns']);
    const [error = '', ...more] = types.errors();
    assert.match(error, /^packages\/gateway\/engine\/compose\/services\/catalogue\.ts\(9\): TS2307 /);
    assert.equal(more.length, 0);

    removal.putBack();
    assert.deepEqual(types.errors(), []);
  });
});

describe('the resource by which a stack names a service', () => {
  it('is listed for every service', () => {
    const missing = listServices().filter((service) => PROBES[service] === undefined);

    assert.deepEqual(missing, []);
  });

  it('is on a separate line of the template', () => {
    const lines = plainRestTemplate(PROBES['sqs']).split('\n');

    assert.equal(lines.filter((line) => line.includes('"Probe":')).length, 1);
  });

  it('is found in the output of a start', () => {
    const output =
      'error: --strict: 1 parts\n  /tmp/a/template.json:7: Probe (AWS::SQS::Queue): nothing runs\n';

    assert.equal(refusalIn(output), 'template.json:7: Probe (AWS::SQS::Queue): nothing runs');
    assert.equal(refusalIn('error: something else\n'), undefined);
  });
});

describe('the proof that a service can be removed', () => {
  const seen = {
    service: 'bells',
    typeErrors: [],
    tests: { passed: 1, failed: [] },
    answer: '200 hello',
    refusal: 'template.json:7: Probe',
  };

  it('is proven if nothing else needs the service', () => {
    assert.deepEqual(reasonsAgainst(seen), []);
  });

  for (const { name, more, reason } of [
    { name: 'a type error', more: { typeErrors: ['a.ts(1): TS2307 x'] }, reason: /a\.ts\(1\)/ },
    { name: 'a test that fails', more: { tests: { passed: 1, failed: ['rings'] } }, reason: /"rings" fails/ },
    { name: 'no test at all', more: { tests: { passed: 0, failed: [] } }, reason: /no test/ },
    { name: 'another answer', more: { answer: '500 ' }, reason: /answers 500/ },
    { name: 'a probe without a finding', more: { refusal: undefined }, reason: /no finding/ },
  ])
    it(`is refuted by ${name}`, () => {
      const [first = '', ...others] = reasonsAgainst({ ...seen, ...more });

      assert.match(first, reason);
      assert.equal(others.length, 0);
    });
});
