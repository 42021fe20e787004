import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import { listRoutes } from '../../../../../../packages/gateway/engine/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-check-'));
const OPTIONS = {
  stage: 'dev',
  region: 'us-east-1',
  accountId: '123456789012',
  parameters: {},
  environment: {},
  directory: folder,
};

let written = 0;
function write(files: Readonly<Record<string, string>>): (name: string) => string {
  const own = join(folder, `project${(written += 1)}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    writeFileSync(join(own, name), text);
  }
  return (name) => join(own, name);
}

async function examine(text: string, more: Readonly<Record<string, string>> = {}) {
  const at = write({ 'template.yaml': text, ...more });
  const { findings } = await examineStacks([at('template.yaml')], OPTIONS);
  return findings.map(({ id, severity, resource, property, line, consequence }) => ({
    id,
    severity,
    resource,
    property,
    line,
    ...(consequence !== undefined && { consequence }),
  }));
}

const QUEUE = (properties: string, more = ''): string =>
  `${more}\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      ${properties}\n`;

describe('values that AWS gets from elsewhere', () => {
  after(() => {
    rmSync(folder, { recursive: true });
  });

  // CloudFormation user guide, nested stacks: an output of one is passed to a parameter of another with Fn::GetAtt
  it('does not judge a parameter of a nested stack that is set to an output of another', async () => {
    const at = write({
      'template.yaml': `Resources:
  Network: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: network.yaml } }
  App:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: app.yaml
      Parameters: { Subnet: !GetAtt Network.Outputs.Subnet, Key: !GetAtt Network.Outputs.Key, Seconds: '50000' }
`,
      'network.yaml': `Resources:
  Net: { Type: AWS::EC2::Subnet, Properties: { VpcId: vpc-1, CidrBlock: 10.0.0.0/24 } }
  Key: { Type: AWS::KMS::Key }
Outputs: { Subnet: { Value: !Ref Net }, Key: { Value: !Ref Key } }
`,
      'app.yaml': `Parameters:
  Subnet: { Type: String, AllowedPattern: 'subnet-[0-9a-f]+' }
  Key: { Type: String }
  Seconds: { Type: Number }
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub 'q/\${Key}' } }
  Slow: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: !Ref Seconds, Tags: [{ Key: net, Value: !Ref Subnet }] } }
`,
    });

    const { findings } = await examineStacks([at('template.yaml')], OPTIONS);

    assert.deepEqual(
      findings
        .filter(({ severity }) => severity === 'refused')
        .map(({ resource, property }) => [resource, property]),
      [['Slow', 'VisibilityTimeout']],
    );
  });

  for (const [name, text] of [
    [
      'the name of another resource',
      QUEUE('QueueName: !Sub ${Topic.TopicName}/x\n  Topic: { Type: AWS::SNS::Topic }'),
    ],
    ['the name of the stack', QUEUE('QueueName: !Sub ${AWS::StackName}/x')],
    ['a parameter of SSM', QUEUE("QueueName: '{{resolve:ssm:/name}}'")],
  ] as const)
    it(`judges no text that contains ${name}`, async () => {
      const findings = await examine(text);

      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'refused'),
        [],
      );
    });

  // aws-samples/serverless-patterns, eventbridge-webhooks: CloudFormation converts the text first.
  it('says what to change for each kind of violation', async () => {
    const at = write({
      'template.yaml': `Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueuName: jobs }
  Method:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: abc, ResourceId: root, HttpMethod: GET, Integration: { Type: LAMBDA } }
  Function:
    Type: AWS::Lambda::Function
    Properties: { Role: 'arn:aws:iam::123456789012:role/x' }
  Topic:
    Type: AWS::SNS::Topic
    Properties: { Subscription: none }
