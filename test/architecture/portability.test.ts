import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSources } from './source-files.ts';

/** Code that runs on a user's machine, which may be Windows or macOS. */
const RUNS_THERE = /^(?:packages|shared|functions)\//;

/** This file checks the operating system before it listens to the signals for a shell's jobs. */
const ASKS_FIRST = 'packages/gatewright/command/start/own-terminal.ts';

/** Code that works only on Linux, with what to write instead. */
const ROWS: readonly (readonly [string, RegExp, string])[] = [
  ['a shell', /\bshell: true\b|['"`]\/bin\//, 'spawn the program itself, with its arguments as a list'],
  ['a folder that only one system has', /['"`]\/(?:tmp|var\/tmp|etc)\//, 'take tmpdir() or homedir()'],
  [
    'signals that Windows lacks',
    /\bSIG(?:USR[12]|HUP|QUIT|STOP|CONT)\b/,
    'SIGINT and SIGTERM are there everywhere',
  ],
  [
    'pathname of a file URL',
    /import\.meta\.url\)\.pathname/,
    'fileURLToPath: on Windows a path has no slash before its drive',
  ],
];

describe('code that runs on other systems', () => {
  for (const [what, pattern, instead] of ROWS)
    it(`uses no ${what.replace(/^an? /, '')}: ${instead}`, () => {
      const found = readSources()
        .filter(({ path }) => RUNS_THERE.test(path) && path !== ASKS_FIRST)
        .filter(({ text }) => pattern.test(text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')))
        .map(({ path }) => path);

      assert.deepEqual(found, []);
    });

  it('checks the system before it uses a process group or a shell', () => {
    const found = readSources()
      .filter(({ path }) => RUNS_THERE.test(path))
      .filter(({ text }) => /\bkill\(-|\bspawn\('(?:sh|bash)'/.test(text) && !text.includes("'win32'"))
      .map(({ path }) => path);

    assert.deepEqual(found, []);
  });

  it('would be found if it worked only on Linux, for each kind', () => {
    const samples = [`{ shell: true }`, `'/tmp/x'`, `'SIGUSR2'`, `new URL('x', import.meta.url).pathname`];
    for (const [index, [, pattern]] of ROWS.entries()) assert.match(samples[index] ?? '', pattern);
  });
});
