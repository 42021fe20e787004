import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateResourceCommand,
  DeleteResourceCommand,
  GetResourceCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  UpdateResourceCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
import { ok, restApi } from '../../../../../support/rest-apis.ts';
import { makeRootResourceId } from '../../../../../../packages/base/aws/physical-ids.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aRestControl(restApi(), { list: ok });
});
after(() => control.close());

const ROOT = makeRootResourceId('test', 'Api');
const restApiId = API_ID;

async function create(pathPart: string, parentId = ROOT): Promise<string> {
  const made = await control.sdk.send(new CreateResourceCommand({ restApiId, parentId, pathPart }));
  return made.id ?? '';
}

describe('REST APIs through the AWS SDK', () => {
  it('are listed and shown with their root resource', async () => {
    const listed = await control.sdk.send(new GetRestApisCommand({}));
    const { $metadata, createdDate, tags, ...shown } = await control.sdk.send(
      new GetRestApiCommand({ restApiId }),
    );

    assert.deepEqual(
      listed.items?.map(({ id }) => id),
      [restApiId],
    );
    assert.equal($metadata.httpStatusCode, 200);
    assert.ok(createdDate instanceof Date);
    assert.equal(tags?.['aws:cloudformation:logical-id'], 'Api');
    assert.deepEqual(shown, {
      id: restApiId,
      name: 'pets',
      apiKeySource: 'HEADER',
      disableExecuteApiEndpoint: false,
      endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
      rootResourceId: ROOT,
    });
  });

  it('take patches of their binary media types as recorded 2025-07-02', async () => {
    const patch = async (op: 'add' | 'replace' | 'remove', path: string, value?: string): Promise<unknown> =>
      (
        await control.sdk.send(
          new UpdateRestApiCommand({ restApiId, patchOperations: [{ op, path, value }] }),
        )
      ).binaryMediaTypes;

    await patch('add', '/binaryMediaTypes/image~1png');
    assert.deepEqual(await patch('add', '/binaryMediaTypes/image~1jpeg'), ['image/png', 'image/jpeg']);
    assert.deepEqual(await patch('replace', '/binaryMediaTypes/image~1png', 'image/gif'), [
      'image/jpeg',
      'image/gif',
    ]);
    assert.deepEqual(await patch('remove', '/binaryMediaTypes/image~1gif'), ['image/jpeg']);
    assert.deepEqual(await refusalOf(patch('add', '/binaryMediaTypes')), {
      name: 'BadRequestException',
      message: 'Invalid patch path /binaryMediaTypes',
    });
  });

  it('are reported with account and id if they do not exist', async () => {
    assert.deepEqual(await refusalOf(control.sdk.send(new GetRestApiCommand({ restApiId: 'nobody' }))), {
      name: 'NotFoundException',
      message: 'Invalid API identifier specified 123456789012:nobody',
    });
  });
});

describe('resources through the AWS SDK, as recorded 2024-04-15', () => {
  it('are created, moved with everything below them, and deleted with it', async () => {
    const parts = await create('parts');
    const sub = await create('sub', parts);
    const pathOf = async (resourceId: string): Promise<string | undefined> =>
      (await control.sdk.send(new GetResourceCommand({ restApiId, resourceId }))).path;
    assert.deepEqual([await pathOf(parts), await pathOf(sub)], ['/parts', '/parts/sub']);

    await control.sdk.send(
      new UpdateResourceCommand({
        restApiId,
        resourceId: parts,
        patchOperations: [{ op: 'replace', path: '/pathPart', value: 'pieces' }],
      }),
    );
    assert.deepEqual([await pathOf(parts), await pathOf(sub)], ['/pieces', '/pieces/sub']);
    await control.sdk.send(new DeleteResourceCommand({ restApiId, resourceId: parts }));

    assert.deepEqual(await refusalOf(pathOf(sub)), {
      name: 'NotFoundException',
      message: 'Invalid Resource identifier specified',
    });
  });

  it('are listed by path, with their methods if these are requested', async () => {
    const { items } = await control.sdk.send(new GetResourcesCommand({ restApiId, embed: ['methods'] }));

    const paths = (items ?? []).map(({ path = '' }) => path);
    assert.deepEqual(paths, paths.toSorted());
    const pets = items?.find(({ path }) => path === '/pets');
    const get = pets?.resourceMethods?.['GET'];
    assert.deepEqual([get?.authorizationType, get?.methodIntegration?.type], ['NONE', 'AWS_PROXY']);
  });

  it('are refused if the tree would be illegal', async () => {
    const greedy = await create('{proxy+}');
    const parent = await create('tree');
    const child = await create('child', parent);
    const move = (resourceId: string, op: 'replace' | 'add', path: string, value: string): Promise<unknown> =>
      control.sdk.send(
        new UpdateResourceCommand({ restApiId, resourceId, patchOperations: [{ op, path, value }] }),
      );
    const refusals = [
      await refusalOf(create('pets')),
      await refusalOf(create('{other}')),
      await refusalOf(create('below', greedy)),
      await refusalOf(create('x', 'nobody')),
      await refusalOf(create('a b')),
      await refusalOf(move(parent, 'replace', '/parentId', child)),
      await refusalOf(move(parent, 'replace', '/invalid', 'x')),
      await refusalOf(move(parent, 'add', '/pathPart', 'x')),
    ];

    assert.deepEqual(
      refusals.map(({ name, message }) => `${name}: ${message}`),
      [
        'ConflictException: Another resource with the same parent already has this name: pets',
        'BadRequestException: A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed',
        'BadRequestException: Cannot create a child of a resource with a greedy path variable: {proxy+}',
        'NotFoundException: Invalid Resource identifier specified',
        "BadRequestException: Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
        'BadRequestException: Resources cannot be cyclical.',
        "BadRequestException: Invalid patch path  '/invalid' specified for op 'replace'. Must be one of: [/parentId, /pathPart]",
        "BadRequestException: Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations",
      ],
    );
    await control.sdk.send(new DeleteResourceCommand({ restApiId, resourceId: greedy }));
  });
});
