/**
 * Commands and a start of the plug-in that read stacks, in this process: together, since to load the gateway takes
 * longest.
 */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
// Where it is loaded it stays, and that must not be a folder of a test.
import 'esbuild';
import { parse } from 'yaml';
import { OptionError } from '../../../../packages/gatewright/plugin/option-values.ts';
import { explain, startSession } from '../../../../packages/gatewright/plugin/session.ts';
import { readStartOptions } from '../../../../packages/gatewright/plugin/osls-options.ts';
import { aMockApi } from '../../../support/a-mock-api.ts';
import { anHttpApiTemplate } from '../../../support/a-small-template.ts';
import { captureOutput } from '../../../support/captured-output.ts';
import { runCommandHere } from '../../../support/command-in-process.ts';

/** APIs of these names that the stack `shop-dev` would have. */
const template = (...apis: readonly string[]): string =>
  JSON.stringify({
    Resources: Object.fromEntries(
      apis.flatMap((name) => [
        [name, { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: name, ProtocolType: 'HTTP' } }],
        [
          `${name}Stage`,
          {
            Type: 'AWS::ApiGatewayV2::Stage',
            Properties: { ApiId: { Ref: name }, StageName: '$default', AutoDeploy: true },
          },
        ],
      ]),
    ),
  });
const STACK = 'gatewright/serverless.yml';
const SETTINGS = 'gatewright/gatewright.yml';
const restTemplate = JSON.stringify({
  Resources: {
    Web: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
    Get: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Web' },
        ResourceId: { 'Fn::GetAtt': ['Web', 'RootResourceId'] },
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        Integration: { Type: 'MOCK' },
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: 'Get',
      Properties: { RestApiId: { Ref: 'Web' }, StageName: 'dev' },
    },
  },
});

const root = mkdtempSync(join(tmpdir(), 'gatewright-stacks-'));
after(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'service-'));
});

