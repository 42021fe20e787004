import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateBasePathMappingCommand,
  CreateDomainNameCommand,
  DeleteBasePathMappingCommand,
  DeleteDomainNameCommand,
  DeleteStageCommand,
  GetBasePathMappingCommand,
  GetBasePathMappingsCommand,
  GetDomainNameCommand,
  GetDomainNamesCommand,
  UpdateBasePathMappingCommand,
  UpdateDomainNameCommand,
} from '@aws-sdk/client-api-gateway';
import { serve } from '../../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../../packages/gateway/core/receive.ts';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import { anEditedApi, restApiId } from '../../../../../support/an-edited-api.ts';
import type { CreateDomainNameCommandInput } from '@aws-sdk/client-api-gateway';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await anEditedApi();
});
after(() => control.close());

const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/1';

function make(domainName: string, more: Partial<CreateDomainNameCommandInput> = {}) {
  return control.sdk.send(
    new CreateDomainNameCommand({
      domainName,
      regionalCertificateArn: certificate,
      endpointConfiguration: { types: ['REGIONAL'] },
      ...more,
    }),
  );
}

function map(domainName: string, basePath?: string, stage?: string, api = restApiId) {
  return control.sdk.send(new CreateBasePathMappingCommand({ domainName, basePath, stage, restApiId: api }));
}

/** Status of `GET` on a domain; undefined if nothing is mapped. */
async function ask(host: string, target: string): Promise<number | undefined> {
  const api = control.served.atDomain(host, target)?.api;
  if (api === undefined) return undefined;
  const wire = { method: 'GET', target, rawHeaders: ['Host', host], body: undefined, httpVersion: '1.1' };
  return (await serve(receive({ ...wire, remoteAddress: '127.0.0.1' }, api, control.ports), control.ports))
    .status;
}

