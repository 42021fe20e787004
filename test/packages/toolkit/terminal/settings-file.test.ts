import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { routesCommand } from '../../../../packages/gatewright/command/local/routes.ts';
import { applySettings, settingNames } from '../../../../packages/toolkit/terminal/settings-file.ts';
import { settingsSchema } from '../../../../packages/gatewright/command/settings-schema.ts';
import { startCommand } from '../../../../packages/gatewright/command/start/start.ts';
import type { Command } from 'commander';

type Applied = {
  readonly options: Record<string, unknown>;
  readonly sources: unknown;
  readonly warnings: readonly string[];
};

function aFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-settings-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** The arguments with which the command would be called. */
function apply(words: readonly string[], made: Command = startCommand()): Applied {
  const warnings: string[] = [];
  let applied: Applied | undefined;
  made.exitOverride().action(() => undefined);
  made.hook('preAction', (_, command) => {
    applySettings(command, {
      warn: (sentence) => warnings.push(sentence),
      isPart: command.name() !== 'start',
    });
    applied = { options: command.opts(), sources: command.processedArgs[0], warnings };
  });
  made.parse(words, { from: 'user' });
  assert.ok(applied !== undefined);
  return applied;
}

/** In a named folder, so that the working directory does not change. */
const applied = (text: string, ...words: readonly string[]): Applied =>
  apply([aFolder({ 'gatewright.yml': text }), ...words]);

