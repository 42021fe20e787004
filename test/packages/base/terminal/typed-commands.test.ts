/** Every command in a text that people read begins as the reader has to type it, and one place decides how. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../../../packages/gatewright/command/commands.ts';
import { asTyped, COMMAND_NAMES } from '../../../../packages/base/terminal/typed-commands.ts';
import { readSources } from '../../../architecture/source-files.ts';

describe('a command in a text', () => {
  for (const [printed, typed] of [
    ['run gatewright explain last', 'run npx gatewright explain last'],
    ['Run `gatewright access sync`.', 'Run `npx gatewright access sync`.'],
    ['eval "$(gatewright env)"', 'eval "$(npx gatewright env)"'],
    ['npx gatewright token creates', 'npx gatewright token creates'],
    ['npx -p osls -p gatewright gatewright start', 'npx -p osls -p gatewright gatewright start'],
    ['npm run --silent gatewright -- token', 'npm run --silent gatewright -- token'],
    ['the package gatewright is not installed', 'the package gatewright is not installed'],
    ['import from gatewright/testing', 'import from gatewright/testing'],
    ['gatewright accessible', 'gatewright accessible'],
  ] as const)
    it(`is printed as it has to be typed where the package is a dependency: ${printed}`, () => {
      assert.equal(asTyped(printed, true), typed);
      assert.equal(asTyped(printed, false), printed);
    });

  it('is known if the command line has it', () => {
    assert.deepEqual([...COMMANDS.keys()], COMMAND_NAMES);
  });
});

const SHIPPED = readSources().filter(
  ({ path }) =>
    /^(?:packages|shared|layers|functions)\//.test(path) && !path.startsWith('packages/conformance/'),
);
/** Words that follow the name in sentences. */
const PROSE = new Set([
  'again',
  'channels',
  'has',
  'handles',
  'is',
  'reads',
  'started',
  'that',
  'to',
  'work',
  'gatewright',
]);
const isComment = (line: string): boolean => /^\s*(?:\*|\/\/|\/\*)/.test(line);

describe('the texts of the sources', () => {
  const named = SHIPPED.flatMap(({ path, text }) =>
    text
      .split('\n')
      .filter((line) => !isComment(line))
      .flatMap((line) =>
        [...line.matchAll(/(?<![\w/@.-])gatewright ([a-z][\w-]*)/g)].map((found) => ({
          path,
          word: found[1] ?? '',
          text: line.trim(),
        })),
      ),
  );

  it('name commands that are known, so that each is printed as it has to be typed', () => {
    const known = new Set<string>(COMMAND_NAMES);
    const commands = named.filter(({ word }) => known.has(word));
    const unknown = named.filter(({ word }) => !known.has(word) && !PROSE.has(word));

    assert.ok(commands.length > 0);
    assert.deepEqual(unknown, []);
    for (const { path, text } of commands) {
      // The quotes of a literal are not part of its text.
      const typed = asTyped(text.replaceAll(/['"]/g, ' '), true);
      assert.ok(/(?:npx|--|-p gatewright) gatewright /.test(typed), `${path}: ${text}`);
    }
  });
});

/** What is written to the terminal past `output.ts`: results, data and control sequences, not messages. */
const WRITES_DATA: Readonly<Record<string, string>> = {
  'packages/gateway/dynamodb/embedded-dynamodb.ts': 'the errors of a thread',
  'packages/toolkit/stack/quota/commands/usage-invoice.ts': 'invoices',
  'packages/toolkit/stack/quota/commands/usage.ts': 'exports',
  'packages/gatewright/command/start/start-keys.ts': 'the sequence that clears the terminal',
  'packages/gatewright/command/local/invoke.ts': 'the log of a function',
};
/** Programs of the checkout, which no package contains. */
const OF_CHECKOUT = /^(?:packages\/gatewright\/package|layers)\//;

describe('what is written to the terminal', () => {
  it('passes through one place that decides how a command is typed', () => {
    const others = SHIPPED.filter(
      ({ path }) =>
        path !== 'packages/base/terminal/output.ts' &&
        !OF_CHECKOUT.test(path) &&
        !Object.hasOwn(WRITES_DATA, path),
    ).flatMap(({ path, text }) =>
      [...text.matchAll(/process\.std(?:out|err)\s*\.write\(\s*([^\n]{0,40})/g)]
        .filter(([, argument = '']) => !argument.startsWith('asTyped('))
        .map(([, argument]) => `${path}: ${argument}`),
    );

    assert.deepEqual(
      others,
      ['packages/gatewright/command/start/start-exec.ts: text);'],
      'the JSON of start',
    );
  });

  it('changes no line that a function has printed', () => {
    const changed = SHIPPED.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:printNotes|printLines|asTyped)\([^\n]*printLogLine\(/g)].map(
        ([call]) => `${path}: ${call}`,
      ),
    );
    assert.deepEqual(changed, []);
  });
});
