import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  GetRestApiCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import { endpointTypeOf } from '../../../../../../packages/gateway/control/api/rest/api-shape.ts';
import { anEditedApi, deploy, restApiId as deployedId } from '../../../../../support/an-edited-api.ts';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import type { EndpointType, PatchOperation, RestApi } from '@aws-sdk/client-api-gateway';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

/** Recorded on AWS, 2025-07-02, by a public project's tests. */
const RECORDED = 'recorded 2025-07-02';
const ALLOW = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/dev/GET/pets' },
  ],
};

let control: TestRestControl;
before(async () => {
  control = await anEditedApi();
});
after(() => control.close());

async function made(type: EndpointType = 'EDGE'): Promise<string> {
  const { id = '' } = await control.sdk.send(
    new CreateRestApiCommand({ name: 'patched', endpointConfiguration: { types: [type] } }),
  );
  return id;
}

function patch(restApiId: string, ...patchOperations: PatchOperation[]): Promise<RestApi> {
  return control.sdk.send(new UpdateRestApiCommand({ restApiId, patchOperations }));
}

const replace = (path: string, value: string): PatchOperation => ({ op: 'replace', path, value });
const status = async (target: string, headers: readonly string[] = []): Promise<number> =>
  (await control.send({ target, headers })).status;

describe('UpdateRestApi', () => {
  it('sets name, description, key source and the default endpoint, and shows tags', async () => {
    const id = await made();

    const patched = await patch(
      id,
      replace('/name', 'renamed'),
      replace('/description', 'all of them'),
      replace('/apiKeySource', 'AUTHORIZER'),
      replace('/disableExecuteApiEndpoint', 'True'),
    );
    const cleared = await patch(
      id,
      { op: 'remove', path: '/description' },
      replace('/disableExecuteApiEndpoint', 'no'),
    );

    const { name, description, apiKeySource, disableExecuteApiEndpoint, tags } = patched;
    assert.deepEqual(
      { name, description, apiKeySource, disableExecuteApiEndpoint, tags },
      {
        name: 'renamed',
        description: 'all of them',
        apiKeySource: 'AUTHORIZER',
        disableExecuteApiEndpoint: true,
        tags: {},
      },
    );
    assert.deepEqual([cleared.description, cleared.disableExecuteApiEndpoint], [undefined, false], RECORDED);
  });

  it('takes a minimum compression size, which no value turns off', async () => {
    const id = await made();
    const sizes = [];
    for (const value of ['10', '0', '', '10485760'])
      sizes.push((await patch(id, replace('/minimumCompressionSize', value))).minimumCompressionSize);

    assert.deepEqual(sizes, [10, 0, undefined, 10_485_760], RECORDED);
  });

  it('keeps a binary media type with the name "-", which does not end a list', async () => {
    const { binaryMediaTypes } = await patch(await made(), {
      op: 'add',
      path: '/binaryMediaTypes/-',
      value: 'image/png',
    });

    assert.deepEqual(binaryMediaTypes, ['-'], RECORDED);
  });

  it('moves an API from edge to regional to private, with its VPC endpoints, and back', async () => {
    const id = await made();
    const endpoint = { path: '/endpointConfiguration/vpcEndpointIds', value: 'vpce-0123456789abcdef0' };
    const steps: PatchOperation[][] = [
      [replace('/endpointConfiguration/types/EDGE', 'REGIONAL')],
      [replace('/endpointConfiguration/ipAddressType', 'dualstack')],
      [replace('/endpointConfiguration/types/0', 'PRIVATE'), { op: 'add', ...endpoint }],
      [{ op: 'add', ...endpoint }],
      [{ op: 'remove', ...endpoint }, replace('/endpointConfiguration/types/PRIVATE', 'REGIONAL')],
    ];
    const shown = [];
    for (const operations of steps) {
      const { types, ipAddressType, vpcEndpointIds } =
        (await patch(id, ...operations)).endpointConfiguration ?? {};
      shown.push([types, ipAddressType, vpcEndpointIds]);
    }

    assert.deepEqual(
      shown,
      [
        [['REGIONAL'], 'ipv4', undefined],
        [['REGIONAL'], 'dualstack', undefined],
        [['PRIVATE'], 'dualstack', [endpoint.value]],
        [['PRIVATE'], 'dualstack', [endpoint.value]],
        [['REGIONAL'], 'dualstack', undefined],
      ],
      'developer guide, "Change a public or private API endpoint type"',
    );
  });

  it('shows a policy with the one escape too many that AWS has', async () => {
    const id = await made();
    const { policy } = await patch(id, replace('/policy', JSON.stringify(ALLOW)));
    const { policy: got } = await control.sdk.send(new GetRestApiCommand({ restApiId: id }));
    const { policy: gone } = await patch(id, replace('/policy', ''));

    assert.match(policy ?? '', /^\{\\"Version\\":\\"2012-10-17\\"/);
    assert.deepEqual(JSON.parse(JSON.parse(`"${got ?? ''}"`) as string), ALLOW);
    assert.equal(gone, undefined);
  });

  it('is seen by requests when it is deployed: policy, endpoint type, default endpoint', async () => {
    const host = ['Host', `${deployedId}.execute-api.us-east-1.amazonaws.com`];
    const long = `/dev/pets?${'x'.repeat(9_000)}`;
    await patch(deployedId, replace('/endpointConfiguration/types/EDGE', 'REGIONAL'));
    await deploy(control, { stageName: 'dev' });
    assert.deepEqual([await status('/dev/pets', host), await status(long, host)], [200, 200]);

    await patch(
      deployedId,
      replace('/policy', JSON.stringify(ALLOW)),
      replace('/endpointConfiguration/types/REGIONAL', 'EDGE'),
      replace('/disableExecuteApiEndpoint', 'true'),
    );
    assert.deepEqual([await status('/dev/pets', host), await status(long, host)], [200, 200], 'not yet');

    await deploy(control, { stageName: 'dev' });
    assert.deepEqual(
      [await status('/dev/pets', host), await status('/dev/pets'), await status(long)],
      [403, 200, 414],
      'the default endpoint is shut, a custom domain is not; an edge URL has 8,192 bytes',
    );
    await patch(deployedId, replace('/disableExecuteApiEndpoint', 'false'), replace('/policy', ''));
    await deploy(control, { stageName: 'dev' });
    assert.equal(await status('/dev/pets', host), 200);
  });

  const refused: { name: string; type?: EndpointType; operation: PatchOperation; message: RegExp }[] = [
    {
      name: 'a compression size below zero',
      operation: replace('/minimumCompressionSize', '-1'),
      message: /^Invalid minimum compression size, must be between 0 and 10485760$/,
    },
    {
      name: 'a compression size beyond 10 MB',
      operation: replace('/minimumCompressionSize', '10485761'),
      message: /^Invalid minimum compression size/,
    },
    {
      name: 'a compression size that is not a number',
      operation: replace('/minimumCompressionSize', 'much'),
      message: /^Invalid minimum compression size/,
    },
    ...(['add', 'remove'] as const).map((op) => ({
      name: `to ${op} a compression size`,
      operation: { op, path: '/minimumCompressionSize', value: '10' },
      message: /^Invalid patch operation specified\. Must be one of: \[replace\]$/,
    })),
    {
      name: 'a key source that does not exist',
      operation: replace('/apiKeySource', 'COOKIE'),
      message: /^Invalid API key source/,
    },
    {
      name: 'binary media types as a list',
      operation: replace('/binaryMediaTypes', 'a/b'),
      message: /^Invalid patch path \/binaryMediaTypes$/,
    },
    {
      name: 'an endpoint type that does not exist',
      operation: replace('/endpointConfiguration/types/EDGE', 'GLOBAL'),
      message: /^Invalid EndpointTypes specified\. Valid options are REGIONAL,EDGE,PRIVATE$/,
    },
    {
      name: 'a second endpoint type',
      operation: { op: 'add', path: '/endpointConfiguration/types/REGIONAL', value: 'REGIONAL' },
      message: /^Invalid patch operation specified\. Must be 'add'\|'remove'\|'replace'$/,
    },
    {
      name: 'an endpoint type in the place of one that is not there',
      operation: replace('/endpointConfiguration/types/REGIONAL', 'PRIVATE'),
      message: /^Invalid patch path/,
    },
    {
      name: 'an edge endpoint for a private API',
      type: 'PRIVATE',
      operation: replace('/endpointConfiguration/types/PRIVATE', 'EDGE'),
      message: /^Cannot update endpoint from PRIVATE to EDGE$/,
    },
    {
      name: 'a VPC endpoint of a public API',
      operation: { op: 'add', path: '/endpointConfiguration/vpcEndpointIds', value: 'vpce-1' },
      message: /^VPCEndpoints can only be specified with PRIVATE apis\.$/,
    },
    {
      name: 'only IPv4 for a private API',
      type: 'PRIVATE',
      operation: replace('/endpointConfiguration/ipAddressType', 'ipv4'),
      message: /^Only dualstack/,
    },
    {
      name: 'a policy that is not JSON',
      operation: replace('/policy', 'allow'),
      message:
        /^Invalid policy document\. Please check the policy syntax and ensure that Principals are valid\./,
    },
    {
      name: 'a policy without a principal',
      operation: replace('/policy', JSON.stringify({ Statement: [{ Effect: 'Allow' }] })),
      message: /^Invalid policy document\./,
    },
    {
      name: 'a policy of more than 8,192 characters',
      operation: replace(
        '/policy',
        JSON.stringify({ Statement: Array.from({ length: 100 }, () => ALLOW.Statement[0]) }),
      ),
      message: /AWS accepts at most 8192$/,
    },
    {
      name: 'a value that is not a property of an API',
      operation: replace('/id', 'mine'),
      message: /^Invalid patch path \/id$/,
    },
  ];
  for (const { name, type, operation, message } of refused)
    it(`refuses ${name}, and changes nothing`, async () => {
      const id = await made(type);
      const refusal = await refusalOf(patch(id, replace('/name', 'other'), operation));

      assert.equal(refusal.name, 'BadRequestException');
      assert.match(refusal.message, message);
      assert.equal((await control.sdk.send(new GetRestApiCommand({ restApiId: id }))).name, 'patched');
    });
});

describe('CreateRestApi', () => {
  for (const [name, input, message] of [
    ['an empty description', { description: '' }, 'Description cannot be an empty string'],
    [
      'a compression size below zero',
      { minimumCompressionSize: -1 },
      'Invalid minimum compression size, must be between 0 and 10485760',
    ],
  ] as const)
    it(`refuses ${name} (${RECORDED})`, async () => {
      const call = control.sdk.send(new CreateRestApiCommand({ name: 'x', ...input }));

      assert.deepEqual(await refusalOf(call), { name: 'BadRequestException', message });
    });

  it('keeps tags, version and VPC endpoints, and a method-less API is not deployed', async () => {
    const { id = '' } = await control.sdk.send(
      new CreateRestApiCommand({
        name: 'x',
        tags: { team: 'a' },
        version: 'v1',
        endpointConfiguration: { types: ['PRIVATE'], vpcEndpointIds: ['vpce-1'] },
      }),
    );
    const shown = await control.sdk.send(new GetRestApiCommand({ restApiId: id }));

    assert.deepEqual([shown.tags, shown.version], [{ team: 'a' }, 'v1'], RECORDED);
    assert.deepEqual(shown.endpointConfiguration, {
      types: ['PRIVATE'],
      ipAddressType: 'dualstack',
      vpcEndpointIds: ['vpce-1'],
    });
    const refusal = await refusalOf(
      control.sdk.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'dev' })),
    );
    assert.equal(refusal.message, "The REST API doesn't contain any methods");
  });

  it('counts APIs by endpoint type: 120 edge-optimized ones, and in addition a Regional one (docs/aws §13)', async () => {
    const others = control.served.all.filter(
      ({ resources }) => endpointTypeOf(resources.api.properties) === 'EDGE',
    ).length;
    for (let count = others; count < 120; count += 1) await made();

    assert.deepEqual(await refusalOf(made()), {
      name: 'LimitExceededException',
      message: 'Maximum number of APIs has been reached.  Please contact AWS if you need additional APIs.',
    });
    assert.match(await made('REGIONAL'), /^[a-z0-9]{10}$/);
  });
});