describe('gatewright init', () => {
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  /** Paths by what became of them, and the steps that it names. */
  const init = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await runCommandHere(['init', '.', ...words, '--json'], { cwd: folder });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Readonly<Record<'written' | 'kept' | 'next', readonly string[]>>;
  };
  const refusal = async (...words: readonly string[]): Promise<string> => {
    const { code, stderr } = await runCommandHere(['init', '.', ...words], { cwd: folder });
    assert.equal(code, 1, stderr);
    return stderr;
  };

  it('makes an example of an empty folder, and keeps every file at a second run', async () => {
    const first = await init();

    assert.deepEqual(first.written, [
      'package.json',
      '.gitignore',
      'serverless.yml',
      'gatewright.yml',
      'access/hello.yml',
      'access/hello.routes.json',
      'hello/serverless.yml',
      'hello/hello.mjs',
    ]);
    for (const path of first.written) assert.ok(read(path).length > 0, path);
    assert.equal(first.next[0], 'npm install');
    write({ 'hello/hello.mjs': 'mine' });
    assert.match(
      await refusal(),
      /^error: \. already contains the Gatewright stack\. To add a part to it, run npx gatewright init --add NAME/,
    );
    assert.equal(read('hello/hello.mjs'), 'mine');
  });

  it('prints what was written, what was kept, and the next steps', async () => {
    write({ 'package.json': '{ "dependencies": { "gatewright": "1" } }' });
    const { stdout } = await runCommandHere(['init', '--webhooks'], { cwd: folder });

    assert.match(
      stdout,
      /^kept {4}package\.json\nwritten \.gitignore\n(written .*\n)+\nnot in the stack: quotas, access-logs, channels, cache, waf, portal\. To add a part, run npx gatewright init --add quotas\n\nNext\n {2}npm install --save-dev osls\n/,
    );
    assert.match(read('gatewright.yml'), /^parts: \[authorizers, webhooks\]$/m);
    assert.match(stdout, /^written access\/webhooks\.yml$/m);
  });

  it('adds webhooks to a stack that is there, and nothing else', async () => {
    await init();

    assert.deepEqual(await init('--webhooks'), {
      written: ['access/webhooks.yml'],
      kept: [],
      next: ['npx gatewright access check'],
    });
    assert.match(read('gatewright.yml'), /^parts: \[authorizers, webhooks\]$/m);
    assert.deepEqual((await init('--webhooks')).kept, ['access/webhooks.yml']);
    assert.match(
      await refusal('--parts', 'cache'),
      /the stack already exists and keeps its parts: pass --add instead of --parts/,
    );
  });

  // A link may have been planted, and its target must not be created.
  it(
    'writes through no link, not even one that points nowhere',
    { skip: process.platform === 'win32' },
    async () => {
      symlinkSync(join(folder, 'elsewhere'), join(folder, '.gitignore'));

      assert.deepEqual((await init()).kept, ['.gitignore']);
      assert.ok(!existsSync(join(folder, 'elsewhere')));
    },
  );

  it('protects each API of a service with a document of its own', async () => {
    write({ 'template.json': template('Web', 'App') });
    const { written, next } = await init();

    assert.deepEqual(written.slice(0, 2), [STACK, SETTINGS]);
    const documents = written.slice(2);
    assert.equal(documents.length, 2);
    assert.match(documents.join(), /^gatewright\/access\/(.+)-http\.yml,gatewright\/access\/\1-http-2\.yml$/);
    assert.deepEqual(
      documents.map(
        (path) => (parse(read(path)) as { api: { dev: { logicalId: string } } }).api.dev.logicalId,
      ),
      ['Web', 'App'],
    );
    assert.equal(next[0], 'npm install --save-dev gatewright osls');
  });

  it('names both ways to attach, and with quotas the authorizer that can charge them', async () => {
    write({ 'template.json': restTemplate });
    const steps = async (...words: readonly string[]): Promise<string> => {
      rmSync(join(folder, 'gatewright'), { recursive: true, force: true });
      return (await init(...words)).next.join('\n');
    };

    assert.match(await steps('--parts', 'authorizers'), /refer to their ARNs as .*TokenAuthorizerArn\n/);
    const charging = await steps('--parts', 'authorizers,quotas');

    assert.match(charging, /as .*-RequestAuthorizerArn\n[^]*\nor .* deployed API: npx gatewright attach \(/);
    assert.doesNotMatch(charging, /TokenAuthorizerArn/);
  });

  it('says in the document what a live API needs, in lines that are valid once they are uncommented', async () => {
    write({ 'template.json': restTemplate });
    const { written } = await init('--parts', 'authorizers,quotas');
    const document = written.find((path) => /access\/.*\.yml$/.test(path)) ?? '';
    const uncommented = read(document)
      .replaceAll(/^( *)# (?=prod: |- \{|quota:| {2})/gm, '$1')
      .replace(/routes: .*/, 'routes: live');
    write({
      [document]: uncommented,
      [document.replace(/yml$/, 'routes.json')]:
        '{"kind":"rest","apiIds":{},"routes":[{"method":"GET","path":"/orders","isProtected":false}]}',
    });
    const { code, stdout, stderr } = await runCommandHere(['access', 'build'], { cwd: folder });

    assert.equal(code, 0, stderr);
    assert.match(stdout, /1 document compiled/);
    const { api, quota } = parse(uncommented) as { api: object; quota: { plans: readonly { id: string }[] } };
    assert.deepEqual([Object.keys(api), quota.plans.map(({ id }) => id)], [['dev', 'prod'], ['gold']]);
  });

  it('skips, once more run for a new API, the one that a document of any name protects', async () => {
    write({ 'template.json': template('Web') });
    const { written } = await init();
    const document = written[2] ?? '';
    write({ 'gatewright/access/renamed.yaml': read(document), 'gatewright/access/notes.txt': 'api: {' });
    rmSync(join(folder, document));

    const again = await init();
    assert.deepEqual([again.written, again.kept], [[], [STACK]]);
    write({ 'template.json': template('Web', 'App') });
    const { written: more } = await init();
    assert.equal(more.length, 1);
    assert.match(read(more[0] ?? ''), /logicalId: App,/);
    assert.deepEqual(
      readdirSync(join(folder, 'gatewright/access')).filter((name) => /\.ya?ml$/.test(name)).length,
      2,
    );
  });

  it('gives a service that has documents and no stack only the stack, with the parts that they use', async () => {
    write({
      'template.json': template('Web'),
      'gatewright/access/other.yml': 'version: 1\nquota: { plan: free }\n',
    });

    assert.deepEqual((await init()).written, [STACK, SETTINGS]);
    assert.match(read(SETTINGS), /^parts: \[authorizers, quotas\]$/m);
  });

  it('ignores broken documents, which other commands report', async () => {
    write({ 'template.json': template('Web') });
    await init();
    for (const text of ['a: [', '- 1', 'api: 7'])
      for (const name of readdirSync(join(folder, 'gatewright/access')))
        write({ [`gatewright/access/${name}`]: text });

    assert.equal((await init()).written.length, 1);
  });

  it('does nothing with --if-missing if there is a stack, and creates no document if the parts need none', async () => {
    write({ 'template.json': template('Web') });

    assert.deepEqual((await init('--parts', 'cache')).written, [STACK, SETTINGS]);
    assert.deepEqual(await init('--if-missing'), { written: [], kept: [], next: [] });
    assert.match(await refusal('--parts', 'cache'), /the stack already exists/);
  });

  for (const { what, files, words = [], says } of [
    {
      what: 'a service without an API',
      files: { 'template.json': '{"Resources":{"Q":{"Type":"AWS::SQS::Queue"}}}' },
      says: /the service has no API, so there is nothing to protect/,
    },
    {
      what: 'a service that cannot be read',
      files: { 'template.json': '{' },
      says: /the service cannot be read, and nothing was written: .*template\.json:1: invalid YAML or JSON: /,
    },
    {
      what: 'webhooks without their part',
      files: { 'template.json': template('Web') },
      words: ['--webhooks', '--parts', 'cache'],
      says: /--webhooks needs the part webhooks: add it to --parts/,
    },
    {
      what: 'the example without authorizers',
      files: {},
      words: ['--parts', 'cache'],
      says: /the access document that init creates in this folder needs the authorizers/,
    },
  ])
    it(`refuses ${what}, and writes nothing`, async () => {
      write(files);

      assert.match(await refusal(...words), says);
      assert.deepEqual(readdirSync(folder), Object.keys(files));
    });
});

describe('gatewright waf check', () => {
  const seen = { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: false };
  /** A web ACL before a stage, which blocks what has this text in the query. */
  const wall = (name: string, blocked: string): object => ({
    [name]: {
      Type: 'AWS::WAFv2::WebACL',
      Properties: {
        Name: name,
        Scope: 'REGIONAL',
        DefaultAction: { Allow: {} },
        VisibilityConfig: { ...seen, MetricName: name },
        Rules: [
          {
            Name: 'No',
            Priority: 0,
            Action: { Block: {} },
            VisibilityConfig: { ...seen, MetricName: 'no' },
            Statement: {
              ByteMatchStatement: {
                FieldToMatch: { QueryString: {} },
                SearchString: blocked,
                PositionalConstraint: 'CONTAINS',
                TextTransformations: [{ Priority: 0, Type: 'NONE' }],
              },
            },
          },
        ],
      },
    },
    [`${name}Guard`]: {
      Type: 'AWS::WAFv2::WebACLAssociation',
      Properties: {
        WebACLArn: { 'Fn::GetAtt': [name, 'Arn'] },
        ResourceArn: `arn:aws:apigateway:us-east-1::/restapis/abc/stages/${name}`,
      },
    },
  });
  const requests = (...queries: readonly string[]): string => {
    const entries = queries.map((query) => ({
      startedDateTime: '2026-11-24T00:00:00.000Z',
      request: { method: 'GET', url: `http://127.0.0.1/dev/pets?${query}`, headers: [] },
    }));
    return JSON.stringify({ log: { entries } });
  };
  const check = async (resources: object, file = 'traffic.har') => {
    writeFileSync(join(folder, 'template.json'), JSON.stringify({ Resources: resources }));
    writeFileSync(join(folder, 'traffic.har'), requests('x=1', 'x=1', 'y=1'));
    return runCommandHere(['waf', 'check', file, 'template.json'], { cwd: folder });
  };

  it('says what each web ACL would block, equal lines once, and ends with 1 if any web ACL blocks', async () => {
    const { code, stdout } = await check({ ...wall('first', 'x'), ...wall('second', 'z') });

    assert.equal(code, 1);
    const [first = '', second = ''] = stdout.split('\n\n');
    assert.match(
      first,
      /^first: 3 requests, 2 blocked, 0 not judged\nblocked:\n {2}GET \/dev\/pets: .*No.* \(2 times\)$/,
    );
    assert.equal(second, 'second: 3 requests, 0 blocked, 0 not judged\n');
  });

  it('ends with 0 if none blocks', async () => {
    assert.equal((await check(wall('first', 'z'))).code, 0);
  });

  for (const { what, resources, file, says } of [
    {
      what: 'a file that is not there',
      resources: wall('first', 'x'),
      file: 'gone.har',
      says: /^error: gone\.har cannot be read: ENOENT: no such file or directory/,
    },
    {
      what: 'stacks without a web ACL',
      resources: { Jobs: { Type: 'AWS::SQS::Queue' } },
      says: /^error: No stage of these stacks has a web ACL that can be evaluated\.$/m,
    },
  ])
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await check(resources, file);

      assert.equal(code, 1);
      assert.match(stderr, says);
    });
});

