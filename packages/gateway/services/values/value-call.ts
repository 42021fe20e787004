/** Common parts of the JSON services of values: reading a call, and answering it (AWS JSON 1.1). */
import { MUST, validationMessage, violationOf } from '@gatewright/aws/violations';
import { ServiceRefusal } from '../../core/errors.ts';
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlReply } from '../../core/api-call.ts';
import type { AwsCall } from '../../kernel/calls/aws-call.ts';

export type Home = { readonly region: string; readonly accountId: string };

export function actionOf({ request }: AwsCall, prefix: string): string {
  const target = headerOf(request, 'x-amz-target') ?? '';
  return target.startsWith(`${prefix}.`) ? target.slice(prefix.length + 1, prefix.length + 65) : '';
}

/** @throws ServiceRefusal */
export function fieldsOf({ request: { body } }: AwsCall): UnknownMembers {
  const fields = parseJsonObject(body.length === 0 ? '{}' : body.toString('utf8'));
  if (fields === undefined)
    throw new ServiceRefusal('SerializationException', 'The body is not a JSON object.');
  return fields;
}

/** @throws ServiceRefusal */
export function textField(fields: UnknownMembers, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(name, 'Member must not be null');
}

/** @throws ServiceRefusal unless there are 1 to `most` texts */
export function textsField(fields: UnknownMembers, name: string, most: number): readonly string[] {
  const value: unknown = fields[name];
  const texts = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  if (texts.length === 0) throw invalid(name, 'Member must have length greater than or equal to 1');
  if (texts.length > most) throw invalid(name, `Member must have length less than or equal to ${most}`);
  return texts;
}

/** @throws ServiceRefusal unless it is absent, or from 1 to `most` */
export function sizeField(fields: UnknownMembers, name: string, most: number): number {
  const value = fields[name] ?? most;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw invalid(name, MUST.haveValueTo(most));
}

function invalid(name: string, rule: string): ServiceRefusal {
  const shown = name.charAt(0).toLowerCase() + name.slice(1);
  return new ServiceRefusal('ValidationException', validationMessage(violationOf('', shown, rule)));
}

/** Unsupported filters, lists and writes: 501 ends an SDK at once. */
export function notServed(what: string): ServiceRefusal {
  return new ServiceRefusal('NotImplementedException', `${what} is not served here.`, 501);
}

export function answerJson(run: () => ControlReply | UnknownMembers): ControlReply {
  try {
    const result = run();
    return isReply(result) ? result : printJson(200, result, []);
  } catch (error) {
    if (!(error instanceof ServiceRefusal)) throw error;
    const { code, message, status } = error;
    return printJson(status, { __type: code, message }, ['x-amzn-ErrorType', code]);
  }
}

function isReply(result: ControlReply | UnknownMembers): result is ControlReply {
  return Array.isArray(result.headers) && isJsonObject(result);
}

function printJson(status: number, body: unknown, headers: readonly string[]): ControlReply {
  return {
    status,
    headers: ['Content-Type', 'application/x-amz-json-1.1', 'Cache-Control', 'no-store', ...headers],
    body: JSON.stringify(body),
  };
}
