import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAccessLog } from '../../../../../../packages/gateway/core/deployment/stage/access-log.ts';
import { DefinitionError } from '../../../../../../packages/gateway/core/errors.ts';
import type { PropertyBag } from '../../../../../../packages/gateway/core/deployment/properties.ts';

function aStage(properties: Readonly<Record<string, unknown>>): PropertyBag {
  return {
    id: 'Stage',
    logicalId: 'Stage',
    properties,
    place: (property) => ({ file: 'template.json', logicalId: 'Stage', property }),
  };
}

const ARN = 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/pets';

describe('readAccessLog', () => {
  const groups: readonly { name: string; arn: string; group: string }[] = [
    { name: 'takes the name of a log group', arn: ARN, group: '/aws/pets' },
    { name: 'takes it from the ARN that GetAtt gives', arn: `${ARN}:*`, group: '/aws/pets' },
    {
      name: 'takes the name of a Firehose stream',
      arn: 'arn:aws:firehose:us-east-1:123456789012:deliverystream/amazon-apigateway-pets',
      group: 'amazon-apigateway-pets',
    },
  ];
  for (const { name, arn, group } of groups)
    it(name, () => {
      const stage = aStage({ AccessLogSetting: { DestinationArn: arn, Format: '$context.requestId' } });
      assert.deepEqual(readAccessLog(stage, 'AccessLogSetting')?.groups, [group]);
    });

  it('takes the line break that a YAML block ends in, and writes it not', () => {
    const stage = aStage({ AccessLogSetting: { DestinationArn: ARN, Format: '$context.requestId x\n' } });

    assert.equal(readAccessLog(stage, 'AccessLogSetting')?.format.source, '$context.requestId x');
  });

  it('reads nothing if there is none', () => {
    assert.equal(readAccessLog(aStage({}), 'AccessLogSetting'), undefined);
    assert.equal(readAccessLog(aStage({ AccessLogSetting: {} }), 'AccessLogSetting'), undefined);
  });

  it('accepts a destination without a format only on the stage of a REST API', () => {
    assert.equal(
      readAccessLog(aStage({ AccessLogSetting: { DestinationArn: ARN } }), 'AccessLogSetting'),
      undefined,
    );
    assert.throws(
      () => readAccessLog(aStage({ AccessLogSettings: { DestinationArn: ARN } }), 'AccessLogSettings'),
      /required/,
    );
  });

  const refusals: readonly {
    name: string;
    setting: Record<string, string>;
    property: string;
    message: RegExp;
  }[] = [
    {
      name: 'refuses a format of several lines',
      setting: { DestinationArn: ARN, Format: '$context.requestId\n$context.status' },
      property: 'Format',
      message: /must be single line, new line character is allowed only at end of the format\.$/,
    },
    {
      name: 'refuses a format with an empty line at its end',
      setting: { DestinationArn: ARN, Format: '$context.requestId\n\n' },
      property: 'Format',
      message: /single line/,
    },
    {
      name: 'refuses a format without a request id',
      setting: { DestinationArn: ARN, Format: '$context.status $context.requestIdentity' },
      property: 'Format',
      message: /\$context\.requestId or \$context\.extendedRequestId/,
    },
    {
      name: 'refuses a destination that is not a log',
      setting: { DestinationArn: 'arn:aws:s3:::logs', Format: '$context.requestId' },
      property: 'DestinationArn',
      message: /Invalid ARN/,
    },
    {
      name: 'refuses a stream with a name that AWS does not accept',
      setting: {
        DestinationArn: 'arn:aws:firehose:us-east-1:123456789012:deliverystream/pets',
        Format: '$context.requestId',
      },
      property: 'DestinationArn',
      message: /amazon-apigateway-/,
    },
  ];
  for (const { name, setting, property, message } of refusals)
    it(name, () => {
      assert.throws(
        () => readAccessLog(aStage({ AccessLogSetting: setting }), 'AccessLogSetting'),
        (error) =>
          error instanceof DefinitionError &&
          error.place.property === `AccessLogSetting.${property}` &&
          message.test(error.message),
      );
    });

  it('refuses a format over 3 KB on HTTP and WebSocket stages only', () => {
    const setting = { DestinationArn: ARN, Format: `$context.requestId ${'x'.repeat(3072)}` };
    assert.ok(readAccessLog(aStage({ AccessLogSetting: setting }), 'AccessLogSetting') !== undefined);
    assert.throws(() => readAccessLog(aStage({ AccessLogSettings: setting }), 'AccessLogSettings'), /3 KB/);
  });
});
