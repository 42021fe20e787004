/** Documents that a template takes from files of their own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const OPTIONS = {
  stage: 'dev',
  region: 'us-east-1',
  accountId: '123456789012',
  parameters: {},
  environment: {},
};

describe('a document in a file of its own', () => {
  // Deployed projects have "ResultPath": null in the file of DefinitionUri, which the package command uploads to S3.
  it('may have null, unlike the template', async () => {
    const machine = (definition: string): string =>
      `Transform: AWS::Serverless-2016-10-31\nResources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Type: EXPRESS\n      Role: arn:aws:iam::123456789012:role/r\n      ${definition}\n`;
    const text = '{"StartAt":"A","States":{"A":{"Type":"Pass","ResultPath":null,"End":true}}}';
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-documents-'));
    writeFileSync(join(folder, 'm.asl.json'), text);
    const severities = async (definition: string): Promise<readonly string[]> => {
      writeFileSync(join(folder, 'template.yaml'), machine(definition));
      const { findings } = await examineStacks([join(folder, 'template.yaml')], {
        ...OPTIONS,
        directory: folder,
      });
      return findings.map(({ severity }) => severity);
    };

    try {
      assert.deepEqual(await severities('DefinitionUri: m.asl.json'), ['differs']);
      assert.ok((await severities(`Definition: ${text}`)).includes('refused'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
