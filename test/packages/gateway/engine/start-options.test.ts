import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCommand } from '../../../../packages/gatewright/command/start/start.ts';
import { START_OPTIONS } from '../../../../packages/gateway/engine/start-options.ts';
import { findOption, optionNames, toFlagName } from '../../../../packages/gateway/engine/start-settings.ts';
import { OSLS_OPTIONS as OF_PLUGIN } from '../../../../packages/gatewright/plugin/osls-options.ts';
import { listFiles, readSource } from '../../../architecture/source-files.ts';

const TABLE = 'packages/gateway/engine/start-options.ts';
/** Names that other commands have for options of their own: which gateway they ask. */
const OF_OTHERS = new Set(['control-port']);
/** osls has no option whose value may be left out. */
const OF_THE_PLUGIN = new Set([
  'packages/gatewright/plugin/inspect-option.ts',
  'packages/gatewright/plugin/offline-options.ts',
]);

describe('START_OPTIONS', () => {
  it('is the only place of the sources that declares an option of a start', () => {
    const names = optionNames().filter((name) => name.includes('-') && !OF_OTHERS.has(name));
    const one = `(${names.join('|')})`;
    const declared = new RegExp(`'${one}':|'--(?:no-)?${one}(?: [<[]|',$)`, 'm');
    const elsewhere = listFiles('packages')
      .filter((path) => path.endsWith('.ts') && path !== TABLE && !OF_THE_PLUGIN.has(path))
      .map((path) => `${path}: ${declared.exec(readSource(path).text)?.[0]}`);

    assert.ok(declared.test(readSource(TABLE).text));
    assert.deepEqual(
      elsewhere.filter((line) => !line.endsWith(': undefined')),
      [],
    );
  });

  it('is listed by help in groups, in table order, and help lists nothing else', () => {
    const help = startCommand().helpInformation();
    const listed = [...help.matchAll(/^ {2}(?:-h, )?--(?:no-)?([a-z-]+)|^([A-Z][a-z ]+):$/gm)].map(
      ([, name, heading]) => name ?? heading,
    );
    const rows = optionNames().flatMap((name) => {
      const { heads, none } = findOption(name) ?? {};
      return [...(heads === undefined ? [] : [heads]), name, ...(none === undefined ? [] : [name])];
    });

    assert.deepEqual(listed, ['Arguments', ...rows, 'help']);
  });

  it('contains what the command has, with its default value', () => {
    const flags: Readonly<Record<string, unknown>> = startCommand().opts();

    for (const name of optionNames())
      assert.equal(flags[toFlagName(name)], findOption(name)?.defaultValue, name);
  });

  // docs/reference/commands.md, `start`: users' scripts rely on the defaults.
  for (const [name, value] of [
    ['host', '127.0.0.1'],
    ['port', 3000],
    ['control-port', 4000],
    ['dynamodb', 'embedded'],
    ['data', undefined],
    ['strict', false],
    ['allow-unguarded', false],
    ['strict-waf', false],
    ['tls', false],
    ['roles', true],
    ['account-throttle', false],
    ['usage-lag', 0],
    ['allow-faults-on-network', false],
    ['cold', false],
    ['read-only', true],
    ['record', 4000],
    ['record-all', false],
    ['reload', true],
    ['install', true],
    ['build', true],
    ['json', false],
  ] as const)
    it(`does without being named what it always did: ${name}`, () => {
      assert.deepEqual(findOption(name)?.defaultValue, value);
    });

  it('gives command and plug-in the same sentence, and both say which options may be repeated', () => {
    const option = startCommand().options.find(({ long }) => long === '--allow-host');

    assert.equal(option?.description, `${START_OPTIONS['allow-host'].what} (repeatable)`);
    assert.equal(OF_PLUGIN['allow-host']?.usage.toLowerCase(), `${option.description.toLowerCase()}.`);
    assert.equal(
      OF_PLUGIN['port']?.usage,
      'Port of the first API; others use the next ports; 0 = any free. Default: 3000.',
    );
  });

  it('shows of each option what it takes and what it does on the page of commands', () => {
    const page = readSource('docs/reference/commands.md').text;

    for (const name of optionNames(({ none, defaultValue }) => none === undefined && defaultValue !== true)) {
      const { takes, what } = findOption(name) ?? { what: name };
      const given = takes === undefined ? `--${name}` : `--${name} ${takes}`;
      assert.ok(page.includes(`- \`${given}\`: ${what.replace(/\)$/, '')}`), given);
    }
  });

  it('shows defaults in a form that it can read', () => {
    const words: Readonly<Record<string, string>> = {
      assume: 'the defaults listed there',
      'account-quota': 'AWS’s defaults',
    };
    for (const name of optionNames(({ shown }) => shown !== undefined)) {
      const { shown = '', read, defaultValue } = findOption(name) ?? {};
      if (typeof defaultValue === 'object') assert.equal(shown, words[name] ?? 'none', name);
      else
        assert.equal(
          (read as ((text: string, before: unknown) => unknown) | undefined)?.(shown, undefined),
          defaultValue,
          name,
        );
    }
  });

  it('sets members of the options of a program that bear its names', () => {
    const others: Readonly<Record<string, string>> = {
      'account-quota': 'accountQuotas',
      'allow-host': 'allowHosts',
      assume: 'assumptions',
      'cache-memory': 'cacheMemoryBytes',
      issuer: 'localIssuers',
      'max-body-memory': 'maxBodyMemoryBytes',
      param: 'parameters',
      'usage-lag': 'usageLagMs',
      'vpc-endpoint': 'vpcEndpoints',
      'vpc-link': 'vpcLinks',
    };
    for (const name of optionNames(({ sets }) => sets !== undefined))
      assert.equal(findOption(name)?.sets, others[name] ?? toFlagName(name), name);
  });

  it('leaves to osls what osls has, and gives the rest to the command line or to custom.gatewright', () => {
    const names = (wanted: string | undefined): string =>
      optionNames(({ plugin }) => plugin === wanted).join(' ');

    assert.equal(names('both'), 'account');
    assert.equal(
      names('option'),
      'port control-port host allow-host tls name data seed values dynamodb strict reload record',
    );
    assert.equal(
      names('setting'),
      'aws issuer sign-in-as allow-private-clients vpc-link cloud-map vpc-endpoint allow-unguarded strict-waf waf-networks ' +
        'roles read-only assume account-quota account-throttle usage-lag isolation concurrency cold faults ' +
        'allow-faults-on-network install build record-all metrics cache-memory max-body-memory',
    );
  });
});
