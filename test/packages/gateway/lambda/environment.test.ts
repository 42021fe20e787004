import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { describe, it } from 'node:test';

import { sealEnvironment } from '../../../../packages/gateway/lambda/environment.ts';
import { processEnvironment } from '../../../../packages/gateway/lambda/process/process-environment.ts';
import { aFolder, aFolderFunction, anInlineFunction, returned, startRuntime } from './start-runtime.ts';

const PRINT = 'exports.handler = async () => ({ ...process.env })';

/** Lambda, "Defined runtime environment variables", without those that docs/design/functions.md leaves out. */
const DOCUMENTED = [
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_XRAY_CONTEXT_MISSING',
  'AWS_XRAY_DAEMON_ADDRESS',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
  'LANG',
  'NODE_PATH',
  'PATH',
  'TZ',
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
];

describe('a function without faults', () => {
  it('needs no line of its template, for which JSON is parsed once more', async () => {
    let reads = 0;
    const place = {
      file: 'template.json',
      get line() {
        reads += 1;
        return 1;
      },
    };
    const folder = aFolder({ 'users.ts': 'export const handler = async (): Promise<string> => "typed";' });

    const { invoke } = await startRuntime([
      anInlineFunction('inline', PRINT, { place }),
      aFolderFunction(folder, 'users.handler', { place }),
    ]);

    assert.equal(returned(await invoke('users-handler')), 'typed');
    assert.equal(reads, 0);
  });
});

describe('the environment of a function', () => {
  it("contains the variables of Lambda and of the template, and none of the developer's", async () => {
    process.env['AWS_PROFILE'] = 'production';
    process.env['AWS_SESSION_TOKEN'] = 'real-token';
    const definition = anInlineFunction('env', PRINT, { environment: { TABLE: 'users' } });
    const { invoke } = await startRuntime([definition], { controlUrl: () => 'http://127.0.0.1:4000' });

    const environment = returned(await invoke('env')) as Record<string, string>;

    delete process.env['AWS_PROFILE'];
    delete process.env['AWS_SESSION_TOKEN'];
    assert.deepEqual(
      Object.keys(environment).sort(),
      [...DOCUMENTED, 'AWS_ENDPOINT_URL_SQS', 'TABLE'].sort(),
    );
    assert.partialDeepStrictEqual(environment, {
      AWS_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_ACCESS_KEY_ID: 'LOCALKEY',
      AWS_SECRET_ACCESS_KEY: 'local-secret',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4000',
      // The host of the queue's URL; otherwise the JavaScript SDK warns at each call.
      AWS_ENDPOINT_URL_SQS: 'https://sqs.eu-west-1.amazonaws.com',
      TZ: ':UTC',
      TABLE: 'users',
      _X_AMZN_TRACE_ID: 'Root=1-67891233-abcdef012345678912345678',
    });
  });

  it('prefers the gateway over Lambda, and the template over both', async () => {
    const definition = anInlineFunction('env', PRINT, { environment: { AWS_ENDPOINT_URL: 'mine' } });
    const { invoke } = await startRuntime([definition], {
      controlUrl: () => 'http://127.0.0.1:4000',
      extraEnvironment: { LANG: 'C', AWS_ENDPOINT_URL: 'gateway', AWS_ENDPOINT_URL_DYNAMODB: 'http://db' },
    });

    const environment = returned(await invoke('env'));

    assert.partialDeepStrictEqual(environment, {
      LANG: 'C',
      AWS_ENDPOINT_URL: 'mine',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://db',
    });
    assert.equal((environment as Record<string, string>)['AWS_ENDPOINT_URL_SQS'], undefined);
  });

  it("hides the developer's home, if the AWS SDK would look for credentials, and the working directory", async () => {
    const source = `const os = require('node:os'); exports.handler = async () =>
      [os.homedir(), process.cwd() === process.env.LAMBDA_TASK_ROOT, new Date(0).getHours()]`;
    const { invoke } = await startRuntime([anInlineFunction('home', source)]);

    const [home, isTaskRoot, hours] = returned(await invoke('home')) as unknown[];

    assert.notEqual(home, homedir());
    assert.deepEqual([isTaskRoot, hours], [true, 0]);
  });
});

