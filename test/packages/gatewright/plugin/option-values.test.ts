import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { START_OPTIONS as ROWS } from '../../../../packages/gateway/engine/start-options.ts';
import { OFFLINE_OPTIONS } from '../../../../packages/gatewright/plugin/offline-options.ts';
import {
  OptionError,
  readFlag,
  readOption,
  toOslsOption,
  toRecord,
} from '../../../../packages/gatewright/plugin/option-values.ts';
import { OSLS_OPTIONS } from '../../../../packages/gatewright/plugin/osls-options.ts';
import type { StartOption } from '../../../../packages/gateway/engine/settings.ts';
import type { OptionSchema } from '../../../../packages/gatewright/plugin/serverless.ts';

const SOURCE = 'osls, lib/cli/resolve-input.js';

describe('an option for osls', () => {
  // osls parses a word behind a string as its value, each word of a multiple as one of a list, and none of a boolean.
  const types: readonly (readonly [source: string, option: StartOption, type: OptionSchema['type']])[] = [
    [SOURCE, { what: 'a switch' }, 'boolean'],
    [SOURCE, { what: 'a switch', defaultValue: true }, 'boolean'],
    [SOURCE, { what: 'a text', takes: '<name>' }, 'string'],
    [SOURCE, { what: 'texts', takes: '<name>', repeats: true }, 'multiple'],
  ];
  for (const [source, option, type] of types)
    it(`is of type ${type}: ${JSON.stringify(option)} (${source})`, () =>
      assert.equal(toOslsOption(option).type, type));

  it('has no other type than these in any command', () => {
    for (const [name, { type }] of [...Object.entries(OSLS_OPTIONS), ...Object.entries(OFFLINE_OPTIONS)])
      assert.ok(['string', 'boolean', 'multiple'].includes(type), `${name}: "${type}"`);
  });

  it('has the type of its row in the start command, whether it repeats or is a switch', () => {
    const typeOf = (name: string): string | undefined => OSLS_OPTIONS[name]?.type;
    const types = ['host', 'port', 'record', 'data', 'allow-host', 'strict', 'tls', 'reload'].map(typeOf);

    assert.deepEqual(types, 'string string string string multiple boolean boolean boolean'.split(' '));
  });

  const usages: readonly (readonly [option: StartOption, usage: string])[] = [
    [{ what: 'port of it', takes: '<number>', defaultValue: 3000 }, 'Port of it. Default: 3000.'],
    [{ what: 'port of it', takes: '<number>', defaultValue: 0 }, 'Port of it. Default: 0.'],
    [{ what: 'where', takes: '<address>', defaultValue: '127.0.0.1' }, 'Where. Default: 127.0.0.1.'],
    [{ what: 'folder of data', takes: '<dir>' }, 'Folder of data.'],
    [{ what: 'fail early', defaultValue: false }, 'Fail early.'],
    [{ what: 'a name', takes: '<name>', repeats: true, defaultValue: [] }, 'A name (repeatable).'],
  ];
  for (const [option, usage] of usages)
    it(`prints "${usage}" in the help of osls`, () => assert.equal(toOslsOption(option).usage, usage));
});

describe('readOption', () => {
  it('has no value if none is given', () => {
    for (const value of [undefined, null, ''])
      for (const option of [ROWS.strict, ROWS.host, ROWS.port, ROWS['allow-host'], ROWS.roles])
        assert.equal(readOption('--it', option, value), undefined);
  });

  const values: readonly (readonly [option: StartOption, value: unknown, read: unknown])[] = [
    [ROWS.strict, true, true],
    [ROWS.strict, 'on', true],
    [ROWS.strict, 'true', true],
    [ROWS.strict, 'off', false],
    [ROWS.strict, 'false', false],
    [ROWS.roles, false, false],
    [ROWS.roles, 'on', true],
    [ROWS.host, '0.0.0.0', '0.0.0.0'],
    [ROWS.host, 1, '1'],
    [ROWS.port, 0, 0],
    [ROWS.port, '8080', 8080],
    [ROWS['allow-host'], 'a.example', ['a.example']],
    [ROWS['allow-host'], ['a.example', 'b.example'], ['a.example', 'b.example']],
  ];
  for (const [option, value, read] of values)
    it(`reads ${JSON.stringify(value)} as on the command line (${option.takes ?? 'a switch'})`, () =>
      assert.deepEqual(readOption<StartOption>('--it', option, value), read));

  const refused: readonly (readonly [option: StartOption, value: unknown, says: RegExp])[] = [
    [ROWS.strict, 'yes', /^--it must be true or false, not "yes"$/],
    [ROWS.strict, 1, /^--it must be true or false, not 1$/],
    [ROWS.roles, 'no', /^--it must be true or false, not "no"$/],
    [ROWS.host, ['a', 'b'], /^--it must be one string, not a list of 2 strings$/],
    [ROWS.host, [], /^--it must be one string, not a list of 0 strings$/],
    [ROWS.host, { a: { b: 'c' } }, /^--it must be a string, or a list of strings/],
    [ROWS.port, '-1', /^--it: "-1"\. A port is a number/],
    [ROWS.port, ['1', 'x'], /^--it: "x"\. A port is a number/],
  ];
  for (const [option, value, message] of refused)
    it(`refuses ${JSON.stringify(value)} with one sentence (${option.takes ?? 'a switch'})`, () =>
      assert.throws(() => readOption<StartOption>('--it', option, value), { name: 'OptionError', message }));
});

describe('readFlag', () => {
  it('is off by default, and refuses values that are not a switch', () => {
    assert.deepEqual(
      [undefined, null, '', false, true, 'on'].map((value) => readFlag('noTimeout', value)),
      [false, false, false, false, true, true],
    );
    assert.throws(() => readFlag('noTimeout', 'perhaps'), OptionError);
  });
});

describe('toRecord', () => {
  it('accepts a map or nothing, and otherwise says what was expected', () => {
    assert.deepEqual(
      [undefined, null, {}, { a: 1 }].map((value) => toRecord('custom.x', value, 'a map')),
      [{}, {}, {}, { a: 1 }],
    );
    for (const value of ['a', 1, true, [], [{}]])
      assert.throws(() => toRecord('custom.x', value, 'a map'), {
        name: 'OptionError',
        message: 'custom.x must be a map',
      });
  });
});