describe('gatewright.yml', () => {
  it('has the options of start, under their names', () => {
    const { options } = applied(`
stage: qa
port: 3100
param: { Table: orders, Size: 3 }
vpc-link: { orders: [http://localhost:8080, http://localhost:8081] }
allow-host: [a.example, b.example]
roles: off
account-throttle: true
metrics: true
reload: false
record: false
cache-memory: 1GB
`);

    assert.equal(options['stage'], 'qa');
    assert.equal(options['port'], 3100);
    assert.deepEqual(options['param'], { Table: 'orders', Size: '3' });
    assert.deepEqual(
      options['vpcLink'],
      new Map([['orders', ['http://localhost:8080', 'http://localhost:8081']]]),
    );
    assert.deepEqual(options['allowHost'], ['a.example', 'b.example']);
    assert.equal(options['roles'], false);
    assert.equal(options['accountThrottle'], true);
    assert.equal(options['metrics'], true);
    assert.equal(options['reload'], false);
    assert.equal(options['record'], false);
    assert.equal(options['cacheMemory'], 1024 ** 3);
  });

  it('gives way to the command line', () => {
    const { options } = applied('port: 3100\nstage: qa\nrecord: 7\n', '--port', '4100', '--no-record');

    assert.deepEqual([options['port'], options['stage'], options['record']], [4100, 'qa', false]);
  });

  it('finds files relative to itself, from any folder', () => {
    const folder = aFolder({ 'gatewright.yml': 'data: .data\nseed: seed\nenv-file: ../x.env\n' });
    const { options } = apply([folder]);

    assert.deepEqual(
      [options['data'], options['seed'], options['envFile']],
      [join(folder, '.data'), join(folder, 'seed'), join(folder, '..', 'x.env')],
    );
  });

  it('is found next to a named template, too', () => {
    const folder = aFolder({ 'gatewright.yml': 'stage: qa\n', 'app/template.yaml': 'Resources: {}\n' });
    writeFileSync(join(folder, 'template.yaml'), 'Resources: {}\n');

    assert.equal(apply([join(folder, 'template.yaml')]).options['stage'], 'qa');
  });

  it('is read once if two templates are next to it, and must agree with the files of other folders', () => {
    const [one, two] = [
      aFolder({ 'gatewright.yml': 'port: 1\n' }),
      aFolder({ 'gatewright.yml': 'port: 2\n' }),
    ];

    assert.equal(apply([one, one]).options['port'], 1);
    assert.throws(
      () => apply([one, two]),
      /gatewright\.yml:1: port has a different value in .*gatewright\.yml:1/,
    );
  });

  it('takes the sources of the working directory from it, unless the command line names some', () => {
    const folder = aFolder({
      'gatewright.yml': 'sources: [api, ../users]\n',
      'one/gatewright.yml': 'sources: api\n',
      'here/gatewright.yml': 'sources: .\n',
      'none/gatewright.yml': 'stage: qa\n',
    });
    const usual = process.cwd();
    try {
      const sourcesIn = (name: string, ...words: readonly string[]): unknown => {
        process.chdir(join(folder, name));
        return apply(words).sources;
      };

      assert.deepEqual(sourcesIn('.'), ['api', '../users']);
      assert.deepEqual(sourcesIn('one'), ['api']);
      assert.deepEqual(sourcesIn('here'), ['.']);
      assert.deepEqual(sourcesIn('none'), ['.']);
      assert.deepEqual(sourcesIn('.', 'one'), ['one']);
    } finally {
      process.chdir(usual);
    }
  });

  // A newcomer moved the sources into gatewright.yml, and custom.gatewright of the service had no effect any more.
  it('is read next to the sources that it names, as if the command line named them', () => {
    const folder = aFolder({
      'gatewright.yml': 'sources: [shop, sell/template.yaml]\nport: 3600\n',
      'shop/serverless.yml': 'service: shop\ncustom: { gatewright: { stage: qa } }\n',
      'sell/gatewright.yml': 'sources: other\nreload: false\n',
      'sell/template.yaml': 'Resources: {}\n',
    });
    const usual = process.cwd();
    try {
      process.chdir(folder);
      const { sources, options } = apply([]);

      assert.deepEqual(sources, ['shop', join('sell', 'template.yaml')]);
      assert.equal(options['port'], 3600);
      assert.equal(options['stage'], 'qa');
      assert.equal(options['reload'], false);
    } finally {
      process.chdir(usual);
    }
  });

  it('has texts for switches, too', () => {
    const { options } = applied('metrics: off\naccount-throttle: on\nroles: on\n');

    assert.deepEqual([options['metrics'], options['accountThrottle'], options['roles']], [false, true, true]);
  });

  it('has a megabyte at most', () => {
    const comment = (bytes: number): string => `${'#'.repeat(bytes - 1)}\n`;

    assert.equal(applied(comment(1024 * 1024)).options['port'], 3000);
    assert.throws(
      () => applied(comment(1024 * 1024 + 1)),
      /gatewright\.yml is larger than 1 MB, the limit for a settings file$/,
    );
  });

  it('may be empty', () => {
    assert.equal(applied('# nothing yet\n').options['port'], 3000);
  });

  for (const [text, says] of [
    [
      'prot: 1\n',
      /gatewright\.yml:1: unknown setting "prot"; known settings: sources, parts, without, claimsChecked, check, account, /,
    ],
    ['stage: qa\nport: high\n', /gatewright\.yml:2: port: "high"\. A port is a number/],
    ['metrics: sometimes\n', /gatewright\.yml:1: metrics must be true or false/],
    ['param: [[1]]\n', /gatewright\.yml:1: param must be a string/],
    ['open: true\n', /gatewright\.yml:1: open cannot be set in a file/],
    ['exec: rm -rf /\n', /gatewright\.yml:1: /],
    ['port: 1\nstage: [\n', /gatewright\.yml:[23]: /],
    ['port: 1\nport: 2\n', /gatewright\.yml:2: Map keys must be unique$/m],
    ['port: 1\nstage: qa\nport: 2\n', /gatewright\.yml:3: Map keys must be unique$/m],
    ['- port\n', /gatewright\.yml must contain a map of settings/],
    ['sources: [1]\n', /gatewright\.yml:1: sources must be a path/],
    ['stage: "${x}"\n', /gatewright\.yml:1: stage: "\$\{x\}"\. A stage name has/],
  ] as const)
    it(`refuses ${JSON.stringify(text)}, by file and line`, () => {
      assert.throws(() => applied(text), says);
    });

  it('passes other commands the settings that they have, and start the rest', () => {
    const folder = aFolder({ 'gatewright.yml': 'stage: qa\nport: 3100\n' });

    assert.equal(apply([folder], routesCommand()).options['stage'], 'qa');
  });
});

