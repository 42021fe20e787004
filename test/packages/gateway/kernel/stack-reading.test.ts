import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REFUSING } from '../../../../packages/gateway/core/errors.ts';
import { StackReading } from '../../../../packages/gateway/kernel/stack-reading.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../../../packages/gateway/core/stack/model.ts';

const QUEUE = 'AWS::SQS::Queue';

function aReading(isElsewhere: boolean, ...all: readonly JsonObject[]): StackReading {
  const resources = all.map((properties, index) => ({
    logicalId: `Queue${index}`,
    type: QUEUE,
    physicalId: `queue-${index}`,
    properties,
    dependsOn: [],
    place: () => ({ file: 'template.yml' }),
  }));
  const stack = {
    stackName: 'shop',
    functions: [],
    resources: new Map(resources.map((resource) => [resource.logicalId, resource])),
  } as unknown as ResolvedStack;
  return new StackReading([stack], { isElsewhere: () => isElsewhere, tolerance: REFUSING });
}

describe('StackReading', () => {
  it('has the resources of a service that runs here, and does not report them', () => {
    const reading = aReading(false, { A: 1 }, {});

    assert.deepEqual(
      reading.here(QUEUE, 'sqs', 'A').map(({ resource }) => resource.logicalId),
      ['Queue0', 'Queue1'],
    );
    assert.deepEqual([reading.unsupported, reading.isEmpty, reading.here('X', 'sqs')], [[], false, []]);
  });

  it("reports resources of a service at the user's endpoint; if a property matters, only those with it", () => {
    const named = (reading: StackReading): readonly string[] =>
      reading.unsupported.map(({ logicalId }) => logicalId);
    const every = aReading(true, { A: 1 }, {});
    const some = aReading(true, { A: 1 }, {});

    assert.deepEqual([every.here(QUEUE, 'sqs'), some.here(QUEUE, 'sqs', 'A')], [[], []]);
    assert.deepEqual([named(every), named(some)], [['Queue0', 'Queue1'], ['Queue0']]);
    assert.match(every.unsupported[0]?.consequence ?? '', /^calls to sqs go to the endpoint that you set/);
  });

  it('offers the sources of a service to the mappings that name them', () => {
    const reading = aReading(false, {});
    const [reader = assert.fail('no resource')] = reading.ofType(QUEUE);

    const found = reading.offerSources('sqs', new Map([['arn:a', 1]]), (_reader, source) => source);
    reading.offerSources('kinesis', undefined, () => assert.fail('not read'));

    const find = reading.sourceOf('sqs');
    assert.ok(typeof find === 'function');
    assert.equal(find('arn:b'), undefined);
    find('arn:a')?.(reader);
    assert.deepEqual(found, [1]);
    assert.deepEqual([reading.sourceOf('kinesis'), reading.sourceOf('sns')], ['elsewhere', undefined]);
  });
});