describe('gatewright start --exec', { skip: process.platform === 'win32' }, () => {
  const ports = ['--port', '0', '--control-port', '0'];

  it('gives its command the addresses, and the code of the command back', async () => {
    writeFileSync(join(folder, 'template.json'), JSON.stringify({ Resources: aMockApi() }));
    const line = 'echo "$GATEWRIGHT_URL" > url; exit 3';
    const { code, stdout, stderr } = await runCommandHere(
      ['start', 'template.json', '--exec', line, ...ports],
      {
        cwd: folder,
      },
    );

    assert.equal(code, 3, stderr);
    assert.equal(stdout, '', 'which is for the command');
    assert.match(stderr, /^running with 1 stage of APIs: echo /m);
    const url = readFileSync(join(folder, 'url'), 'utf8').trim();
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/dev$/);
    await assert.rejects(fetch(url), 'it has ended');
  });

  it('reports a stack from which another stack imports and which does not exist here', async () => {
    writeFileSync(join(folder, 'template.json'), `{ "Fn::ImportValue": "gatewright-dev-TokenAuthorizerArn"`);
    const { code, stderr } = await runCommandHere(['start', 'template.json', '--exec', 'exit 0', ...ports], {
      cwd: folder,
    });

    assert.equal(code, 1, 'nor can the template be read');
    assert.match(
      stderr,
      /^the service imports values from the Gatewright stack, but no folder of that stack was found: to create one, run npx gatewright init$/m,
    );
  });
});

