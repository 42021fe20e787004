import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeId } from '@gatewright/aws/physical-ids';
import { STANDS_IN } from '../../packages/gateway/templates/serverless/aws-stand-in.ts';
import { isPackaging, lookUpIds } from '../../layers/look-up-ids.ts';

const documentOf = (stack: string): string => `version: 1
api:
  prod: { stack: ${stack}, logicalId: ApiGatewayRestApi, stage: prod }
routes: ..
issuers: [{ id: main, type: oidc, issuer: 'https://issuer.example/', audience: [a] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [main] }]
rules: [{ id: all, effect: allow, methods: [GET], paths: [/**] }]
`;
const INVENTORY = JSON.stringify({ kind: 'rest', routes: [], apiIds: {} });
const KEYS = { accessKeyId: 'AKIA', secretAccessKey: 's' };
const provider = { getStage: () => 'prod', getRegion: () => 'eu-central-1' };

/** The error that osls throws without credentials. */
const notFound = (): Error =>
  Object.assign(new Error('AWS provider credentials not found.\nLearn more'), {
    code: 'AWS_CREDENTIALS_NOT_FOUND',
  });

type Folder = {
  readonly path: string;
  readonly apiIds: (name: string) => unknown;
  readonly write: (name: string, apiIds: Readonly<Record<string, readonly string[]>>) => void;
};

