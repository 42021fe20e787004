import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aStack } from '../stack-builders.ts';

describe('toRawStack', () => {
  it('names keys that are written twice, in the template and in a resource', () => {
    const text = `
Outputs: { A: { Value: x } }
Resources:
  T:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: a
      TopicName: b
Outputs: { B: { Value: y } }`;
    const stack = aStack(text);

    const file = '/app/shop.yml';
    assert.deepEqual(stack.raw.findings, [
      {
        logicalId: 'T',
        type: 'AWS::SNS::Topic',
        property: 'TopicName',
        place: { file, line: 8, logicalId: 'T', property: 'TopicName' },
        message: 'the key TopicName is repeated',
        consequence: 'the last one, in line 8, is used',
      },
      {
        logicalId: '',
        type: 'template',
        property: 'Outputs',
        place: { file, line: 9, property: 'Outputs' },
        message: 'the key Outputs is repeated',
        consequence: 'the last one, in line 9, is used',
      },
    ]);
    assert.equal(stack.resolveResources().get('T')?.properties['TopicName'], 'b');
  });
});