describe('custom domains through the AWS SDK', () => {
  it('are created, shown, changed, mapped to an API that answers there, and deleted', async () => {
    const domainName = 'api.example.com';
    const made = await make('API.example.com');
    const { $metadata, ...mapped } = await map(domainName, 'v1', 'prod');

    assert.deepEqual(
      [made.domainName, made.domainNameStatus, made.endpointConfiguration?.types, made.securityPolicy],
      [domainName, 'AVAILABLE', ['REGIONAL'], 'TLS_1_2'],
    );
    assert.equal(made.endpointConfiguration?.ipAddressType, 'ipv4');
    // AWS CLI reference, get-domain-names: AWS's own form, with the ARN and the date of the certificate.
    assert.match(made.regionalDomainName ?? '', /^d-[a-z0-9]{10}\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/);
    assert.match(
      made.domainNameArn ?? '',
      /^arn:aws:apigateway:[a-z0-9-]+::\/domainnames\/api\.example\.com$/,
    );
    assert.ok(made.certificateUploadDate instanceof Date);
    assert.deepEqual([$metadata.httpStatusCode, mapped], [201, { basePath: 'v1', restApiId, stage: 'prod' }]);
    assert.deepEqual(
      [await ask(domainName, '/v1/pets'), await ask(domainName, '/v1/none'), await ask(domainName, '/pets')],
      [200, 403, undefined],
    );

    await control.sdk.send(
      new UpdateDomainNameCommand({
        domainName,
        patchOperations: [{ op: 'replace', path: '/securityPolicy', value: 'TLS_1_0' }],
      }),
    );
    const shown = await control.sdk.send(new GetDomainNameCommand({ domainName }));
    assert.deepEqual([shown.securityPolicy, shown.regionalCertificateArn], ['TLS_1_0', certificate]);
    const listed = await control.sdk.send(new GetDomainNamesCommand({}));
    assert.deepEqual(
      listed.items?.map((item) => item.domainName),
      [domainName],
    );
    await control.sdk.send(new DeleteDomainNameCommand({ domainName }));
    assert.equal(await ask(domainName, '/v1/pets'), undefined);
    assert.equal(control.served.atDomain(domainName, '/v1/pets'), undefined);
  });

  it('have mappings that are listed, moved and deleted, the empty one under its name', async () => {
    const domainName = 'maps.example.com';
    await make(domainName);
    await map(domainName, '(none)', '(none)');
    const one = await control.sdk.send(new GetBasePathMappingCommand({ domainName, basePath: '(none)' }));
    assert.deepEqual([one.basePath, one.stage], ['(none)', undefined]);
    assert.equal(await ask(domainName, '/dev/pets'), 200);
    await control.sdk.send(new DeleteBasePathMappingCommand({ domainName, basePath: '(none)' }));
    await map(domainName, 'v1', 'dev');
    await control.sdk.send(
      new UpdateBasePathMappingCommand({
        domainName,
        basePath: 'v1',
        patchOperations: [
          { op: 'replace', path: '/basePath', value: 'v2' },
          { op: 'replace', path: '/stage', value: 'prod' },
        ],
      }),
    );

    const { items } = await control.sdk.send(new GetBasePathMappingsCommand({ domainName }));
    assert.deepEqual(items, [{ basePath: 'v2', restApiId, stage: 'prod' }]);
    assert.deepEqual(
      [await ask(domainName, '/dev/pets'), await ask(domainName, '/v2/pets')],
      [undefined, 200],
    );
  });

  it('prevent the deletion of the stages to which they are mapped', async () => {
    const domainName = 'kept.example.com';
    await make(domainName);
    await map(domainName, 'v1', 'prod');

    const refused = await refusalOf(
      control.sdk.send(new DeleteStageCommand({ restApiId, stageName: 'prod' })),
    );

    assert.equal(refused.name, 'BadRequestException');
    assert.match(
      refused.message,
      /^Deleting stage prod failed\. Please remove all base path mappings related to the stage in your domains: .*kept\.example\.com/,
    );
  });

  const refusals: { name: string; call: () => Promise<unknown>; error: string; says: RegExp }[] = [
    {
      name: 'a name twice',
      call: async () => {
        await make('twice.example.com');
        await make('twice.example.com');
      },
      error: 'BadRequestException',
      says: /^The domain name you provided already exists\.$/,
    },
    {
      name: 'an unknown name',
      call: () => control.sdk.send(new GetDomainNameCommand({ domainName: 'nobody.example.com' })),
      error: 'NotFoundException',
      says: /^Invalid domain name identifier specified$/,
    },
    {
      name: 'mutual TLS, which would not be enforced',
      call: () =>
        make('tls.example.com', { mutualTlsAuthentication: { truststoreUri: 's3://trust/store.pem' } }),
      error: 'BadRequestException',
      says: /^MutualTlsAuthentication: .* start with --tls$/,
    },
    {
      name: 'a routing mode that AWS does not have',
      call: () => make('rules.example.com', { routingMode: 'RULES' as 'ROUTING_RULE_ONLY' }),
      error: 'ValidationException',
      says: /'RULES' at 'createDomainNameInput\.routingMode' failed to satisfy constraint/,
    },
    {
      name: 'a private domain',
      call: () => make('private.example.com', { endpointConfiguration: { types: ['PRIVATE'] } }),
      error: 'BadRequestException',
      says: /cannot create private custom domain names/,
    },
    {
      name: 'a base path of several levels',
      call: async () => {
        await make('levels.example.com');
        await map('levels.example.com', 'a/b');
      },
      error: 'BadRequestException',
      says: /^API Gateway V1 doesn't support the slash character/,
    },
    {
      name: 'a base path twice',
      call: async () => {
        await make('paths.example.com');
        await map('paths.example.com', 'a');
        await map('paths.example.com', 'a');
      },
      error: 'ConflictException',
      says: /^Base path already exists for this domain name$/,
    },
    {
      name: 'an unknown API',
      call: async () => {
        await make('apis.example.com');
        await map('apis.example.com', 'a', 'dev', 'nobody');
      },
      error: 'BadRequestException',
      says: /^Invalid REST API identifier specified$/,
    },
    {
      name: 'an unknown stage',
      call: async () => {
        await make('stages.example.com');
        await map('stages.example.com', 'a', 'none');
      },
      error: 'BadRequestException',
      says: /^Invalid stage identifier specified$/,
    },
    ...['a', '(none)'].map((second) => ({
      // serverless-domain-manager#179, aws/aws-cdk#11095
      name: `a mapping of ${second} next to another, one of which is empty`,
      call: async () => {
        const domainName = `${second === 'a' ? 'one' : 'two'}.example.com`;
        await make(domainName);
        await map(domainName, second === 'a' ? '(none)' : 'a', 'dev');
        await map(domainName, second, 'dev');
      },
      error: 'ConflictException',
      says: /^Only one base path mapping is allowed if the base path is empty\.$/,
    })),
    {
      name: 'an unknown mapping',
      call: async () => {
        await make('unmapped.example.com');
        await control.sdk.send(
          new GetBasePathMappingCommand({ domainName: 'unmapped.example.com', basePath: 'a' }),
        );
      },
      error: 'NotFoundException',
      says: /^Invalid base path mapping identifier specified$/,
    },
  ];
  for (const { name, call, error, says } of refusals)
    it(`refuse ${name} with AWS's message`, async () => {
      const refused = await refusalOf(call());
      assert.equal(refused.name, error);
      assert.match(refused.message, says);
    });
});
