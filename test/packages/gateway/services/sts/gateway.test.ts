/** Keys of a role, used by an SDK. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { anHttpApiTemplate } from '../../../../support/a-small-template.ts';

const ARN = 'arn:aws:iam::123456789012:role/reader';
const allow = (Action: string | readonly string[], more: object): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, ...more }],
});
const inline = (PolicyDocument: object): readonly object[] => [{ PolicyName: 'p', PolicyDocument }];
const RESOURCES = {
  Shown: {
    Type: 'AWS::SSM::Parameter',
    Properties: { Name: '/shown', Type: 'String', Value: { 'Fn::GetAtt': ['Role', 'RoleId'] } },
  },
  Hidden: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/hidden', Type: 'String', Value: 'no' } },
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    },
  },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: 'reader',
      AssumeRolePolicyDocument: allow('sts:AssumeRole', { Principal: { AWS: '123456789012' } }),
      Policies: inline(
        allow(['ssm:GetParameter', 'dynamodb:GetItem'], {
          Resource: [
            'arn:aws:ssm:eu-west-1:123456789012:parameter/shown',
            'arn:aws:dynamodb:eu-west-1:123456789012:table/orders',
          ],
        }),
      ),
    },
  },
};

const start = (roles: boolean): Promise<StartedGateway> => {
  const { Resources } = anHttpApiTemplate('exports.handler = async () => 1;', RESOURCES) as {
    readonly Resources: object;
  };
  return aGateway(Resources, { roles, dynamodb: { kind: 'embedded', dataDirectory: undefined } });
};

// Source: localstack/localstack, TestSTSIntegrations::test_assume_role, recorded 2024-06-05: <role-id:1>:<session>.
describe('The user id of an assumed role', () => {
  for (const roles of [true, false])
    it(`begins with RoleId of the role if roles are ${roles ? '' : 'not '}enforced`, async (test) => {
      const started = await start(roles);
      test.after(() => started.close());
      const settings = {
        endpoint: started.listening.control,
        region: 'eu-west-1',
        credentials: GATEWAY_ADMIN,
      };
      const { Parameter: shown } = await new SSMClient(settings).send(
        new GetParameterCommand({ Name: '/shown' }),
      );
      const { AssumedRoleUser: user } = await new STSClient(settings).send(
        new AssumeRoleCommand({ RoleArn: ARN, RoleSessionName: 'me' }),
      );

      assert.deepEqual(user, {
        AssumedRoleId: `${shown?.Value}:me`,
        Arn: 'arn:aws:sts::123456789012:assumed-role/reader/me',
      });
    });
});

type Keys = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

describe('keys of a role', () => {
  let started: StartedGateway;
  const settings = (credentials: Keys, endpoint = started.listening.control) => ({
    endpoint,
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
  });
  async function assume(): Promise<Keys> {
    const sts = new STSClient(settings(GATEWAY_ADMIN));
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({ RoleArn: ARN, RoleSessionName: 'me' }),
    );
    return {
      accessKeyId: keys?.AccessKeyId ?? '',
      secretAccessKey: keys?.SecretAccessKey ?? '',
      sessionToken: keys?.SessionToken ?? '',
    };
  }

  before(async () => {
    started = await start(true);
  });
  after(() => started.close());

  it('belong to its session, to which its policies apply', async () => {
    const keys = await assume();
    const ssm = new SSMClient(settings(keys));
    const who = await new STSClient(settings(keys)).send(new GetCallerIdentityCommand({}));
    const { Parameter: shown } = await ssm.send(new GetParameterCommand({ Name: '/shown' }));

    assert.equal(who.Arn, 'arn:aws:sts::123456789012:assumed-role/reader/me');
    // AssumedRoleUser: "the role ID and the role session name".
    assert.equal(who.UserId, `${shown?.Value}:me`);
    await assert.rejects(ssm.send(new GetParameterCommand({ Name: '/hidden' })), {
      name: 'AccessDeniedException',
      message: /assumed-role\/reader\/me is not authorized to perform: ssm:GetParameter/,
    });
  });

  it('are valid at the embedded DynamoDB, too', async () => {
    const client = new DynamoDBClient(settings(await assume(), started.listening.dynamodb));
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } }),
    );
    const write = client.send(new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'a' } } }));

    assert.equal(item, undefined);
    await assert.rejects(write, { name: 'AccessDeniedException' });
  });

  it('are refused without their token', async () => {
    const { accessKeyId, secretAccessKey } = await assume();
    const asked = new STSClient(settings({ accessKeyId, secretAccessKey })).send(
      new GetCallerIdentityCommand({}),
    );

    await assert.rejects(asked, { name: 'InvalidClientTokenId' });
  });
});
