import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiKeyCommand,
  CreateVpcLinkCommand as CreateLinkV1,
  DeleteVpcLinkCommand as DeleteLinkV1,
  GetTagsCommand as GetTagsV1,
  GetVpcLinksCommand as GetLinksV1,
  TagResourceCommand as TagV1,
  UntagResourceCommand as UntagV1,
  UpdateVpcLinkCommand as UpdateLinkV1,
} from '@aws-sdk/client-api-gateway';
import {
  CreateApiCommand,
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  CreateRoutingRuleCommand,
  CreateVpcLinkCommand,
  DeleteApiCommand,
  DeleteApiMappingCommand,
  DeleteDomainNameCommand,
  DeleteVpcLinkCommand,
  GetApiCommand,
  GetApiMappingsCommand,
  GetDomainNameCommand,
  GetDomainNamesCommand,
  GetStageCommand,
  GetTagsCommand,
  GetVpcLinkCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApiMappingCommand,
  UpdateDomainNameCommand,
  UpdateVpcLinkCommand,
} from '@aws-sdk/client-apigatewayv2';
import { serve } from '../../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../../packages/gateway/core/receive.ts';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import { aStack } from '../../../../../support/a-stack.ts';
import { aV2Control, makeApi, makeRoute } from '../../../../../support/a-v2-control.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
let apiId: string;
before(async () => {
  control = await aV2Control();
  apiId = await makeApi(control);
  await makeRoute(control, apiId, 'GET /pets');
});
after(() => control.close());

const CertificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/1';

function makeDomain(DomainName: string, more: Partial<CreateDomainNameCommand['input']> = {}) {
  return control.v2.send(
    new CreateDomainNameCommand({
      DomainName,
      DomainNameConfigurations: [{ CertificateArn, EndpointType: 'REGIONAL' }],
      ...more,
    }),
  );
}

/** Status of `GET` on a domain; undefined if nothing is mapped. */
async function ask(host: string, target: string): Promise<number | undefined> {
  const api = control.served.atDomain(host, target)?.api;
  if (api === undefined) return undefined;
  const wire = { method: 'GET', target, rawHeaders: ['Host', host], body: undefined, httpVersion: '1.1' };
  return (await serve(receive({ ...wire, remoteAddress: '127.0.0.1' }, api, control.ports), control.ports))
    .status;
}

describe('custom domains of HTTP APIs through the AWS SDK', () => {
  it('are created, mapped at several levels, moved, and deleted', async () => {
    const DomainName = 'api.example.com';
    const made = await makeDomain(DomainName, { Tags: { team: 'a' } });
    const [configuration] = made.DomainNameConfigurations ?? [];
    assert.deepEqual(
      [configuration?.CertificateArn, configuration?.SecurityPolicy, configuration?.DomainNameStatus],
      [CertificateArn, 'TLS_1_2', 'AVAILABLE'],
    );
    const at = { DomainName, ApiId: apiId, Stage: '$default' };
    const mapped = await control.v2.send(new CreateApiMappingCommand({ ...at, ApiMappingKey: 'shop/v1' }));
    assert.deepEqual(
      [await ask(DomainName, '/shop/v1/pets'), await ask(DomainName, '/pets')],
      [200, undefined],
    );

    const { ApiMappingId } = mapped;
    await control.v2.send(new UpdateApiMappingCommand({ ...at, ApiMappingId, ApiMappingKey: 'v2' }));
    const { Items = [] } = await control.v2.send(new GetApiMappingsCommand({ DomainName }));
    assert.deepEqual(Items, [{ ApiId: apiId, ApiMappingId, ApiMappingKey: 'v2', Stage: '$default' }]);
    control.served.prepare([aStack({})]).serve();
    assert.deepEqual(
      [await ask(DomainName, '/v2/pets'), await ask(DomainName, '/shop/v1/pets')],
      [200, undefined],
    );

    await control.v2.send(
      new UpdateDomainNameCommand({
        DomainName,
        DomainNameConfigurations: [{ CertificateArn: `${CertificateArn}2`, EndpointType: 'REGIONAL' }],
      }),
    );
    const shown = await control.v2.send(new GetDomainNameCommand({ DomainName }));
    assert.deepEqual(
      [shown.DomainNameConfigurations?.[0]?.CertificateArn, shown.Tags, shown.RoutingMode],
      [`${CertificateArn}2`, { team: 'a' }, 'API_MAPPING_ONLY'],
    );
    assert.equal(
      (await refusalOf(control.v2.send(new DeleteApiCommand({ ApiId: apiId })))).name,
      'BadRequestException',
    );
    await control.v2.send(new DeleteApiMappingCommand({ DomainName, ApiMappingId }));
    await control.v2.send(new DeleteDomainNameCommand({ DomainName }));
    assert.deepEqual((await control.v2.send(new GetDomainNamesCommand({}))).Items, []);
  });

  it('refuse what AWS refuses, and what would not be enforced', async () => {
    const DomainName = 'refused.example.com';
    await makeDomain(DomainName);
    const at = { DomainName, ApiId: apiId, Stage: '$default' };
    await control.v2.send(new CreateApiMappingCommand(at));
    const { ApiId: chat } = await control.v2.send(
      new CreateApiCommand({
        Name: 'c',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.a',
      }),
    );
    const calls: readonly (readonly [name: string, call: () => Promise<unknown>])[] = [
      ['ConflictException', () => control.v2.send(new CreateApiMappingCommand(at))],
      [
        'BadRequestException',
        () => control.v2.send(new CreateApiMappingCommand({ ...at, Stage: 'none', ApiMappingKey: 'a' })),
      ],
      [
        'BadRequestException',
        () => control.v2.send(new CreateApiMappingCommand({ ...at, ApiId: chat, ApiMappingKey: 'a' })),
      ],
      [
        'BadRequestException',
        () => makeDomain('mtls.example.com', { MutualTlsAuthentication: { TruststoreUri: 's3://a/b' } }),
      ],
      [
        'BadRequestException',
        () =>
          control.v2.send(
            new CreateRoutingRuleCommand({ DomainName, Actions: [], Conditions: [], Priority: 1 }),
          ),
      ],
    ];
    for (const [name, call] of calls) assert.equal((await refusalOf(call())).name, name);
    assert.equal(await ask(DomainName, '/pets'), 200);
  });
});

