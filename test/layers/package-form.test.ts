import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageForm } from '../../layers/package-form.ts';
import { anOslsService } from '../support/an-osls-service.ts';

const TEMPLATE = {
  Resources: {
    Ask: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Bucket: 'b', S3Key: 'place/ask.zip' } } },
  },
};
const ofState = (provider: object) => `
  write('cloudformation-template-update-stack.json', '${JSON.stringify(TEMPLATE)}');
  write('serverless-state.json', '${JSON.stringify({ service: { service: 'shop', provider } })}');
  write('ask.zip', 'code');
`;
/** SHA-256 of "code", shortened. */
const ARCHIVE = 'code/ask-5694d08a2e53ffca.zip';

describe('packageForm', () => {
  it('leaves one template for CDK, and archives named by their content', async () => {
    using service = anOslsService(ofState({ stage: 'prod', stackName: 'ours' }));

    const packaged = await packageForm('cdk', service.request);

    assert.ok(packaged.kind === 'packaged');
    assert.deepEqual(
      packaged.artefacts.map(({ name }) => name),
      [ARCHIVE, 'template.json'],
    );
  });

  it('calls the stack by service and the stage packaged, as osls does', async () => {
    // provider.stage has the value in serverless.yml, whatever --stage says.
    using service = anOslsService(ofState({ stage: 'dev' }));
    const readPackaged = (name: string) => readFileSync(join(service.request.outputDirectory, name), 'utf8');

    await packageForm('terraform', { ...service.request, stage: 'prod' });
    const module = readPackaged('main.tf');
    await packageForm('sam', { ...service.request, stage: 'prod' });

    assert.match(module, /name +=\s"shop-prod"/);
    assert.match(module, /prefix +=\s"shop-prod\/"/);
    assert.match(readPackaged('samconfig.toml'), /stack_name = "shop-prod"/);
  });
});
