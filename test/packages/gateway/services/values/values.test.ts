import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
import {
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { signRequest } from '@gatewright/aws/sign-request';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const WRITTEN = `
ssm:
  /app/host: db.local
  /app/pin: 007
  /app/zones: [a, b]
  /app/password: { type: SecureString, value: hush-hush }
  /app/deep/one: "1"
  /app/made: from the file
secretsmanager:
  app/db: { user: ada, password: hush-hush }
  app/key: !!binary AAH/
appconfig:
  shop: { dev: { flags: { dark: true } } }
`;

const RESOURCES = {
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'values' } },
  Root: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: { Type: 'MOCK' },
    },
  },
  Made: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/app/made', Type: 'String', Value: 'stack' } },
  Own: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/stack/own', Type: 'String', Value: 'stack' } },
  Generated: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: {
      Name: 'stack/db',
      Description: 'the password of the database',
      KmsKeyId: 'alias/shop',
      Tags: [{ Key: 'team', Value: 'shop' }],
      GenerateSecretString: {
        SecretStringTemplate: '{"user":"root"}',
        GenerateStringKey: 'password',
        PasswordLength: 20,
        ExcludePunctuation: true,
      },
    },
  },
};

const IDENTITIES = `
identities:
  - name: reader
    accessKeyId: AKIALOCAL000READER
    secretAccessKey: reader-secret-of-a-test
    policies:
      - Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Action: ssm:GetParameter, Resource: 'arn:aws:ssm:eu-west-1:123456789012:parameter/app/host' }
          - { Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-??????' }
`;
const READER = { accessKeyId: 'AKIALOCAL000READER', secretAccessKey: 'reader-secret-of-a-test' };

