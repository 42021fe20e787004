import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCommand } from '../../../packages/gatewright/command/start.ts';
import { START_OPTIONS } from '../../../packages/engine/start-options.ts';
import { findOption, optionNames, toFlagName } from '../../../packages/engine/start-settings.ts';
import { START_OPTIONS as OF_PLUGIN } from '../../../packages/gatewright/plugin/start-options.ts';
import { listFiles, readSource } from '../../architecture/source-files.ts';

const TABLE = 'packages/engine/start-options.ts';
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

  it('is what the command has, with the value that holds where nothing is said', () => {
    const flags: Readonly<Record<string, unknown>> = startCommand().opts();

    for (const name of optionNames())
      assert.equal(flags[toFlagName(name)], findOption(name)?.defaultValue, name);
  });

  it('gives command and plug-in the same sentence, and both say what may be repeated', () => {
    const option = startCommand().options.find(({ long }) => long === '--allow-host');

    assert.equal(option?.description, `${START_OPTIONS['allow-host'].what} (repeatable)`);
    assert.equal(OF_PLUGIN['allow-host']?.usage.toLowerCase(), `${option.description.toLowerCase()}.`);
    assert.equal(
      OF_PLUGIN['port']?.usage,
      'Port of the first API; others use the next ports; 0 = any free. Default: 3000.',
    );
  });
});
