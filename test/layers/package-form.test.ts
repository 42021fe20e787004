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

  it("calls the stack by service and stage in Terraform's module, as osls would", async () => {
    using service = anOslsService(ofState({ stage: 'prod' }));

    await packageForm('terraform', service.request);

    const module = readFileSync(join(service.request.outputDirectory, 'main.tf'), 'utf8');
    assert.match(module, /name +=\s"shop-prod"/);
  });
});
