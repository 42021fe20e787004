import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findApiId } from '@gatewright/authoring/account/find-api-id';
import type { NamedApi } from '@gatewright/authoring/account/find-api-id';
import type { SignedGet } from '@gatewright/authoring/account/signed-get';

const stacks = (OutputValue: string) => ({
  DescribeStacksResponse: {
    DescribeStacksResult: { Stacks: [{ Outputs: [{ OutputKey: 'Url', OutputValue }] }] },
  },
});
const find = (api: NamedApi, answers: Readonly<Record<string, object>>) => {
  const aws: SignedGet = {
    region: 'eu-central-1',
    get: (service, path) =>
      Promise.resolve(
        (answers[`${service}${path}`] ?? answers[service]) as Awaited<ReturnType<SignedGet['get']>>,
      ),
  };
  return findApiId(aws, api);
};

describe('findApiId', () => {
  for (const value of ['a1b2c3d4e5', 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod'])
    it(`takes an output that is ${value}`, async () => {
      assert.equal(
        await find({ stack: 'shop', output: 'Url' }, { cloudformation: stacks(value) }),
        'a1b2c3d4e5',
      );
    });

  it('refuses an output that names no API, or does not exist', async () => {
    const answers = { cloudformation: stacks('https://shop.example/') };
    await assert.rejects(find({ stack: 'shop', output: 'Url' }, answers), /has no output Url with the id/);
    await assert.rejects(find({ stack: 'shop', output: 'Other' }, answers), /has no output Other/);
  });

  it('finds a name among REST and other APIs, on every page', async () => {
    const answers = {
      'apigateway/restapis?limit=500': { item: [{ id: 'r1', name: 'other' }], position: 'p/2' },
      'apigateway/restapis?limit=500&position=p%2F2': { item: [{ id: 'r2', name: 'shop' }] },
      'apigateway/v2/apis?maxResults=100': { items: [{ apiId: 'h1', name: 'live' }] },
    };
    assert.equal(await find({ name: 'shop' }, answers), 'r2');
    assert.equal(await find({ name: 'live' }, answers), 'h1');
    await assert.rejects(
      find({ name: 'none' }, answers),
      /region eu-central-1 has no API with the name none/,
    );
  });

  it('takes the id that CloudFormation gives to a logical id, before any output or name', async () => {
    const of = (PhysicalResourceId: unknown) => ({
      cloudformation: {
        DescribeStackResourceResponse: {
          DescribeStackResourceResult: { StackResourceDetail: { PhysicalResourceId } },
        },
      },
    });
    const api = { stack: 'shop', logicalId: 'Api', output: 'Url', name: 'shop' };

    assert.equal(await find(api, of('a1b2c3d4e5')), 'a1b2c3d4e5');
    for (const id of [undefined, 'AWS::NoValue', 7])
      await assert.rejects(find(api, of(id)), {
        name: 'NoSuchApiError',
        message: 'CloudFormation has no API Api in stack shop in region eu-central-1',
      });
  });

  it('finds a name in lists as the REST API of API Gateway embeds them', async () => {
    const answers = {
      'apigateway/restapis?limit=500': { _embedded: { item: [{ id: 'r1', name: 'shop' }] } },
      'apigateway/v2/apis?maxResults=100': {},
    };
    assert.equal(await find({ name: 'shop' }, answers), 'r1');
  });

  it('gives up after 20 pages', async () => {
    const endless = { item: [{ id: 'r1', name: 'shop' }], position: 'p' };
    await assert.rejects(
      find({ name: 'shop' }, { apigateway: endless }),
      /too many APIs to search: write apiId instead of name/,
    );
  });

  it('refuses a name that two APIs have', async () => {
    const answers = {
      'apigateway/restapis?limit=500': { item: [{ id: 'r1', name: 'shop' }] },
      'apigateway/v2/apis?maxResults=100': { items: [{ apiId: 'h1', name: 'shop' }] },
    };
    await assert.rejects(
      find({ name: 'shop' }, answers),
      /2 APIs in region .* \(r1, h1\): write one of these ids as apiId/,
    );
  });
});