describe('Values that functions read', () => {
  let started: StartedGateway;
  const at = (credentials = GATEWAY_ADMIN) => ({
    endpoint: started.listening.control,
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
  });
  before(async () => {
    const files = { 'gatewright.values.yml': WRITTEN, 'gatewright.identities.yml': IDENTITIES };
    started = await aGateway(RESOURCES, {}, files);
  });
  after(() => started.close());

  const nameOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'no error',
      (error: unknown) => (error instanceof Error ? error.name : error),
    );

  it("returns parameters as they are written, and the stack's parameters if the file has none", async () => {
    const ssm = new SSMClient(at());
    const names = ['/app/host', '/app/pin', '/app/zones', '/app/password', '/app/made', '/stack/own', '/no'];

    const { Parameters = [], InvalidParameters } = await ssm.send(
      new GetParametersCommand({ Names: names, WithDecryption: true }),
    );

    assert.deepEqual(
      Parameters.map(({ Type, Value }) => `${Type} ${Value}`),
      [
        'String db.local',
        'String 007',
        'StringList a,b',
        'SecureString hush-hush',
        'String from the file',
        'String stack',
      ],
    );
    assert.deepEqual(InvalidParameters, ['/no']);
  });

  it('keeps a SecureString closed to who does not ask to decrypt it', async () => {
    const { Parameter } = await new SSMClient(at()).send(new GetParameterCommand({ Name: '/app/password' }));

    assert.equal(Parameter?.Type, 'SecureString');
    assert.doesNotMatch(
      `${Buffer.from(Parameter.Value ?? '', 'base64').toString()} ${Parameter.Value}`,
      /hush/,
    );
  });

  it('gives a path page by page, with and without what is deeper', async () => {
    const ssm = new SSMClient(at());
    const read = async (isDeep: boolean): Promise<string[]> => {
      const names: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await ssm.send(
          new GetParametersByPathCommand({ Path: '/app', Recursive: isDeep, MaxResults: 2, NextToken }),
        );
        names.push(...(page.Parameters ?? []).map(({ Name = '' }) => Name.slice(5)));
        ({ NextToken } = page);
      } while (NextToken !== undefined);
      return names;
    };

    assert.deepEqual(await read(false), ['host', 'made', 'password', 'pin', 'zones']);
    assert.deepEqual(await read(true), ['deep/one', 'host', 'made', 'password', 'pin', 'zones']);
  });

  it('gives secrets as text and as bytes, by name and by ARN', async () => {
    const secrets = new SecretsManagerClient(at());
    const text = await secrets.send(new GetSecretValueCommand({ SecretId: 'app/db' }));
    const same = await secrets.send(new GetSecretValueCommand({ SecretId: text.ARN }));
    const bytes = await secrets.send(new GetSecretValueCommand({ SecretId: 'app/key' }));
    const facts = await secrets.send(new DescribeSecretCommand({ SecretId: 'app/db' }));
    const batch = await secrets.send(new BatchGetSecretValueCommand({ SecretIdList: ['app/key', 'none'] }));

    assert.deepEqual(JSON.parse(text.SecretString ?? ''), { user: 'ada', password: 'hush-hush' });
    assert.deepEqual([same.SecretString, same.VersionStages], [text.SecretString, ['AWSCURRENT']]);
    assert.deepEqual([...(bytes.SecretBinary ?? [])], [0, 1, 255]);
    assert.deepEqual(facts.VersionIdsToStages, { [text.VersionId ?? '']: ['AWSCURRENT'] });
    assert.deepEqual(
      [batch.SecretValues?.length, batch.Errors?.[0]?.ErrorCode],
      [1, 'ResourceNotFoundException'],
    );
  });

  it("makes up a template's secret once", async () => {
    const secrets = new SecretsManagerClient(at());
    const read = () => secrets.send(new GetSecretValueCommand({ SecretId: 'stack/db' }));
    const [first, second] = [await read(), await read()];

    assert.match(first.SecretString ?? '', /^\{"user":"root","password":"[a-zA-Z0-9]{20}"\}$/);
    assert.equal(first.SecretString, second.SecretString);
  });

  // AWS CLI reference, describe-secret
  it("describes a template's secret with its description, key and tags", async () => {
    const secrets = new SecretsManagerClient(at());
    const facts = await secrets.send(new DescribeSecretCommand({ SecretId: 'stack/db' }));

    assert.deepEqual(
      [facts.Description, facts.KmsKeyId, facts.Tags],
      ['the password of the database', 'alias/shop', [{ Key: 'team', Value: 'shop' }]],
    );
  });

  // Reported: aws-powertools/powertools-lambda-python#1506
  it('gives a configuration, and refuses to give it again at once', async () => {
    const client = new AppConfigDataClient(at());
    const session = await client.send(
      new StartConfigurationSessionCommand({
        ApplicationIdentifier: 'shop',
        EnvironmentIdentifier: 'dev',
        ConfigurationProfileIdentifier: 'flags',
      }),
    );
    const read = (ConfigurationToken: string | undefined) =>
      client.send(new GetLatestConfigurationCommand({ ConfigurationToken }));
    const first = await read(session.InitialConfigurationToken);

    assert.deepEqual(
      [Buffer.from(first.Configuration ?? []).toString(), first.ContentType, first.NextPollIntervalInSeconds],
      ['{"dark":true}', 'application/json', 60],
    );
    await assert.rejects(read(first.NextPollConfigurationToken), {
      name: 'BadRequestException',
      message: 'Request too early',
      Details: { InvalidParameters: { ConfigurationToken: { Problem: 'PollIntervalNotSatisfied' } } },
    });
    assert.equal(await nameOf(read(session.InitialConfigurationToken)), 'BadRequestException');
  });

  it('refuses a stage that the named version does not have, with the message recorded 2024-04-11', async () => {
    const client = new SecretsManagerClient(at());
    const { VersionId } = await client.send(new GetSecretValueCommand({ SecretId: 'app/db' }));
    const read = new GetSecretValueCommand({ SecretId: 'app/db', VersionId, VersionStage: 'AWSPREVIOUS' });
    await assert.rejects(client.send(read), {
      name: 'InvalidRequestException',
      message: 'You provided a VersionStage that is not associated to the provided VersionId.',
    });
  });

  // hashicorp/terraform-provider-aws#15095, vandium-io/aws-param-store#8
  it('has no message for a parameter that does not exist', async () => {
    const url = new URL(started.listening.control);
    const signing = { service: 'ssm', region: 'eu-west-1', nowEpochMs: Date.now() };
    const body = '{"Name":"/gone"}';
    const sent = {
      'x-amz-target': 'AmazonSSM.GetParameter',
      'content-type': 'application/x-amz-json-1.1',
    };
    const signed = signRequest({ ...GATEWAY_ADMIN, ...signing, method: 'POST', url, body, headers: sent });
    const reply = await fetch(url, { method: 'POST', headers: { ...sent, ...signed }, body });
    assert.deepEqual([reply.status, await reply.text()], [400, '{"__type":"ParameterNotFound"}']);
  });

  /** Calls an operation of SSM in the query protocol, as an integration without a mapping template does. */
  async function askByQuery(query: string, accept?: string): Promise<[status: number, body: string]> {
    const url = new URL(`${started.listening.control}/?${query}`);
    const signing = { service: 'ssm', region: 'eu-west-1', nowEpochMs: Date.now() };
    const headers = signRequest({ ...GATEWAY_ADMIN, ...signing, method: 'GET', url });
    const reply = await fetch(url, { headers: { ...headers, ...(accept !== undefined && { accept }) } });
    return [reply.status, await reply.text()];
  }

  // LocalStack's snapshot of test_get_parameter_query_protocol, recorded 2024-07-12
  describe('in the query protocol of SSM', () => {
    const ARN = 'arn:aws:ssm:eu-west-1:123456789012:parameter/app/host';

    it('are JSON with absent members as null for who accepts JSON', async () => {
      const [status, body] = await askByQuery('Action=GetParameter&Name=/app/host', 'application/json');

      assert.equal(status, 200);
      assert.partialDeepStrictEqual(JSON.parse(body), {
        GetParameterResponse: {
          GetParameterResult: {
            Parameter: {
              ARN,
              DataType: 'text',
              Name: '/app/host',
              Selector: null,
              SourceResult: null,
              Type: 'String',
              Value: 'db.local',
              Version: 1,
            },
          },
        },
      });
    });

    it('are XML for other clients', async () => {
      const [, body] = await askByQuery('Action=GetParameter&Name=/app/host', '*/*');

      assert.match(body, /<GetParameterResponse xmlns="http:\/\/ssm\.amazonaws\.com\/doc\/2014-11-06\/">/);
      assert.match(body, new RegExp(`<ARN>${ARN}</ARN><DataType>text</DataType><LastModifiedDate>\\d{4}-`));
      assert.doesNotMatch(body, /Selector/);
    });

    it('are decrypted if the call asks for it, and refused if they do not exist', async () => {
      const [, closed] = await askByQuery('Action=GetParameter&Name=/app/password');
      const [, open] = await askByQuery('Action=GetParameter&Name=/app/password&WithDecryption=true');
      const gone = await askByQuery('Action=GetParameter&Name=/gone');

      assert.doesNotMatch(closed, /hush/);
      assert.match(open, /<Value>hush-hush<\/Value>/);
      assert.equal(gone[0], 400);
      assert.match(gone[1], /<Code>ParameterNotFound<\/Code>/);
    });

    it('do not include other operations', async () => {
      const [status] = await askByQuery('Action=GetParameters&Names.member.1=/app/host');

      assert.equal(status, 501);
    });
  });

  // moto's test_parameter_lifecycle_with_leading_slash, which is verified on AWS
  it('finds a parameter with and without the slash at its start', async () => {
    const ssm = new SSMClient(at());
    await ssm.send(new PutParameterCommand({ Name: '/lone', Type: 'String', Value: 'a' }));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: 'lone' }));
    const { Parameters } = await ssm.send(new GetParametersCommand({ Names: ['lone', '/lone'] }));

    assert.equal(Parameter?.ARN, 'arn:aws:ssm:eu-west-1:123456789012:parameter/lone');
    assert.deepEqual(
      Parameters?.map(({ Value }) => Value),
      ['a', 'a'],
    );
  });

  // aws/aws-sdk-js-v3#5005, localstack/localstack#11538
  it('refuses a path without the slash at its start, although the path with the slash exists', async () => {
    const ssm = new SSMClient(at());
    for (const call of [
      () => ssm.send(new GetParameterCommand({ Name: 'app/host' })),
      () => ssm.send(new GetParametersCommand({ Names: ['/app/host', 'app/host'] })),
    ])
      await assert.rejects(call, {
        name: 'ValidationException',
        message: /^Parameter name: can't be prefixed/,
      });
  });

  const refused: [what: string, call: () => Promise<unknown>, error: string, told?: RegExp][] = [
    [
      'a parameter that is not there',
      () => new SSMClient(at()).send(new GetParameterCommand({ Name: '/gone' })),
      'ParameterNotFound',
      /^ssm: \/gone was requested but has no value; add a value to .*gatewright\.values\.yml$/,
    ],
    [
      'a secret that is not there',
      () => new SecretsManagerClient(at()).send(new GetSecretValueCommand({ SecretId: 'gone' })),
      'ResourceNotFoundException',
      /^secretsmanager: gone was requested/,
    ],
    [
      'a stage that no secret has',
      () =>
        new SecretsManagerClient(at()).send(
          new GetSecretValueCommand({ SecretId: 'app/db', VersionStage: 'AWSPREVIOUS' }),
        ),
      'ResourceNotFoundException',
    ],
    [
      'a configuration that is not there',
      () =>
        new AppConfigDataClient(at()).send(
          new StartConfigurationSessionCommand({
            ApplicationIdentifier: 'shop',
            EnvironmentIdentifier: 'dev',
            ConfigurationProfileIdentifier: 'gone',
          }),
        ),
      'ResourceNotFoundException',
      /^appconfig: shop\/dev\/gone was requested/,
    ],
    [
      'an operation that is not here',
      () => new SecretsManagerClient(at()).send(new RotateSecretCommand({ SecretId: 'app/key' })),
      'NotImplementedException',
    ],
    [
      'a parameter that no policy gives',
      () => new SSMClient(at(READER)).send(new GetParameterCommand({ Name: '/app/password' })),
      'AccessDeniedException',
    ],
    [
      'secrets at once, which no policy gives',
      () =>
        new SecretsManagerClient(at(READER)).send(
          new BatchGetSecretValueCommand({ SecretIdList: ['app/db'] }),
        ),
      'AccessDeniedException',
    ],
    [
      'a secret that no policy gives',
      () => new SecretsManagerClient(at(READER)).send(new GetSecretValueCommand({ SecretId: 'app/key' })),
      'AccessDeniedException',
    ],
  ];
  for (const [what, call, error, messages] of refused) {
    it(`answers as AWS does for ${what}`, async () => {
      assert.equal(await nameOf(call()), error);
      if (messages !== undefined)
        assert.ok(
          started.lines.some((line) => messages.test(line)),
          started.lines.join('\n'),
        );
    });
  }

  it('gives what a policy names', async () => {
    const { Parameter } = await new SSMClient(at(READER)).send(
      new GetParameterCommand({ Name: '/app/host' }),
    );
    const { SecretString } = await new SecretsManagerClient(at(READER)).send(
      new GetSecretValueCommand({ SecretId: 'app/db' }),
    );

    assert.deepEqual([Parameter?.Value, SecretString?.length], ['db.local', 37]);
  });

  it('logs no value', () => {
    assert.doesNotMatch(started.lines.join('\n'), /hush/);
  });
});
