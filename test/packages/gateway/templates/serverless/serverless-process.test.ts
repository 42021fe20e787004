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
  sealedEnvironment,
} from '../../../../../packages/gateway/templates/serverless/serverless-process.ts';

/** The error that Node 24 prints for a missing module that a package of an incomplete node_modules requires. */
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
      name: 'names a package that is missing',
      given: [1, null, "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'zod' imported from /app/a.mjs\n"],
      expected:
        "osls ended with code 1: Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'zod' imported from /app/a.mjs; run npm install",
    },
    {
      name: 'has the last error of several, without the lines around it',
      given: [1, null, 'Error: first\nTypeError: second\n    at run (/a.js:1:2)\n}\nNode.js v24.21.0\n'],
      expected: 'osls ended with code 1: TypeError: second',
    },
    {
      name: 'has a line that only begins as one of a stack does',
      given: [2, null, ' at "provider": unknown\n'],
      expected: 'osls ended with code 2:  at "provider": unknown',
    },
    {
      name: 'has nothing to add if nothing is printed',
      given: [null, null, ''],
      expected: 'osls ended with code null: ',
    },
    {
      name: 'says how long it waited',
      given: [null, 'SIGKILL', '', true],
      expected: 'osls did not end within 120 s',
    },
    {
      name: 'names the signal by which another program ended it, and what it had printed',
      given: [null, 'SIGKILL', 'FATAL ERROR: heap out of memory\n'],
      expected:
        'osls was ended by the signal SIGKILL, which the gateway did not send; on SIGKILL and SIGABRT, check whether there is enough memory: FATAL ERROR: heap out of memory',
    },
    {
      name: 'names the signal if nothing was printed',
      given: [null, 'SIGTERM', ''],
      expected: 'osls was ended by the signal SIGTERM, which the gateway did not send',
    },
  ];
  for (const { name, given, expected } of rows)
    it(name, () => {
      assert.equal(describeEnd(...given), expected);
    });
});

describe('the environment of osls', () => {
  // A deployed project reads ${env:AWS_SG_ID}, which was told to have no value.
  it('lacks what SDKs read, and has all other variables of the service', () => {
    const own = { AWS_ACCOUNT_ID: '1', AWS_SG_ID: 'sg', AWS_SUBNET_1: 's', AWS_BUCKET: 'b', HOME: '/h' };
    const ofSdks = {
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_SESSION_TOKEN: 'c',
      AWS_PROFILE: 'd',
      AWS_DEFAULT_PROFILE: 'd',
      AWS_REGION: 'e',
      AWS_DEFAULT_REGION: 'e',
      AWS_ROLE_ARN: 'f',
      AWS_WEB_IDENTITY_TOKEN_FILE: 'g',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'h',
      AWS_ENDPOINT_URL_S3: 'i',
      AWS_CONFIG_FILE: 'j',
      // node_modules/serverless/lib/aws/credentials.js
      AWS_DEV_PROFILE: 'k',
      AWS_PROD_ACCESS_KEY_ID: 'l',
      AWS_PROD_SECRET_ACCESS_KEY: 'm',
      AWS_ACCESS_KEY: 'n',
      AWS_SECRET_KEY: 'o',
      AWS_BEARER_TOKEN_BEDROCK: 'p',
    };
    assert.deepEqual(sealedEnvironment({ ...own, ...ofSdks, NODE_TEST_CONTEXT: 'x' }), own);
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

  it('has the result before the osls process has ended', async () => {
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

describe('the end of the osls process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-ends-'));
  const outputFolder = join(folder, 'output');
  mkdirSync(outputFolder);
  after(() => rmSync(folder, { recursive: true }));
  /** The process runs this code in the first module of osls that it loads. */
  const run = (program: string, signal = new AbortController().signal) => {
    const oslsFolder = mkdtempSync(join(folder, 'osls-'));
    const module = join(oslsFolder, 'lib/configuration/read.js');
    mkdirSync(dirname(module), { recursive: true });
    writeFileSync(module, program);
    const told: unknown[] = [];
    const note = (...all: readonly unknown[]): void => void told.push(all);
    const ended = runDriver({
      oslsFolder,
      outputFolder,
      serviceFolder: folder,
      arguments: ['package'],
      environment: {},
      signal,
      onAnnounced: note,
      onNoted: note,
      onInformed: note,
    });
    return ended.then((failure) => ({ failure, told }));
  };
  /** Ends the process only when every message has been sent. */
  const send = (...messages: readonly object[]): string =>
    `const messages = ${JSON.stringify(messages)};
    const next = () => (messages.length === 0 ? process.exit(0) : process.send(messages.shift(), next));
    next();
    // The rest of the driver does not run.
    process.once('uncaughtException', () => {});
    throw new Error('enough');`;

  for (const [what, program, expected] of [
    [
      'with a code has what was printed',
      "require('node:fs').writeSync(2, 'no disk\\n'); process.exit(3)",
      { message: 'osls ended with code 3: no disk' },
    ],
    [
      'by a signal of another program names the signal',
      "process.kill(process.pid, 'SIGKILL')",
      { message: 'osls was ended by the signal SIGKILL, which the gateway did not send' },
    ],
    [
      'with a failure that was told has it, with its place',
      send({ kind: 'failed', message: 'bad', property: 'provider.name', texts: { a: '${x}', b: 1 } }),
      { message: 'bad', property: 'provider.name', texts: { a: '${x}', b: '1' } },
    ],
  ] as const)
    it(what, async () => {
      assert.deepEqual((await run(program)).failure, expected);
    });

  it('that succeeds is not a failure, and comes after the messages of the process', async () => {
    const { failure, told } = await run(
      send(
        { kind: 'informed', message: 'is slow' },
        { kind: 'noted', message: 'odd', property: 'a.b', consequence: 'is left out' },
        { kind: 'noted', message: 'odd' },
        { kind: 'announced', stackName: 'shop', variables: { a: 'b', c: 1 } },
        { kind: 'announced', stackName: 7 },
        { kind: 'failed', message: 7 },
        { kind: 'informed' },
        { kind: 'another', message: 'x', stackName: 'y' },
      ),
    );

    assert.equal(failure, undefined);
    assert.deepEqual(told, [
      ['is slow'],
      [{ message: 'odd', property: 'a.b', consequence: 'is left out' }],
      [{ message: 'odd', property: '', consequence: '' }],
      ['shop', { a: 'b', c: '1' }],
    ]);
  });

  it('by a signal of the caller says why osls could not run', async () => {
    const { failure } = await run('setInterval(() => {}, 1000)', AbortSignal.abort());

    assert.equal(failure?.message, 'osls could not run: The operation was aborted');
  });
});
