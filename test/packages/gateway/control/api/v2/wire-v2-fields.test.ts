/** Each part of a WebSocket API by the unmodified SDK: all members that AWS has of it, and what becomes of them. */
import * as sdk from '@aws-sdk/client-apigatewayv2';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import { aV2Control, functionArn } from '../../../../../support/a-v2-control.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

type Members = Readonly<Record<string, unknown>>;
type Row = {
  readonly noun: string;
  /** All members that may be given together. */
  readonly members: Members;
  /** What an update sets, and what is shown afterwards. */
  readonly change: Members;
  readonly idLength: number;
  /** Needed to make one. */
  readonly required: readonly string[];
  /** Another one of the same is refused by this message. */
  readonly twice?: string;
};

let control: TestRestControl;
/** Ids of an API and of the parts that others belong to. */
const own: Record<string, string> = {};
before(async () => {
  control = await aV2Control();
  const { v2 } = control;
  const { ApiId = '' } = await v2.send(
    new sdk.CreateApiCommand({
      Name: 'chat',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    }),
  );
  const { RouteId = '' } = await v2.send(new sdk.CreateRouteCommand({ ApiId, RouteKey: '$default' }));
  const { IntegrationId = '' } = await v2.send(
    new sdk.CreateIntegrationCommand({ ApiId, IntegrationType: 'MOCK' }),
  );
  for (const Name of ['text', 'answer'])
    await v2.send(new sdk.CreateModelCommand({ ApiId, Name, Schema: '{"type":"object"}' }));
  Object.assign(own, { ApiId, RouteId, IntegrationId });
});
after(() => control.close());

const call = async (name: string, input: Members): Promise<Members> => {
  const Command = sdk[`${name}Command` as 'GetApiCommand'];
  const { $metadata, ...output } = await control.v2.send(new Command(input as { ApiId: string }));
  assert.ok($metadata.httpStatusCode !== undefined && $metadata.httpStatusCode < 300);
  return output;
};

const ROWS: readonly Row[] = [
  {
    noun: 'Route',
    members: {
      RouteKey: 'send',
      OperationName: 'sendIt',
      AuthorizationType: 'NONE',
      ApiKeyRequired: false,
      ModelSelectionExpression: '$request.body.kind',
      RequestModels: { $default: 'text' },
      RouteResponseSelectionExpression: '$default',
    },
    change: { RouteKey: 'sent', OperationName: 'sent' },
    idLength: 7,
    required: ['RouteKey'],
    twice: 'Route with key send already exists for this API',
  },
  {
    noun: 'Integration',
    members: {
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn('list')}/invocations`,
      IntegrationMethod: 'POST',
      ConnectionType: 'INTERNET',
      CredentialsArn: 'arn:aws:iam::123456789012:role/caller',
      Description: 'all of it',
      PassthroughBehavior: 'WHEN_NO_MATCH',
      ContentHandlingStrategy: 'CONVERT_TO_TEXT',
      TimeoutInMillis: 5_000,
    },
    change: { TimeoutInMillis: 6_000 },
    idLength: 7,
    required: ['IntegrationType'],
  },
  {
    noun: 'Authorizer',
    members: {
      Name: 'admit',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn('admit')}/invocations`,
      AuthorizerCredentialsArn: 'arn:aws:iam::123456789012:role/caller',
      IdentitySource: ['route.request.header.Auth', 'route.request.querystring.token'],
    },
    change: { IdentitySource: ['route.request.header.Auth'] },
    idLength: 6,
    required: ['Name', 'AuthorizerType', 'IdentitySource'],
    twice: 'Authorizer with name admit already exists for this API',
  },
  {
    noun: 'Model',
    members: {
      Name: 'message',
      ContentType: 'application/json',
      Description: 'what is said',
      Schema: '{"type":"object"}',
    },
    change: { Description: 'what was said' },
    idLength: 6,
    required: ['Name', 'Schema'],
    twice: 'Model with name message already exists for this API',
  },
  {
    noun: 'RouteResponse',
    members: { RouteResponseKey: '$default', ResponseModels: { $default: 'text' } },
    change: { ResponseModels: { $default: 'answer', other: 'text' } },
    idLength: 7,
    required: ['RouteResponseKey'],
    twice: 'RouteResponse with key $default already exists for this API',
  },
  {
    noun: 'IntegrationResponse',
    members: {
      IntegrationResponseKey: '/4\\d\\d/',
      ResponseTemplates: { $default: 'refused' },
      TemplateSelectionExpression: '\\$default',
      ContentHandlingStrategy: 'CONVERT_TO_TEXT',
    },
    change: { ResponseTemplates: { $default: 'refused', short: 'no' } },
    idLength: 7,
    required: ['IntegrationResponseKey'],
    twice: 'IntegrationResponse with key /4\\d\\d/ already exists for this API',
  },
];