function aFolder(): Folder & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'gatewright-look-up-'));
  for (const name of ['shop', 'soon']) {
    writeFileSync(join(path, `${name}.yml`), documentOf(`${name}-prod`));
    writeFileSync(join(path, `${name}.routes.json`), INVENTORY);
  }
  return {
    path,
    apiIds: (name) =>
      (JSON.parse(readFileSync(join(path, `${name}.routes.json`), 'utf8')) as { apiIds: unknown }).apiIds,
    write: (name, apiIds) => {
      writeFileSync(join(path, `${name}.routes.json`), JSON.stringify({ kind: 'rest', routes: [], apiIds }));
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

/** CloudFormation of an account that has shop and not yet soon. */
function answer(url: URL | string): Promise<Response> {
  const isThere = String(url).includes('StackName=shop-prod');
  const result = { StackResourceDetail: { PhysicalResourceId: 'z9y8x7w6v5' } };
  return Promise.resolve(
    isThere
      ? Response.json({ DescribeStackResourceResponse: { DescribeStackResourceResult: result } })
      : Response.json(
          { Error: { Code: 'ValidationError', Message: "Stack 'soon-prod' does not exist" } },
          { status: 400 },
        ),
  );
}

describe('lookUpIds', () => {
  const sources = [
    ['osls 4', { getAwsSdkV3CredentialsProvider: () => () => Promise.resolve(KEYS) }],
    ['Serverless 3', { getCredentials: () => ({ credentials: KEYS }) }],
  ] as const;
  for (const [name, source] of sources)
    it(`asks with the credentials of ${name}, and waits for an API that appears later`, async (t) => {
      using folder = aFolder();
      t.mock.method(globalThis, 'fetch', answer);

      const { found, absent, refusal } = await lookUpIds(folder.path, { ...provider, ...source }, {});

      assert.deepEqual([found, refusal], [['shop: z9y8x7w6v5 in stage prod'], undefined]);
      assert.match(absent.join('\n'), /^soon: .*soon-prod.*deploy the API, then this stack again/);
      assert.deepEqual(folder.apiIds('shop'), { prod: ['z9y8x7w6v5'] });
      assert.deepEqual(folder.apiIds('soon'), {});
    });

  it('refuses without credentials, with a sentence that says what to do', async () => {
    using folder = aFolder();
    const getAwsSdkV3CredentialsProvider = () => () => Promise.reject(notFound());

    const { refusal } = await lookUpIds(folder.path, { ...provider, getAwsSdkV3CredentialsProvider }, {});

    assert.match(
      refusal ?? '',
      /^no AWS credentials were found, and no API id is known in stage "prod" for access\/shop\.yml, access\/soon\.yml\. To package without an account, run npx gatewright package --stage prod; to deploy, set AWS_PROFILE .*api\.prod\.apiId/,
    );
  });

  it('asks for an API that only the local gateway has named so far, and keeps its name on this machine', async (t) => {
    using folder = aFolder();
    const local = makeId(10, 'shop-prod', 'ApiGatewayRestApi');
    folder.write('shop', { prod: [local] });
    folder.write('soon', { prod: ['deployed00'] });
    t.mock.method(globalThis, 'fetch', answer);
    const getAwsSdkV3CredentialsProvider = () => () => Promise.resolve(KEYS);

    const { found, absent } = await lookUpIds(
      folder.path,
      { ...provider, getAwsSdkV3CredentialsProvider },
      {},
    );

    assert.deepEqual([found, absent], [['shop: z9y8x7w6v5 in stage prod'], []]);
    assert.deepEqual(folder.apiIds('shop'), { prod: [local, 'z9y8x7w6v5'].sort() });
  });

  it('only warns without credentials if the local gateway knows every API', async () => {
    using folder = aFolder();
    for (const name of ['shop', 'soon'])
      folder.write(name, { prod: [makeId(10, `${name}-prod`, 'ApiGatewayRestApi')] });

    const { absent, refusal } = await lookUpIds(folder.path, provider, {});

    assert.equal(refusal, undefined);
    assert.match(
      absent.join('\n'),
      /^only the local gateway's API id is known in stage "prod" for access\/shop\.yml, access\/soon\.yml, .*return 500 for every request\. Before you deploy, write the id of the deployed API as api\.prod\.apiId in each document$/,
    );
  });

  it('refuses a deployment without credentials at once, even if every API is known on this machine', async () => {
    using folder = aFolder();
    for (const name of ['shop', 'soon'])
      folder.write(name, { prod: [makeId(10, `${name}-prod`, 'ApiGatewayRestApi')] });

    const { refusal } = await lookUpIds(folder.path, provider, {}, 'deployment');

    assert.match(
      refusal ?? '',
      /^no AWS credentials were found, so stage "prod" cannot be deployed: set AWS_PROFILE .* npx gatewright start$/,
    );
  });

  for (const [what, need, expected] of [
    [
      'a deployment',
      'deployment',
      /^no AWS credentials were found, so stage "test" cannot be deployed: set AWS_PROFILE .* npx gatewright package --stage test; /,
    ],
    [
      'a package with a layer, which osls compares with the deployed one',
      'layer',
      /^no AWS credentials were found, and serverless package needs them .*: set AWS_PROFILE .* npx gatewright package --stage test$/,
    ],
  ] as const)
    it(`refuses ${what} without credentials, though no id is missing`, async () => {
      using folder = aFolder();
      const getAwsSdkV3CredentialsProvider = () => () => Promise.reject(notFound());

      for (const path of [folder.path, '/nowhere']) {
        const source = { getStage: () => 'test', getAwsSdkV3CredentialsProvider };
        const { refusal } = await lookUpIds(path, source, {}, need);
        assert.match(refusal ?? '', expected);
      }
    });

  it('gives the reason if the named credentials do not exist', async () => {
    using folder = aFolder();
    const getAwsSdkV3CredentialsProvider = () => () =>
      Promise.reject(new Error('profile shop does not exist.'));
    const source = { getStage: () => 'test', getAwsSdkV3CredentialsProvider };

    const { refusal } = await lookUpIds(folder.path, source, {}, 'deployment');

    assert.match(refusal ?? '', /^no AWS credentials were found \(profile shop does not exist\), so stage/);
  });

  it('asks nothing with credentials, if no id is missing', async () => {
    using folder = aFolder();
    const getAwsSdkV3CredentialsProvider = () => () => Promise.resolve(KEYS);
    const source = { getStage: () => 'test', getAwsSdkV3CredentialsProvider };

    assert.deepEqual(await lookUpIds(folder.path, source, {}, 'deployment'), { found: [], absent: [] });
  });

  it('refuses if nothing answers', async (t) => {
    using folder = aFolder();
    t.mock.method(globalThis, 'fetch', () => Promise.reject(new Error('offline')));
    const getAwsSdkV3CredentialsProvider = () => () => Promise.resolve(KEYS);

    const { refusal } = await lookUpIds(folder.path, { ...provider, getAwsSdkV3CredentialsProvider }, {});

    assert.match(refusal ?? '', /cloudformation\.eu-central-1\.amazonaws\.com cannot be reached/);
    assert.deepEqual(folder.apiIds('shop'), {});
  });

  it('asks for nothing if the service has no access documents', async () => {
    assert.deepEqual(await lookUpIds('/nowhere', provider, {}), { found: [], absent: [] });
  });

  it('calls no service if all ids are known', async () => {
    using folder = aFolder();
    const { refusal } = await lookUpIds(folder.path, { getStage: () => 'test' }, {});
    assert.equal(refusal, undefined);
  });
});

describe('isPackaging', () => {
  const cases: readonly [string, readonly string[], NodeJS.ProcessEnv, boolean][] = [
    ['serverless package', ['package'], {}, true],
    ['serverless deploy', ['deploy'], {}, true],
    ['serverless deploy function', ['deploy', 'function'], {}, false],
    ['serverless info', ['info'], {}, false],
    ['gatewright start, which reads the template', ['package'], { [STANDS_IN]: '1' }, false],
    ['gatewright access sync', ['package'], { GATEWRIGHT_READS_ROUTES: '1' }, false],
  ];
  for (const [name, commands, environment, expected] of cases)
    it(`${expected ? 'is' : 'is not'} ${name}`, () => {
      assert.equal(isPackaging(commands, environment), expected);
    });
});
