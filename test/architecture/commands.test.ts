/** Every command that a document names exists, with all options that the document uses. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { Command } from 'commander';
import { loadCommands } from './command-reference.ts';
import { alternatives, findCommands, optionsOf } from './documented-commands.ts';
import { REPOSITORY, listFiles, readSource } from './source-files.ts';
import type { DocumentedCommand } from './documented-commands.ts';
import type { SourceFile } from './source-files.ts';

/** The pages about AWS name no command of Gatewright. */
const documents = listFiles()
  .filter((path) => path.endsWith('.md') && !path.startsWith('docs/aws/'))
  .map(readSource);
const say = ({ path, words }: DocumentedCommand): string => `${path}: ${words.join(' ')}`;

describe('gatewright commands in documents', async () => {
  const commands = new Map((await loadCommands()).map((command) => [command.name(), command]));
  const used = documents
    .flatMap((file) => findCommands(file, /(?:^|\s)gatewright(?: --)? +((?!-- )[a-z].*)$/))
    // `gatewright osls …` is a list of packages to install, `from gatewright import …` is Python.
    .filter(({ words: [first] }) => first !== 'osls' && first !== 'import');

  it('are found', () => {
    assert.ok(commands.size > 0, 'no command was found');
    assert.ok(used.length > 0, 'no page uses a command: has their form changed?');
  });

  it('exist', () => {
    assert.deepEqual(used.filter((command) => findTargets(command, commands).length === 0).map(say), []);
  });

  it('accept each option that they are given', () => {
    const refused = used.filter((command) => {
      const targets = findTargets(command, commands);
      return optionsOf(command).some((option) => targets.some((target) => !takes(target, option)));
    });

    assert.deepEqual(refused.map(say), []);
  });

  it('would be reported if they did not exist', () => {
    const [start] = findTargets({ path: '', words: ['start'] }, commands);

    assert.deepEqual(findTargets({ path: '', words: ['strat'] }, commands), []);
    assert.deepEqual(findTargets({ path: '', words: ['quota', 'show|topup'] }, commands), []);
    assert.ok(start !== undefined && takes(start, '--port') && !takes(start, '--prot'));
  });
});

describe('gatewright commands in messages', async () => {
  const commands = new Map((await loadCommands()).map((command) => [command.name(), command]));
  const sources = ['packages', 'shared', 'functions', 'layers']
    .flatMap((folder) => listFiles(folder))
    .filter((path) => /\.tsx?$/.test(path))
    .map(readSource);
  const printed = sources.flatMap(findPrinted).filter(({ words: [first = ''] }) => commands.has(first));
  const withTarget = printed.map((command) => ({ command, target: findTargets(command, commands)[0] }));

  it('are found', () => {
    assert.ok(printed.length > 200, `${printed.length} messages print a command: has their form changed?`);
  });

  it('accept each option that they are given', () => {
    const refused = withTarget.filter(({ command, target }) =>
      optionsOf(command).some((option) => target !== undefined && !takes(target, option)),
    );

    assert.deepEqual(
      refused.map(({ command }) => say(command)),
      [],
    );
  });

  // A command without options is a mention; a reader runs one with options as it is printed.
  it('have every option that the command requires', () => {
    const incomplete = withTarget.filter(({ command, target }) => {
      const given = optionsOf(command);
      const required = target?.options.filter(({ mandatory }) => mandatory) ?? [];
      return given.length > 0 && required.some(({ long }) => !given.includes(long ?? ''));
    });

    assert.deepEqual(
      incomplete.map(({ command }) => say(command)),
      [],
    );
  });
});

/** Returns the commands within quotation marks of a source file. An expression in a template stands for one word. */
function findPrinted({ path, text }: SourceFile): readonly DocumentedCommand[] {
  const flat = text.replaceAll(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, 'X');
  return [...flat.matchAll(/[`"'](?:npx )?gatewright ([a-z][^`"'\n]*?)\\?[`"']/g)].map(([, words = '']) => ({
    path,
    words: words.trim().replaceAll(',', '').split(/\s+/),
  }));
}

/** Returns the commands that the words name, or an empty list if one of the words is not a command. */
function findTargets(
  { words }: DocumentedCommand,
  commands: ReadonlyMap<string, Command>,
): readonly Command[] {
  const [first = '', second = ''] = words;
  const targets = alternatives(first).map((name) => commands.get(name));
  if (targets.includes(undefined)) return [];
  const found = targets.filter((target) => target !== undefined);
  const isName = /^[a-z][a-z|-]*$/.test(second);
  const deeper = found.flatMap((target) =>
    target.commands.length === 0 || !isName
      ? [target]
      : alternatives(second).map((name) => target.commands.find((child) => child.name() === name)),
  );
  return deeper.includes(undefined) ? [] : deeper.filter((target) => target !== undefined);
}

/** An option of a group may be placed after any command of the group. */
function takes(command: Command, option: string): boolean {
  if (option === '--help') return true;
  const own = [command, ...command.commands].some((each) =>
    each.options.some(({ long, short }) => [long, short].includes(option)),
  );
  return own || (command.parent !== null && takes(command.parent, option));
}

describe('npm scripts in documents', () => {
  const { scripts } = JSON.parse(readSource('package.json').text) as { scripts: Record<string, string> };
  const used = documents.flatMap((file) =>
    findCommands(file, /(?:^|\s)npm (?:run |(?=(?:test|start)\b))(?:--silent )?([a-z][\s\S]*)$/),
  );

  it('exist', () => {
    assert.ok(used.length > 0, 'no page uses an npm script: has their form changed?');
    assert.deepEqual(used.filter(({ words }) => scripts[words[0] ?? ''] === undefined).map(say), []);
  });

  it('accept each option that they are given', () => {
    const refused = used
      .filter(({ words }) => words[0] !== 'gatewright')
      .filter((command) => {
        const known = scriptOptions(scripts[command.words[0] ?? ''] ?? '');
        return optionsOf(command).some((option) => !known.has(option));
      });

    assert.deepEqual(refused.map(say), []);
  });

  it('run proofs and tests that exist', () => {
    const proofs = listFiles('test/prove').flatMap((path) =>
      [...readSource(path).text.matchAll(/^ {2}name: '([\w-]+)'/gm)].map(([, name]) => name),
    );
    const missing = used.filter(({ words: [script, dashes, name = ''] }) => {
      if (dashes !== '--' || !/^[a-z]/.test(name)) return false;
      if (script === 'prove') return name !== 'name' && !proofs.includes(name);
      return script === 'test' && !existsSync(join(REPOSITORY, name));
    });

    assert.ok(proofs.length >= 5);
    assert.deepEqual(missing.map(say), []);
  });
});

/** Options that `parseArgs` reads in the folder of the script's file. */
function scriptOptions(script: string): ReadonlySet<string> {
  const file = /node (\S+\.ts)/.exec(script)?.[1];
  if (file === undefined) return new Set();
  const sources = listFiles(dirname(file)).filter((path) => path.endsWith('.ts'));
  return new Set(
    sources.flatMap((path) =>
      [...readSource(path).text.matchAll(/(?<![\w-])([\w-]+)'?: \{ type: '/g)].map(
        ([, name = '']) => `--${name}`,
      ),
    ),
  );
}