`,
    });
    const { findings } = await examineStacks([at('template.yaml')], OPTIONS);
    const remedies = new Map(findings.map(({ message, remedy }) => [message, remedy]));

    assert.equal(
      remedies.get('extraneous key [QueuName] is not permitted'),
      'write QueueName instead of QueuName',
    );
    assert.equal(remedies.get('Code is required'), 'add Code');
    assert.deepEqual(
      [...remedies].filter(([message]) => / must be (one of|of type) /.test(message)).map(([, one]) => one),
      ['use one of AWS, AWS_PROXY, HTTP, HTTP_PROXY, MOCK', 'write a list'],
    );
  });

  it('compares a number that is written as a text as a number, also in conditions between members', async () => {
    const alarm = (period: string): string => `Resources:
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      { MetricName: m, Namespace: n, Statistic: Sum, Period: ${period}, EvaluationPeriods: '2', Threshold: '1', ComparisonOperator: GreaterThanThreshold }
`;
    const refused = async (period: string): Promise<number> =>
      (await examine(alarm(period))).filter(({ severity }) => severity === 'refused').length;
    assert.deepEqual([await refused("'300'"), await refused('300'), await refused("'30'")], [0, 0, 0]);
    assert.ok((await refused("'61'")) > 0);
  });

  it('judges a text that a parameter completes by the value of the parameter', async () => {
    const parameters = 'Parameters: { Name: { Type: String, Default: a/b } }';

    const [finding] = await examine(QUEUE('QueueName: !Sub orders-${Name}', parameters));

    assert.deepEqual(finding, {
      id: 'sqs-queue-queuename',
      severity: 'refused',
      resource: 'Queue',
      property: 'QueueName',
      line: 6,
    });
  });

  it('reports that a parameter without value and an import are not checked', async () => {
    const findings = await examine(
      `${QUEUE('QueueName: !Ref Name', 'Parameters: { Name: { Type: String } }')}  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !ImportValue elsewhere } }\n`,
    );

    assert.deepEqual(
      findings.map(({ id, severity }) => [id, severity]),
      [
        ['parameter-without-value', 'unchecked'],
        ['export-elsewhere', 'unchecked'],
      ],
    );
  });

  it('names a type without rules once, and cfn-lint as the remedy', async () => {
    const text = 'Resources:\n  A: { Type: AWS::MediaLive::Input }\n  B: { Type: AWS::MediaLive::Input }\n';
    const at = write({ 'template.yaml': text });

    const { findings } = await examineStacks([at('template.yaml')], OPTIONS);

    const [only, ...others] = findings.filter(({ id }) => id === 'type-not-checked');
    assert.match(only?.message ?? '', /AWS::MediaLive::Input are not checked \(and 1 more\)/);
    assert.match(only?.remedy ?? '', /cfn-lint/);
    assert.deepEqual(others, []);
  });
});

// Source: aws/aws-cdk#12589, #16000: a method of a second stack is not live until the API is deployed again
describe('a method that a second stack adds to an API', () => {
  const method = (api: string, root: string, more = ''): string =>
    `{ Type: AWS::ApiGateway::Method, ${more}Properties: { RestApiId: ${api}, ResourceId: ${root}, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } } }`;
  const first = `Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shared } }
  Root: ${method('!Ref Api', '!GetAtt Api.RootResourceId')}
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Root, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }
Outputs:
  Id: { Value: !Ref Api, Export: { Name: shared-id } }
  RootId: { Value: !GetAtt Api.RootResourceId, Export: { Name: shared-root } }
`;
  const second = (more = ''): string => `Resources:
  Bar: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !ImportValue shared-id, ParentId: !ImportValue shared-root, PathPart: bar } }
  GetBar: ${method('!ImportValue shared-id', '!Ref Bar')}
${more}`;
  const redeployed = `  Again: { Type: AWS::ApiGateway::Deployment, DependsOn: GetBar, Properties: { RestApiId: !ImportValue shared-id } }
  Second: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !ImportValue shared-id, DeploymentId: !Ref Again, StageName: next } }