// Lambda, "Defined runtime environment variables" and "Working with layers": what layers bring is found by search
// paths.
describe('the environment of a function that is a process', () => {
  const [first, last] = [aFolder({ 'data/a.txt': '' }), aFolder({ 'data/b.txt': '', 'only/c.txt': '' })];
  const taskRoot = '/code';
  const facts = {
    taskRoot,
    logGroupName: 'g',
    logStreamName: 's',
    controlUrl: undefined,
    accessKey: { id: 'a', secret: 'b' },
    extra: {},
  };
  const environmentOf = (environment: Readonly<Record<string, string>>, runtime = 'python3.13') =>
    processEnvironment(
      anInlineFunction('f', '', {
        runtime,
        environment,
        layers: [
          { arn: 'l1', directory: first },
          { arn: 'l2', directory: last },
        ],
      }),
      facts,
      { command: 'c', args: [], searchPath: ['/tools'], environment: { GEM_PATH: '/gems' } },
      { home: '/h', temporary: '/t' },
    );

  it('searches its toolchain, then its layers, the last one first, then the system', () => {
    const { PATH, LD_LIBRARY_PATH, GEM_PATH, HOME, TMPDIR, NODE_PATH } = environmentOf({});

    assert.equal(PATH, `/tools:${last}/bin:${first}/bin:/usr/local/bin:/usr/bin:/bin`);
    assert.equal(LD_LIBRARY_PATH, `/code:/code/lib:${last}/lib:${first}/lib`);
    assert.deepEqual([GEM_PATH, HOME, TMPDIR, NODE_PATH], ['/gems', '/h', '/t', undefined]);
    assert.notEqual(environmentOf({}, 'nodejs24.x')['NODE_PATH'], undefined);
  });

  for (const [name, value, expected] of [
    ['GEM_PATH', '/own', '/own:/gems'],
    ['DATA', '/opt/data', `${last}/data:${first}/data`],
    ['DATA', '/opt/only', `${last}/only`],
    ['DATA', '/opt/none', '/opt/none'],
    ['DATA', '/var/task', '/code'],
    ['DATA', '/var/task/a:/x:/opt/only', `/code/a:/x:${last}/only`],
    ['DATA', '/optional/data:/var/tasks', '/optional/data:/var/tasks'],
    ['DATA', 'text of /opt/data', 'text of /opt/data'],
  ] as const)
    it(`has ${expected.replaceAll(last, 'LAST').replaceAll(first, 'FIRST')} for ${name}=${value}`, () => {
      assert.equal(environmentOf({ [name]: value })[name], expected);
    });
});

describe('NODE_PATH of a function', () => {
  const facts = {
    taskRoot: '/task',
    logGroupName: 'group',
    logStreamName: 'stream',
    controlUrl: undefined,
    accessKey: { id: 'a', secret: 's' },
    extra: {},
  };
  const layer = (directory: string | undefined) => ({ arn: 'arn:of:a:layer', directory });

  // Lambda, "Layer paths for each Lambda runtime": nodejs/node_modules and nodejs/nodeNN/node_modules.
  // A later layer replaces the files of earlier layers, so the last layer comes first.
  for (const { runtime, directories, expected } of [
    { runtime: 'nodejs24.x', directories: [], expected: '' },
    {
      runtime: 'nodejs22.x',
      directories: ['/one'],
      expected: '/one/nodejs/node22/node_modules:/one/nodejs/node_modules',
    },
    {
      runtime: 'nodejs24.x',
      directories: ['/one', undefined, '/two'],
      expected: [
        '/two/nodejs/node24/node_modules',
        '/one/nodejs/node24/node_modules',
        '/two/nodejs/node_modules',
        '/one/nodejs/node_modules',
      ].join(':'),
    },
  ])
    it(`names both folders of each layer that is here: ${runtime}, ${directories.length} layers`, () => {
      const layers = directories.map(layer);

      assert.equal(
        sealEnvironment(anInlineFunction('f', '', { runtime, layers }), facts)['NODE_PATH'],
        expected,
      );
    });
});
