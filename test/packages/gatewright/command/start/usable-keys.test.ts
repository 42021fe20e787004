import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findKeyName } from '../../../../../packages/gatewright/command/start/usable-keys.ts';
import type { ResolvedResource } from '../../../../../packages/gateway/engine/index.ts';

const aResource = (type: string, physicalId: string, properties: object): [string, ResolvedResource] => [
  physicalId,
  { logicalId: physicalId, type: `AWS::ApiGateway::${type}`, physicalId, properties } as ResolvedResource,
];

const PLAN = aResource('UsagePlan', 'plan1', { ApiStages: [{ ApiId: 'a1', Stage: 'dev' }] });
const MEMBER = aResource('UsagePlanKey', 'm', { UsagePlanId: 'plan1', KeyId: 'key1', KeyType: 'API_KEY' });
const KEY = aResource('ApiKey', 'key1', {});

const nameIn = (resources: readonly [string, ResolvedResource][], stage = 'dev'): string | undefined =>
  findKeyName([{ resources: new Map(resources) }], { id: 'a1', stage });

describe('findKeyName', () => {
  it('names a key in a plan of the stage: by its name, or by its id if CloudFormation names it', () => {
    assert.equal(nameIn([PLAN, MEMBER, KEY]), 'key1');
    assert.equal(nameIn([PLAN, MEMBER, aResource('ApiKey', 'key1', { Name: 'partner' })]), 'partner');
  });

  // https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html: names need not be unique
  it('names a key by its id if another key has the same name', () => {
    const named = aResource('ApiKey', 'key1', { Name: 'partner' });
    const other = aResource('ApiKey', 'key2', { Name: 'partner' });
    assert.equal(nameIn([PLAN, MEMBER, named, other]), 'key1');
  });

  it('names no key that the stage refuses', () => {
    assert.equal(nameIn([PLAN, MEMBER, KEY], 'prod'), undefined);
    assert.equal(nameIn([PLAN, KEY]), undefined);
    assert.equal(nameIn([MEMBER, KEY]), undefined);
    assert.equal(nameIn([PLAN, MEMBER, aResource('ApiKey', 'key1', { Enabled: false })]), undefined);
  });
});