describe('custom.gatewright of a serverless.yml', () => {
  const service = (settings: string): string =>
    aFolder({ 'serverless.yml': `service: x\ncustom:\n  gatewright:\n${settings}` });

  it('has the same settings, in addition to those for the plug-in', () => {
    const { options, warnings } = apply([
      service('    usage-lag: 30s\n    access: ../access\n    variables: { a: b }\n'),
    ]);

    assert.equal(options['usageLag'], 30_000);
    assert.deepEqual(warnings, []);
  });

  it('is not used if a value is a variable, and says so', () => {
    const { options, warnings } = apply([service("    usage-lag: '${self:custom.lag}'\n")]);

    assert.equal(options['usageLag'], 0);
    assert.match(
      warnings.join(),
      /serverless\.yml:4: custom\.gatewright\.usage-lag is ignored, because it contains a variable/,
    );
  });

  for (const [form, text] of [
    ['in braces', 'custom: { "gatewright": { port: 3100 } }'],
    ['with an explicit key', 'custom:\n  ? gatewright\n  : port: 3100'],
    ['with a comment before its colon', 'custom:\n  ? gatewright # ours\n  : port: 3100'],
    ['with an escape', String.raw`custom: { "gate\x77right": { port: 3100 } }`],
  ] as const)
    it(`is read ${form}`, () => {
      assert.equal(apply([aFolder({ 'serverless.yml': text })]).options['port'], 3100);
    });

  it('is osls’s own if it is a variable as a whole', () => {
    const folder = aFolder({ 'serverless.yml': "custom:\n  gatewright: '${file(x.yml)}'\n" });
    const text = aFolder({ 'serverless.yml': 'custom:\n  gatewright: all\n' });

    assert.equal(apply([folder]).options['port'], 3000);
    assert.throws(() => apply([text]), /must contain a map of settings/);
  });

  it('leaves parts to the stack, and refuses them if there is none', () => {
    const stack = { 'serverless.yml': 'plugins: [gatewright/stack]\n' };
    const parts = { 'gatewright.yml': 'parts: [authorizers]\nport: 3111\n' };
    const around = { 'gatewright/serverless.yml': stack['serverless.yml'] };
    assert.equal(apply([aFolder({ ...stack, ...parts })]).options['port'], 3111);
    assert.equal(apply([aFolder({ ...around, ...parts })]).options['port'], 3111);
    assert.throws(
      () => apply([aFolder(parts)]),
      /gatewright\.yml:1: parts is a setting of Gatewright's stack, but this folder contains no such stack/,
    );
  });

  it('passes an unreadable service on to its loader', () => {
    assert.equal(apply([aFolder({ 'serverless.yml': 'a: [\n' })]).options['port'], 3000);
    assert.equal(apply([aFolder({ 'serverless.yml': "custom: '${file(x.yml)}'\n" })]).options['port'], 3000);
  });
});

describe('gatewright.schema.json', () => {
  const schema = settingsSchema(startCommand());
  const validate = new Ajv({ strict: false }).compile(schema);

  it('is what start takes', () => {
    const printed: unknown = JSON.parse(
      readFileSync(new URL('../../../../docs/gatewright.schema.json', import.meta.url), 'utf8'),
    );

    assert.deepEqual(printed, JSON.parse(JSON.stringify(schema)));
    assert.ok(settingNames(startCommand()).length > 0);
  });

  for (const [text, isTaken] of [
    [
      'stage: qa\nport: 3100\nvpc-link: { orders: [http://a, http://b] }\nroles: off\nrecord: false\nmetrics: true\n',
      true,
    ],
    ['sources: [api, users]\nparam: { Size: 3 }\nallow-host: [a]\n', true],
    ['parts: [authorizers, quotas]\n', true],
    ['parts: all\n', false],
    ['prot: 1\n', false],
    ['metrics: sometimes\n', false],
    ['json: true\n', false],
    ['roles: perhaps\n', false],
  ] as const)
    it(`${isTaken ? 'takes' : 'refuses'} ${JSON.stringify(text)}`, () => {
      assert.equal(validate(parse(text)), isTaken, JSON.stringify(validate.errors));
    });
});
