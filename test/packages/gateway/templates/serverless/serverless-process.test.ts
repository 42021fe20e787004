import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startAwsStandIn } from '../../../../../packages/gateway/templates/serverless/aws-stand-in.ts';
import {
  describeEnd,
  runDriver,
} from '../../../../../packages/gateway/templates/serverless/serverless-process.ts';

/** As Node 24 writes it for a module that a package of an incomplete node_modules requires. */
const MISSING = `node:internal/modules/cjs/loader:1386
  throw err;
  ^

Error: Cannot find module 'ci-info'
Require stack:
- /app/node_modules/serverless/lib/cli/run.js
- /app/node_modules/serverless/bin/serverless.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1383:15)
    at node:internal/main/run_main_module:36:49 {
  code: 'MODULE_NOT_FOUND',
  requireStack: [
    '/app/node_modules/serverless/lib/cli/run.js',
    '/app/node_modules/serverless/bin/serverless.js'
  ]
}

Node.js v24.21.0
`;

type EndRow = {
  readonly name: string;
  readonly given: Parameters<typeof describeEnd>;
  readonly expected: string;
};

describe('describeEnd', () => {
  const rows: readonly EndRow[] = [
    {
      name: 'names the module that is missing',
      given: [1, null, MISSING],
      expected: "osls ended with code 1: Error: Cannot find module 'ci-info'; run npm install",
    },
    {
      name: 'has the last lines where no error is among them',
      given: [7, null, 'a\nb\n\nc\nd\n'],
      expected: 'osls ended with code 7: b c d',
    },
    {
      name: 'says how long it waited',
      given: [null, 'SIGKILL', ''],
      expected: 'osls did not end within 120 s',
    },
  ];
  for (const { name, given, expected } of rows)
    it(name, () => {
      assert.equal(describeEnd(...given), expected);
    });
});

describe('runDriver', () => {
  const osls = dirname(createRequire(import.meta.url).resolve('serverless/package.json'));
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-driver-'));
  const outputFolder = join(folder, 'output');
  const [taken, gaveUp] = [join(folder, 'taken'), join(folder, 'gave-up')];
  let aws: Awaited<ReturnType<typeof startAwsStandIn>>;
  before(async () => {
    mkdirSync(outputFolder);
    writeFileSync(
      join(folder, 'serverless.yml'),
      'service: late\nprovider: { name: aws }\nplugins: [./late.cjs]\n',
    );
    // At its end, the process waits until the test has taken the result, as it otherwise stores its compiled code.
    writeFileSync(
      join(folder, 'late.cjs'),
      `const { existsSync, writeFileSync } = require('node:fs');
      process.on('exit', () => {
        const wait = new Int32Array(new SharedArrayBuffer(4));
        for (let tries = 0; !existsSync(${JSON.stringify(taken)}); tries += 1) {
          if (tries === 2_000) return writeFileSync(${JSON.stringify(gaveUp)}, '');
          Atomics.wait(wait, 0, 0, 5);
        }
      });
      module.exports = class {};`,
    );
    aws = await startAwsStandIn({ region: 'us-east-1', accountId: '123456789012' });
  });
  after(async () => {
    await aws.close();
    rmSync(folder, { recursive: true });
  });

  it('has the result before the process of osls has ended', async () => {
    const failure = await runDriver({
      oslsFolder: osls,
      outputFolder,
      serviceFolder: folder,
      arguments: ['package', '--region', 'us-east-1'],
      environment: aws.environment,
      signal: new AbortController().signal,
      onAnnounced: () => undefined,
      onNoted: () => undefined,
      onInformed: () => undefined,
    });
    const isBefore = !existsSync(gaveUp);
    writeFileSync(taken, '');

    assert.equal(failure, undefined);
    assert.ok(isBefore, 'the run waited for the end of the process');
    for (const name of ['result.json', 'inputs.json']) assert.ok(existsSync(join(outputFolder, name)), name);
  });
});
