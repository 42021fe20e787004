import { isJson, isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import { refuse } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Random } from '../../core/ports.ts';

function isJsonText(value: unknown): boolean {
  return typeof value === 'string' && isJson(value);
}

const MAX_ENTRIES = 10;

/** `PutEvents`: a bad entry fails alone, as at AWS. */
export function answerEvents(operation: AwsOperation, random: Random): OperationResult | undefined {
  if (operation.protocol !== 'json') return undefined;
  const { action, input } = operation;
  if (input === undefined) return refuse('SerializationException', 'The body is no JSON object');
  if (action !== 'PutEvents') return undefined;
  const entries = input['Entries'];
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAX_ENTRIES)
    return refuse(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length less than or equal to ${MAX_ENTRIES} and at least 1`,
    );
  const results = entries.map((entry: unknown) => {
    const missing = isJsonObject(entry) ? missingOfEvent(entry) : 'Source';
    if (missing === undefined) return { EventId: random.uuid() };
    const message =
      missing === 'json'
        ? 'Detail is malformed.'
        : `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`;
    return { ErrorCode: missing === 'json' ? 'MalformedDetail' : 'InvalidArgument', ErrorMessage: message };
  });
  const failed = results.filter((result) => 'ErrorCode' in result).length;
  return { kind: 'result', fields: { FailedEntryCount: failed, Entries: results } };
}

function missingOfEvent(entry: UnknownMembers): string | undefined {
  const missing = ['Source', 'DetailType', 'Detail'].find((name) => {
    const value = entry[name];
    return typeof value !== 'string' || value === '';
  });
  return missing ?? (isJsonText(entry['Detail']) ? undefined : 'json');
}