describe('VPC links through the AWS SDK', () => {
  it('of HTTP APIs are created, renamed and deleted, and their names find the target of --vpc-link', async () => {
    const made = await control.v2.send(new CreateVpcLinkCommand({ Name: 'orders', SubnetIds: ['subnet-1'] }));
    const { VpcLinkId = '' } = made;
    // AWS CLI, example of create-vpc-link.
    assert.deepEqual([made.VpcLinkStatus, made.SubnetIds], ['PENDING', ['subnet-1']]);
    await control.v2.send(new UpdateVpcLinkCommand({ VpcLinkId, Name: 'bills' }));
    control.served.prepare([aStack({})]).serve();
    assert.equal((await control.v2.send(new GetVpcLinkCommand({ VpcLinkId }))).Name, 'bills');
    assert.equal(control.served.vpcLinks.nameOf(VpcLinkId), 'bills');
    await control.v2.send(new DeleteVpcLinkCommand({ VpcLinkId }));
    assert.equal(
      (await refusalOf(control.v2.send(new GetVpcLinkCommand({ VpcLinkId })))).name,
      'NotFoundException',
    );
  });

  it('of REST APIs are created, patched, listed and deleted', async () => {
    const { id: vpcLinkId } = await control.sdk.send(
      new CreateLinkV1({
        name: 'rest',
        targetArns: ['arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/a/b'],
      }),
    );
    await control.sdk.send(
      new UpdateLinkV1({
        vpcLinkId,
        patchOperations: [{ op: 'replace', path: '/description', value: 'mine' }],
      }),
    );
    const { items = [] } = await control.sdk.send(new GetLinksV1({}));
    // AWS CLI reference, update-vpc-link: a link without tags has an empty map of them
    assert.deepEqual(
      items.map(({ name, description, status, tags }) => [name, description, status, tags]),
      [['rest', 'mine', 'AVAILABLE', {}]],
    );
    await control.sdk.send(new DeleteLinkV1({ vpcLinkId }));
    assert.deepEqual((await control.sdk.send(new GetLinksV1({}))).items, []);
  });
});

describe('tags through the AWS SDK', () => {
  it('are put on APIs, stages and domains, and taken away', async () => {
    const DomainName = 'tagged.example.com';
    await makeDomain(DomainName);
    const base = 'arn:aws:apigateway:us-east-1::';
    for (const path of [`/apis/${apiId}`, `/apis/${apiId}/stages/$default`, `/domainnames/${DomainName}`]) {
      const ResourceArn = `${base}${path}`;
      await control.v2.send(new TagResourceCommand({ ResourceArn, Tags: { a: '1', b: '2', c: '3' } }));
      await control.v2.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a', 'c'] }));
      assert.deepEqual((await control.v2.send(new GetTagsCommand({ ResourceArn }))).Tags, { b: '2' }, path);
    }
    const api = await control.v2.send(new GetApiCommand({ ApiId: apiId }));
    const stage = await control.v2.send(new GetStageCommand({ ApiId: apiId, StageName: '$default' }));
    assert.deepEqual([api.Tags, stage.Tags], [{ b: '2' }, { b: '2' }]);
    const refused = await refusalOf(
      control.v2.send(new GetTagsCommand({ ResourceArn: `${base}/apis/nothing` })),
    );
    assert.equal(refused.name, 'NotFoundException');
  });

  it('are put on API keys by calls of REST’s control plane', async () => {
    const { id } = await control.sdk.send(new CreateApiKeyCommand({ name: 'k' }));
    const resourceArn = `arn:aws:apigateway:us-east-1::/apikeys/${id}`;
    await control.sdk.send(new TagV1({ resourceArn, tags: { a: '1', b: '2' } }));
    await control.sdk.send(new UntagV1({ resourceArn, tagKeys: ['a'] }));
    assert.deepEqual((await control.sdk.send(new GetTagsV1({ resourceArn }))).tags, { b: '2' });
  });
});