for (const { noun, members, change, idLength, required, twice } of ROWS)
  describe(`${noun} of a WebSocket API`, () => {
    const idName = `${noun}Id`;
    const place = (): Members => {
      const { ApiId, RouteId, IntegrationId } = own;
      if (noun === 'RouteResponse') return { ApiId, RouteId };
      return noun === 'IntegrationResponse' ? { ApiId, IntegrationId } : { ApiId };
    };
    const part = (id: unknown): Members => ({ ...place(), [idName]: id });

    it('is created with all of its members, shown, changed, listed and deleted', async () => {
      const made = await call(`Create${noun}`, { ...place(), ...members });
      const id = made[idName];
      const shown = await call(`Get${noun}`, part(id));
      const changed = await call(`Update${noun}`, { ...part(id), ...change });
      const listed = async (): Promise<readonly unknown[]> =>
        ((await call(`Get${noun}s`, place()))['Items'] as readonly Members[]).map((item) => item[idName]);

      assert.match(String(id), new RegExp(`^[a-z0-9]{${idLength}}$`));
      assert.partialDeepStrictEqual(made, members);
      assert.deepEqual(shown, made);
      assert.partialDeepStrictEqual(changed, { ...members, ...change });
      assert.ok((await listed()).includes(id));
      await call(`Delete${noun}`, part(id));
      assert.ok(!(await listed()).includes(id));
    });

    it('is not made without what it needs', async () => {
      for (const missing of required) {
        const others = Object.fromEntries(Object.entries(members).filter(([name]) => name !== missing));
        const refusal = await refusalOf(call(`Create${noun}`, { ...place(), ...others }));
        assert.equal(refusal.name, 'BadRequestException', missing);
      }
    });

    it('is not found by another id', async () => {
      assert.deepEqual(await refusalOf(call(`Get${noun}`, part('unknown'))), {
        name: 'NotFoundException',
        message: `Unable to find ${noun} by id unknown`,
      });
    });

    if (twice !== undefined)
      it('is refused if its name is taken', async () => {
        const made = await call(`Create${noun}`, { ...place(), ...members });

        assert.deepEqual(await refusalOf(call(`Create${noun}`, { ...place(), ...members })), {
          name: 'ConflictException',
          message: twice,
        });
        await call(`Delete${noun}`, part(made[idName]));
      });
  });

describe('an API of apigatewayv2', () => {
  const remove = (api: Members): Promise<Members> => call('DeleteApi', { ApiId: api['ApiId'] });
  const usual = {
    ApiKeySelectionExpression: '$request.header.x-api-key',
    DisableExecuteApiEndpoint: false,
    IpAddressType: 'ipv4',
    Tags: {},
  };

  for (const [ProtocolType, scheme, RouteSelectionExpression] of [
    ['HTTP', 'https', '$request.method $request.path'],
    ['WEBSOCKET', 'wss', '$request.body.action'],
  ] as const)
    it(`shows what AWS sets if a call says no more than ${ProtocolType}`, async () => {
      const said = { ProtocolType, ...(ProtocolType === 'WEBSOCKET' && { RouteSelectionExpression }) };
      const made = await call('CreateApi', { Name: 'least', ...said });

      assert.partialDeepStrictEqual(made, {
        ...usual,
        Name: 'least',
        ProtocolType,
        RouteSelectionExpression,
      });
      assert.match(String(made['ApiId']), /^[a-z0-9]{10}$/);
      assert.match(
        String(made['ApiEndpoint']),
        new RegExp(`^${scheme}://${String(made['ApiId'])}\\.execute-api\\.`),
      );
      await remove(made);
    });

  it('shows everything that a call set, and what a later call changed', async () => {
    const members = {
      Name: 'all',
      ProtocolType: 'WEBSOCKET',
      Description: 'd'.repeat(1024),
      Version: 'v'.repeat(64),
      RouteSelectionExpression: '$request.body.kind',
      DisableExecuteApiEndpoint: true,
      IpAddressType: 'dualstack',
      Tags: { team: 'a' },
    };
    const made = await call('CreateApi', members);
    const changed = await call('UpdateApi', { ApiId: made['ApiId'], Description: '', Name: 'other' });

    assert.partialDeepStrictEqual(made, members);
    assert.deepEqual(
      [changed['Name'], changed['Description'], changed['Version']],
      ['other', undefined, members.Version],
    );
    await remove(made);
  });

  for (const [name, input, says] of [
    ['without a name', { ProtocolType: 'HTTP' }, /name/i],
    ['without a protocol', { Name: 'x' }, /protocol/i],
    ['of another protocol', { Name: 'x', ProtocolType: 'GRPC' }, /Must be one of \[HTTP, WEBSOCKET\]/],
    [
      'with a long description',
      { Name: 'x', ProtocolType: 'HTTP', Description: 'd'.repeat(1025) },
      /0 to 1024 characters/,
    ],
    [
      'with a long version',
      { Name: 'x', ProtocolType: 'HTTP', Version: 'v'.repeat(65) },
      /0 to 64 characters/,
    ],
    ['with a long name', { Name: 'n'.repeat(129), ProtocolType: 'HTTP' }, /0 to 128 characters/],
  ] as const)
    it(`is refused ${name}`, async () => {
      const refusal = await refusalOf(call('CreateApi', input));

      assert.equal(refusal.name, 'BadRequestException');
      assert.match(refusal.message, says);
    });

  it('is gone with its calls once it is deleted', async () => {
    const made = await call('CreateApi', { Name: 'gone', ProtocolType: 'HTTP' });
    await remove(made);

    assert.equal((await refusalOf(call('GetApi', { ApiId: made['ApiId'] }))).name, 'NotFoundException');
  });
});

describe('a VPC link of apigatewayv2', () => {
  it('is found only by its id', async () => {
    const members = {
      Name: 'inside',
      SubnetIds: ['subnet-1'],
      SecurityGroupIds: ['sg-1'],
      Tags: { team: 'a' },
    };
    const made = await call('CreateVpcLink', members);
    const VpcLinkId = made['VpcLinkId'];

    assert.partialDeepStrictEqual(made, members);
    assert.partialDeepStrictEqual(await call('GetVpcLink', { VpcLinkId }), members);
    assert.partialDeepStrictEqual(await call('UpdateVpcLink', { VpcLinkId, Name: 'renamed' }), {
      ...members,
      Name: 'renamed',
    });
    await call('DeleteVpcLink', { VpcLinkId });
    assert.equal((await refusalOf(call('GetVpcLink', { VpcLinkId }))).name, 'NotFoundException');
  });
});
