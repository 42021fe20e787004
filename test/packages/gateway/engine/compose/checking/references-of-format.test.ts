/**
 * References in remedies, in the language of the definition. Sources: `Fn` and `Aws` of aws-cdk-lib, and the attributes
 * of the resources of hashicorp/aws.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inReferencesOf } from '../../../../../../packages/gateway/engine/compose/checking/references-of-format.ts';

const ROWS: readonly (readonly [written: string, cdk: string, terraform: string])[] = [
  ['write !GetAtt Queue.Arn', "write cdk.Fn.getAtt('Queue', 'Arn')", 'write Queue.arn'],
  [
    'write !GetAtt aws_lambda_function_url.a["b"].FunctionUrl',
    `write cdk.Fn.getAtt('aws_lambda_function_url.a["b"]', 'FunctionUrl')`,
    'write aws_lambda_function_url.a["b"].function_url',
  ],
  ['write !Ref Orders: it', "write cdk.Fn.ref('Orders'): it", 'write Orders.id: it'],
  [
    'set SourceAccount to !Ref AWS::AccountId, and',
    'set SourceAccount to cdk.Aws.ACCOUNT_ID, and',
    'set SourceAccount to data.aws_caller_identity.current.account_id, and',
  ],
  [
    "write !Sub 'arn:${AWS::Partition}:a/${FUNCTION.Arn}/b'",
    "write `arn:${cdk.Aws.PARTITION}:a/${cdk.Fn.getAtt('FUNCTION', 'Arn')}/b`",
    'write "arn:${data.aws_partition.current.partition}:a/${FUNCTION.arn}/b"',
  ],
  [
    "name !Sub 'integrations/${INTEGRATION}'",
    "name `integrations/${cdk.Fn.ref('INTEGRATION')}`",
    'name "integrations/${INTEGRATION.id}"',
  ],
  [
    'write Fn::GetAtt: [Queue, Arn] (!GetAtt Queue.Arn), because',
    "write cdk.Fn.getAtt('Queue', 'Arn'), because",
    'write Queue.arn, because',
  ],
];

describe('references in a remedy', () => {
  for (const [written, cdk, terraform] of ROWS)
    it(`are written in the language of the definition: ${written}`, () => {
      assert.equal(inReferencesOf('cdk', written), cdk);
      assert.equal(inReferencesOf('terraform', written), terraform);
      for (const kind of ['sam', 'cloudformation', 'serverless'] as const)
        assert.equal(inReferencesOf(kind, written), written);
    });

  it('leave no tag of CloudFormation in any remedy of a value', () => {
    const folder = 'packages/gateway/core/deployability';
    const texts = readdirSync(folder)
      .filter((name) => /^(?:judge|policy|remedies-of-(?:refusals|apis|forms))/.test(name))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => /!(?:GetAtt|Ref|Sub)\b/.test(line) && !/^\s*(?:\*|\/\/)/.test(line))
      .map((line) =>
        line
          .replaceAll('\\${', '${')
          .replaceAll(/\$\{(\w+)\.logicalId\}|(?<=!(?:GetAtt|Ref) )\$\{\w+\}/g, 'Part'),
      );
    for (const kind of ['cdk', 'terraform'] as const)
      assert.deepEqual(
        texts.map((text) => inReferencesOf(kind, text)).filter((text) => /!(?:GetAtt|Ref|Sub)\b/.test(text)),
        [],
      );
  });
});