describe('a start by the plug-in', () => {
  const SETTINGS = readStartOptions({ port: '0', 'control-port': '0', reload: false });
  const SAYS_ITS_REGION = 'exports.handler = async () => process.env.AWS_REGION;';

  const start = async (region: string | undefined, settings?: object) => {
    const output = { stdout: '', stderr: '' };
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(anHttpApiTemplate(SAYS_ITS_REGION)));
    const service = { file, directory: folder, stage: 'qa', region, parameters: {}, settings };
    const usual = process.env;
    process.env = { ...usual, GATEWRIGHT_HOME: join(root, 'home'), AWS_REGION: 'eu-north-1' };
    const close = await captureOutput(output, () => startSession(service, SETTINGS)).finally(
      () => (process.env = usual),
    );
    return { close, printed: output.stdout };
  };

  for (const { name, region, expected } of [
    { name: 'the region that osls names', region: 'eu-west-3', expected: 'eu-west-3' },
    { name: 'that of the environment if it names none', region: undefined, expected: 'eu-north-1' },
  ])
    it(`serves in ${name}, prints the addresses and ends`, async () => {
      const { close, printed } = await start(region);
      const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/(?=\s)/.exec(printed) ?? [];
      const answer = await (await fetch(url)).text();
      await close();

      assert.equal(answer, expected);
      assert.match(printed, /Ready in .* s\./);
      await assert.rejects(fetch(url));
    });

  it('reports errors in terms that a user knows, and does not change internal errors', async () => {
    const failed = await start(undefined, { acount: '1' }).then(
      () => assert.fail('it has started'),
      (error: unknown) => error,
    );

    assert.ok(failed instanceof OptionError);
    assert.match(explain(failed) ?? '', /^custom\.gatewright\.acount is not a setting/);
    assert.equal(explain(new TypeError('x')), undefined);
  });
});
