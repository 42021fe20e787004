import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { NotAsked } from '../../../../packages/conformance/play/not-asked.ts';
import { openServerlessOffline } from '../../../../packages/conformance/targets/serverless-offline.ts';
import { aFragment, someOptions } from '../../../support/a-conformance-target.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';

describe('openServerlessOffline', () => {
  let workingFolder: string;
  beforeEach(() => {
    workingFolder = mkdtempSync(join(tmpdir(), 'conformance-offline-'));
  });
  afterEach(() => rmSync(workingFolder, { recursive: true }));

  function install(name: string, text: string, mode?: number): string {
    const file = join(workingFolder, 'node_modules', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
    return file;
  }
  const PLUGIN = ['serverless-offline/package.json', '{"version":"14.4.0"}'] as const;

  it('wants the plug-in, and a framework that runs it', () => {
    const options = someOptions({ workingFolder });

    assert.throws(() => openServerlessOffline(options), {
      message: `serverless-offline is not installed in ${workingFolder}: run npm install --save-dev serverless-offline serverless`,
    });
    install(...PLUGIN);
    assert.throws(() => openServerlessOffline(options), {
      message: `neither osls nor serverless is installed in ${workingFolder}: run npm install --save-dev serverless`,
    });
    install('.bin/sls', '');
    assert.equal(openServerlessOffline(options).version, '14.4.0');
  });

  it('says what it cannot be asked', async () => {
    install(...PLUGIN);
    const target = openServerlessOffline(someOptions({ workingFolder, command: ['echo'] }));
    const setup = { stage: 'dev' };

    assert.equal(target.cannotAsk(aParityCase()), undefined);
    for (const [part, reason] of [
      [{ setup: { ...setup, tokens: {} } }, 'serverless-offline does not verify tokens'],
      [{ setup: { ...setup, backend: 'echo' } }, 'needs access to the HTTP backend of the runner'],
      [{ setup: { ...setup, identities: {} } }, 'needs IAM identities that the case defines'],
    ] as const)
      assert.equal(target.cannotAsk(aParityCase(part)), reason);
    await assert.rejects(target.openControl(), NotAsked);
    await assert.rejects(target.deploy(aFragment({ setup: { ...setup, gatewayResponses: [] } })), NotAsked);
    assert.deepEqual(await target.close(), []);
  });

  const ports = String.raw`--noSponsor --host=127\.0\.0\.1 --httpPort=\d+ --lambdaPort=\d+ --websocketPort=\d+`;
  it('starts the plug-in in a folder of the case, and says how it ended before it served', async () => {
    install(...PLUGIN);
    const target = openServerlessOffline(someOptions({ workingFolder, command: ['echo', 'run'] }));

    await assert.rejects(target.deploy(aFragment({})), {
      message: new RegExp(`ended before it was ready: run offline ${ports}$`),
    });
  });

  it('prefers osls, and gives it the service, the handlers and what is installed', async () => {
    install(...PLUGIN);
    install('.bin/serverless', '');
    const script =
      '#!/bin/sh\necho "$SLS_TELEMETRY_DISABLED $1"; cat package.json fn-list.js; ls node_modules; cat serverless.yml\n';
    install('.bin/osls', script, 0o755);
    const target = openServerlessOffline(someOptions({ workingFolder }));
    const setup = { stage: 'dev', functions: { list: 'exports.a = 1;\n' } };

    await assert.rejects(target.deploy(aFragment({ setup })), {
      message:
        /ended before it was ready: 1 offline\n\{\}exports\.a = 1;\nserverless-offline\n\{"service":"conformance"/,
    });
  });
});
