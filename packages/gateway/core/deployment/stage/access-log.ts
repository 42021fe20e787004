/** `AccessLogSetting` of REST stages, `AccessLogSettings` of HTTP and WebSocket stages (docs/aws §10.3). */
import { DefinitionError } from '../../errors.ts';
import { compileAccessLogFormat } from './access-log-format.ts';
import { readBlock, readText } from '../properties.ts';
import type { AccessLogFormat } from './access-log-format.ts';
import type { PropertyBag } from '../properties.ts';

export type AccessLog = {
  /** The names of the log groups, or of a delivery stream. */
  readonly groups: readonly string[];
  readonly format: AccessLogFormat;
};

/** The maximum length of the format on HTTP and WebSocket APIs, in bytes. */
const V2_FORMAT_LIMIT = 3 * 1024;
const DESTINATION =
  /^arn:[a-z-]+:(?:logs:[^:]*:[^:]*:log-group:([.\-_/#A-Za-z0-9]{1,512})(?::\*)?|firehose:[^:]*:[^:]*:deliverystream\/(amazon-apigateway-[\w.-]{1,64}))$/;

/**
 * Reads the access log settings; undefined if the stage writes no access log.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function readAccessLog(
  stage: PropertyBag,
  property: 'AccessLogSetting' | 'AccessLogSettings',
): AccessLog | undefined {
  const block = readBlock(stage, property);
  if (block === undefined || Object.keys(block.properties).length === 0) return undefined;
  // A stage of a REST API may have a destination before it has a format [obs]. It then writes no lines.
  if (property === 'AccessLogSetting' && block.properties['Format'] === undefined) {
    readGroup(block);
    return undefined;
  }
  // A string written with YAML's `Format: >` ends in a line break. AWS's error message about other line breaks shows
  // that AWS accepts this line break.
  const source = readText(block, 'Format').replace(/\r?\n$/, '');
  if (/[\r\n]/.test(source))
    throw new DefinitionError(
      block.place('Format'),
      'Access Log format must be single line, new line character is allowed only at end of the format.',
    );
  if (!/\$context\.(?:requestId|extendedRequestId)\b/.test(source))
    throw new DefinitionError(
      block.place('Format'),
      'Access Log format string has to contain at least $context.requestId or $context.extendedRequestId',
    );
  if (property === 'AccessLogSettings' && Buffer.byteLength(source) > V2_FORMAT_LIMIT)
    throw new DefinitionError(block.place('Format'), 'Access Log format string has to be at most 3 KB');
  return { groups: [readGroup(block)], format: compileAccessLogFormat(source) };
}

function readGroup(block: PropertyBag): string {
  const arn = readText(block, 'DestinationArn');
  const [, logGroup, deliveryStream] = DESTINATION.exec(arn) ?? [];
  const group = logGroup ?? deliveryStream;
  if (group === undefined)
    throw new DefinitionError(
      block.place('DestinationArn'),
      `Invalid ARN specified in the request: "${arn}" is neither a CloudWatch log group nor a Firehose stream named amazon-apigateway-…`,
    );
  return group;
}
