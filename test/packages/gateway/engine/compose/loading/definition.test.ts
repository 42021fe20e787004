import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openDefinition } from '../../../../../../packages/gateway/engine/compose/loading/definition.ts';
import type { DefinitionPlane } from '../../../../../../packages/gateway/engine/compose/loading/definition.ts';

const api = (Name: string): object => ({ Type: 'AWS::ApiGateway::RestApi', Properties: { Name } });
const RESOURCES = {
  Shop: api('shop'),
  Desk: api('desk'),
  Pets: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'pets', ProtocolType: 'HTTP', Target: 'https://pets.example' },
  },
  PetsStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Pets' }, StageName: 'live', AutoDeploy: true },
  },
};

describe('openDefinition', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-definition-'));
  let plane: DefinitionPlane;
  before(async () => {
    const file = join(directory, 'template.json');
    writeFileSync(file, JSON.stringify({ Resources: RESOURCES }));
    const options = { stage: 'dev', region: 'eu-west-1', accountId: '123456789012' };
    const none = { parameters: {}, environment: {}, directory };
    plane = await openDefinition([file], {
      ...options,
      ...none,
      onProgress: () => undefined,
    });
  });
  after(() => rmSync(directory, { recursive: true }));

  const names = (body: string): readonly string[] =>
    (JSON.parse(body) as { readonly item: readonly { readonly name: string }[] }).item.map(
      ({ name }) => name,
    );

  it('answers a GET of the control plane, by its path and its query', async () => {
    const all = await plane.get('/restapis');
    const some = await plane.get('/restapis?limit=1');
    const none = await plane.get('/restapis/none');

    assert.deepEqual([all.status, some.status, none.status], [200, 200, 404]);
    assert.deepEqual(names(all.body).toSorted(), ['desk', 'shop']);
    assert.equal(names(some.body).length, 1);
  });

  it('lists the stages with their APIs', () => {
    assert.deepEqual(
      plane.stages.map(({ name, kind, stage }) => [name, kind, stage]),
      [
        ['pets', 'http', '$default'],
        ['pets', 'http', 'live'],
      ],
    );
  });
});
