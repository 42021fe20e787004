import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expandForEach } from '../../../../../packages/gateway/templates/cloudformation/for-each.ts';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { refusal } from '../stack-builders.ts';

const SOURCE = 'CloudFormation user guide, Fn::ForEach';

const HOME = { stackName: 'shop', region: 'us-east-1', accountId: '123456789012', parameters: {} };

function expand(text: string, parameters = {}): JsonObject {
  return expandForEach(parseSource(`Transform: AWS::LanguageExtensions\n${text}`, 'f'), {
    ...HOME,
    parameters,
  });
}

describe('expandForEach', () => {
  it('writes one copy per value, in keys, references and text', () => {
    const { Resources } = expand(`
Resources:
  Fn::ForEach::Topics:
    - Name
    - [Success, time.out]
    - Topic&{Name}:
        Type: AWS::SNS::Topic
        Properties: { TopicName: !Ref Name, Label: "\${Name}!" }
`);

    assert.deepEqual(
      Resources,
      {
        TopicSuccess: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'Success', Label: 'Success!' } },
        Topictimeout: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'time.out', Label: 'time.out!' } },
      },
      SOURCE,
    );
  });

  // CloudFormation template reference, Fn::ForEach, "Pass a nested Fn::FindInMap as an Fn::ForEach collection".
  it('loops over a list of a mapping that a parameter chooses', () => {
    const text = `
Parameters: { Stage: { Type: String } }
Mappings: { Buckets: { Prod: { Names: [A, B] } } }
Resources:
  Fn::ForEach::Buckets:
    - Name
    - !FindInMap [Buckets, !Ref Stage, Names]
    - Bucket\${Name}: { Type: AWS::S3::Bucket }
`;

    assert.deepEqual(Object.keys(expand(text, { Stage: 'Prod' })['Resources'] ?? {}), ['BucketA', 'BucketB']);
    assert.throws(
      () => expand(text),
      (error) => error instanceof DefinitionError && error.rule === 'parameter-without-value',
    );
  });

  it('loops in loops over list parameters', () => {
    const text = `
Parameters: { Names: { Type: CommaDelimitedList, Default: "a, b" } }
Resources:
  Fn::ForEach::Outer:
    - X
    - !Ref Names
    - Fn::ForEach::Inner:
        - Y
        - ["1", "2"]
        - T\${X}\${Y}: { Type: T }
`;

    assert.deepEqual(Object.keys(expand(text)['Resources']!), ['Ta1', 'Ta2', 'Tb1', 'Tb2'], SOURCE);
    assert.deepEqual(Object.keys(expand(text, { Names: 'z' })['Resources']!), ['Tz1', 'Tz2'], SOURCE);
  });

  const refusals = [
    { text: 'R: {"Fn::ForEach::L": [X, [a, b], {T: 1}]}', says: /generates the key "T" twice/ },
    {
      text: 'R: {"Fn::ForEach::L": [X, [a]]}',
      says: /must be a list of an identifier, a list of values and a mapping/,
    },
    { text: 'R: {"Fn::ForEach::L": [X, !Ref Nope, {T: 1}]}', says: /dependencies \[Nope\]/ },
    {
      text: `R: {"Fn::ForEach::L": [X, [${'a,'.repeat(10_001)}], {"T": 1}]}`,
      says: /more than 10000 copies/,
    },
  ];
  for (const { text, says } of refusals) {
    it(`refuses ${text.slice(0, 60)}`, () => {
      assert.match(
        refusal(() => expand(text)),
        says,
      );
    });
  }

  it('asks for the transform', () => {
    const tree = parseSource('R:\n  Fn::ForEach::L: [X, [a], {T: 1}]', 'f');

    assert.match(
      refusal(() => expandForEach(tree, HOME)),
      /^f:2: Fn::ForEach requires "Transform: AWS::LanguageExtensions"/,
    );
  });
});
