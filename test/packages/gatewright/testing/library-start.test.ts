/**
 * What a start by a program leaves to its caller, and the command does itself. The npm of these tests is a shell
 * script.
 */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { type StartOptions, startGateway } from '../../../../packages/gatewright/testing/entry.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-library-'));
const { PATH = '', GATEWRIGHT_HOME } = process.env;

const aFunction = (Handler: string, Runtime: string): object => ({
  Type: 'AWS::Serverless::Function',
  Properties: { CodeUri: '.', Handler, Runtime, Events: { Get: { Type: 'HttpApi' } } },
});
const FILES = {
  'template.json': JSON.stringify({
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      Sdk: aFunction('sdk.handler', 'nodejs16.x'),
      Made: aFunction('dist/made.handler', 'nodejs24.x'),
    },
  }),
  'sdk.js': "const AWS = require('aws-sdk');\nexports.handler = async () => AWS;",
  'package.json': '{ "scripts": { "build": "a program" } }',
  'node_modules/.keep': '',
  'bin/npm': `#!/bin/sh\nmkdir -p ${folder}/called; touch ${folder}/called/$1; exit 1\n`,
};

describe('a start by a program', { skip: process.platform === 'win32' }, () => {
  before(() => {
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    chmodSync(join(folder, 'bin/npm'), 0o755);
    process.env['PATH'] = `${join(folder, 'bin')}${delimiter}${PATH}`;
    process.env['GATEWRIGHT_HOME'] = join(folder, 'home');
  });
  after(() => {
    process.env['PATH'] = PATH;
    if (GATEWRIGHT_HOME === undefined) delete process.env['GATEWRIGHT_HOME'];
    else process.env['GATEWRIGHT_HOME'] = GATEWRIGHT_HOME;
    rmSync(folder, { recursive: true, force: true });
  });

  const rows: readonly (StartOptions & { readonly name: string; readonly runs: readonly string[] })[] = [
    { name: 'installs nothing and runs no script of the project', runs: [] },
    { name: 'installs what Lambda includes if it is asked for', install: true, runs: ['ci'] },
    { name: 'runs the build script of the project if it is asked for', build: true, runs: ['run'] },
  ];
  for (const { name, runs, ...options } of rows)
    it(name, async () => {
      const gateway = await startGateway({ stacks: ['template.json'], directory: folder, ...options });
      // Only an event waits for the script.
      await gateway.invoke('Made', {}).catch(() => undefined);
      await gateway.close();

      const called = ['ci', 'run'].filter((command) => existsSync(join(folder, 'called', command)));
      rmSync(join(folder, 'called'), { recursive: true, force: true });
      assert.deepEqual(called, runs);
    });
});