`;

  it('is not in the stage of the first stack, and is reported', async () => {
    const at = write({ 'first.yaml': first, 'second.yaml': second() });
    const sources = [at('first.yaml'), at('second.yaml')];

    const [api] = await listRoutes(sources, OPTIONS);
    const { findings } = await examineStacks(sources, OPTIONS);

    assert.deepEqual(
      api?.routes.map(({ path }) => path),
      ['/'],
    );
    assert.deepEqual(
      findings.map(({ id, severity, resource, line }) => [id, severity, resource, line]),
      [['late-method', 'differs', 'GetBar', 3]],
    );
  });

  it('is in a stage that the second stack deploys', async () => {
    const at = write({ 'first.yaml': first, 'second.yaml': second(redeployed) });
    const sources = [at('first.yaml'), at('second.yaml')];

    const apis = await listRoutes(sources, OPTIONS);
    const { findings } = await examineStacks(sources, OPTIONS);

    assert.deepEqual(
      apis.map(({ stage, routes }) => [stage, routes.map(({ path }) => path)]),
      [
        ['dev', ['/']],
        ['next', ['/', '/bar']],
      ],
    );
    assert.deepEqual(findings, []);
  });
});

describe('an osls service with variables that have no value on this machine', () => {
  it('is not refused, and is left without a folder of ours', async () => {
    const at = write({
      'serverless.yml':
        'service: shop\nprovider: { name: aws, runtime: nodejs22.x, environment: { HOST: "${env:NOBODY_SETS_THIS}" } }\n',
    });

    const { findings } = await examineStacks([at('serverless.yml')], { ...OPTIONS, directory: at('.') });

    assert.deepEqual(
      findings.map(({ id, severity, line }) => [id, severity, line]),
      [['value-elsewhere', 'unchecked', 2]],
    );
    assert.equal(existsSync(at('.gatewright')), false);
  });
});

describe('the package of a function', () => {
  const sam = (properties: string): string =>
    `Transform: AWS::Serverless-2016-10-31\nResources:\n  Orders:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: nodejs22.x\n      CodeUri: src/\n${properties}`;
  const HANDLER = 'exports.handler = async () => ({ statusCode: 200 });\n';

  it('contains the TypeScript handler itself, unless SAM builds it', async () => {
    const build = '    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [index.ts] } }\n';
    const files = { 'src/index.ts': 'export const handler = async () => ({ statusCode: 200 });\n' };

    const plain = await examine(sam('      Handler: index.handler\n'), files);
    const built = await examine(sam(`      Handler: index.handler\n${build}`), files);

    assert.deepEqual(
      plain.map(({ id, severity, line }) => [id, severity, line]),
      [['typescript-handler', 'differs', 8]],
    );
    // AWS's guide of Lambda proxy integrations: an error of the function is 502 of a REST API, 500 of an HTTP API.
    assert.match(plain[0]?.consequence ?? '', /^the handler runs on this machine; on AWS, every request/);
    assert.deepEqual(built, []);
  });

  // docs/aws §8.2: tsc writes index.js beside index.ts, and Lambda loads index.js.
  for (const ending of ['.js', '.mjs', '.cjs'])
    it(`may contain the TypeScript of a handler that it has as ${ending}, too`, async () => {
      const files = { 'src/index.ts': 'export const handler = 1;\n', [`src/index${ending}`]: HANDLER };
      assert.deepEqual(await examine(sam('      Handler: index.handler\n'), files), []);
    });

  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html#cfn-lambda-function-code-zipfile
  it('is the file index, if the code is inline', async () => {
    const inline = sam('      InlineCode: "exports.handler = 1"\n').replace('      CodeUri: src/\n', '');
    const [found] = await examine(`${inline}      Handler: app.handler\n`, {});

    assert.deepEqual([found?.id, found?.line], ['missing-handler', 8]);
    assert.deepEqual(await examine(`${inline}      Handler: index.handler\n`, {}), []);
  });

  it('lacks a handler whose file differs in case', async () => {
    const findings = await examine(sam('      Handler: Index.handler\n'), { 'src/index.js': HANDLER });

    assert.deepEqual(
      findings.map(({ id, line }) => [id, line]),
      [['missing-handler', 8]],
    );
    assert.match(findings[0]?.consequence ?? '', /^every invocation fails, in this gateway and on AWS/);
  });

  it('lacks a file that a module of the handler imports from above its folder', async () => {
    const findings = await examine(sam('      Handler: index.handler\n'), {
      'src/index.js': `const { load } = require('./load');\n${HANDLER}`,
      'src/load.js': `// require('../commented.js')\nexports.load = require('../shared/table.js');\n`,
      'shared/table.js': 'module.exports = {};\n',
    });

    assert.deepEqual(
      findings.map(({ id, severity }) => [id, severity]),
      [['outside-import', 'differs']],
    );
    assert.match(
      findings[0]?.consequence ?? '',
      /^the file is found on this machine; on AWS, the import fails/,
    );
  });

  const INDEX = { 'src/index.js': HANDLER };
  const LAYERED = `      Handler: index.handler
      Layers: [!Ref Tools]
  Tools: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: tools/ } }
`;
  // Source: Lambda quotas: "250 MB, the maximum size of the contents of a deployment package, including layers
  // (unzipped)"
  const SIZES: readonly [
    name: string,
    rest: string,
    bytes: Readonly<Record<string, number>>,
    ids: readonly string[],
  ][] = [
    [
      'has code of 250 MB',
      '      Handler: index.handler\n',
      { 'src/big.bin': 262_144_000 - HANDLER.length },
      [],
    ],
    [
      'exceeds 250 MB by its code',
      '      Handler: index.handler\n',
      { 'src/big.bin': 262_144_001 },
      ['package-size'],
    ],
    [
      'exceeds 250 MB by a hidden folder, which is packaged, too',
      '      Handler: index.handler\n',
      { 'src/.data/big.bin': 262_144_001 },
      ['package-size'],
    ],
    [
      'exceeds 250 MB by its code and its layer together',
      LAYERED,
      { 'src/a.bin': 150_000_000, 'tools/b.bin': 150_000_000 },
      ['package-size'],
    ],
    [
      'has code and a layer of less than 250 MB',
      LAYERED,
      { 'src/a.bin': 100_000_000, 'tools/b.bin': 100_000_000 },
      [],
    ],
  ];
  for (const [name, rest, bytes, ids] of SIZES)
    it(name, async () => {
      const at = write({ 'template.yaml': sam(rest), ...INDEX });
      for (const [file, size] of Object.entries(bytes)) {
        mkdirSync(dirname(at(file)), { recursive: true });
        writeFileSync(at(file), '');
        truncateSync(at(file), size);
      }

      const { findings } = await examineStacks([at('template.yaml')], OPTIONS);

      assert.deepEqual(
        findings.map(({ id }) => id),
        ids,
      );
    });

  it('is not judged by the folder of an osls service, because osls leaves out dev dependencies', async () => {
    const at = write({
      'serverless.yml':
        'service: shop\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions: { api: { handler: index.handler } }\n',
      'package.json': '{"devDependencies":{"big":"1.0.0"}}',
      'node_modules/big/package.json': '{"name":"big","version":"1.0.0"}',
      'node_modules/big/big.bin': '',
      'index.js': HANDLER,
    });
    symlinkSync(resolve('node_modules/serverless'), at('node_modules/osls'));
    truncateSync(at('node_modules/big/big.bin'), 262_144_001);

    const { findings } = await examineStacks([at('serverless.yml')], OPTIONS);

    assert.deepEqual(
      findings.filter(({ id }) => id === 'package-size'),
      [],
    );
  });

  it('contains the folder of an earlier start, unless the tool leaves it out', async () => {
    const whole = sam('      Handler: index.handler\n').replace('src/', '.');
    const files = { 'index.js': HANDLER, '.gatewright/credentials.json': '{}' };

    assert.deepEqual(
      (await examine(whole, files)).map(({ id, severity }) => [id, severity]),
      [['packaged-state', 'differs']],
    );
    assert.deepEqual(await examine(sam('      Handler: index.handler\n'), { ...INDEX, ...files }), []);
  });

  it('may be a single file', async () => {
    const single = sam('      Handler: index.handler\n').replace('src/', 'index.js');

    const ids = (await examine(single, { 'index.js': HANDLER })).map(({ id }) => id);

    assert.ok(!ids.includes('packaged-state'));
  });

  // After `init` and `start . gatewright` the bundles and caches of the stack were in the package of the service.
  it('follows no link out of the folder when its size is counted', async () => {
    const at = write({
      'template.yaml': sam('      Handler: index.handler\n'),
      'src/index.js': HANDLER,
    });
    symlinkSync('/', at('src/everything'));

    const { findings } = await examineStacks([at('template.yaml')], OPTIONS);

    assert.deepEqual(findings, []);
  });
});

// Source: cloudtools/troposphere#931: CloudFormation generates a name that ends with .fifo
describe('a FIFO queue without a name', () => {
  it('gets a name that AWS takes', async () => {
    assert.deepEqual(await examine(QUEUE('FifoQueue: true')), []);
  });
});
