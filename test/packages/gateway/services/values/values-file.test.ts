import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { ReloadNotice } from '../../../../../packages/gateway/engine/gateway.ts';

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
};

describe('The file of values', () => {
  it('is read again when it changes', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatewright-values-'));
    const file = join(directory, 'mine.yml');
    writeFileSync(file, 'ssm: { /a: before }');
    const { promise: reloaded, resolve } = Promise.withResolvers<unknown>();
    const onReload = ({ kind }: ReloadNotice): void => {
      if (kind !== 'begun') resolve(kind);
    };
    const started = await aGateway(RESOURCES, { values: file, reload: true, onReload });
    try {
      const { control: endpoint } = started.listening;
      const ssm = new SSMClient({ endpoint, region: 'eu-west-1', credentials: GATEWAY_ADMIN });
      const read = async (): Promise<string | undefined> =>
        (await ssm.send(new GetParameterCommand({ Name: '/a' }))).Parameter?.Value;
      const before = await read();
      writeFileSync(file, 'ssm: { /a: after }');

      assert.deepEqual([before, await reloaded, await read()], ['before', 'reloaded', 'after']);
    } finally {
      await started.close();
      rmSync(directory, { recursive: true });
    }
  });

  it('gives parameters of templates their values', async () => {
    const typed = (name: string, type: string) => ({ [name]: { Type: type, Default: `/${name}` } });
    const template = {
      Parameters: {
        ...typed('One', 'AWS::SSM::Parameter::Value<String>'),
        ...typed('Many', 'AWS::SSM::Parameter::Value<List<String>>'),
        ...typed('Secret', 'AWS::SSM::Parameter::Value<String>'),
      },
      Outputs: {
        One: { Value: { Ref: 'One' } },
        Second: { Value: { 'Fn::Select': [1, { Ref: 'Many' }] } },
        Secret: { Value: { Ref: 'Secret' } },
      },
    };
    const values = 'ssm: { /One: first, /Many: [a, b], /Secret: { type: SecureString, value: hush } }';
    const started = await aGateway(RESOURCES, {}, { 'gatewright.values.yml': values }, template);
    try {
      const outputs = started.gateway.stacks[0]?.outputs;
      assert.deepEqual(Object.fromEntries(outputs ?? []), { One: 'first', Second: 'b' });
    } finally {
      await started.close();
    }
  });

  it('ends the start if it was named and does not exist', async () => {
    await assert.rejects(aGateway(RESOURCES, { values: 'gone.yml' }), { code: 'VALUES' });
  });
});
