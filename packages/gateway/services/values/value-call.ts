/** Reads calls and creates responses for all JSON services that provide values (AWS JSON 1.1). */
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy } from '@gatewright/aws/call-input';
import { errorMembers } from '../../kernel/calls/error-shapes.ts';
import { describeUnserved } from '../../kernel/calls/unserved-call.ts';
import type { CallModel } from '../../kernel/calls/call-model.ts';
import { describeWrongType } from '@gatewright/aws/wrong-type';
import { ServiceRefusal } from '../../core/errors.ts';
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlReply } from '../../core/api-call.ts';
import type { AwsCall } from '../../kernel/calls/aws-call.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';

export type Home = { readonly region: string; readonly accountId: string };

const POLICY: InputPolicy = {
  names: 'first',
  refuse: (message) => new ServiceRefusal('ValidationException', message),
  wrongType: (_message, value, wanted) =>
    new ServiceRefusal('SerializationException', describeWrongType(value, wanted)),
};

export function actionOf({ request }: AwsCall, prefix: string): string {
  const target = headerOf(request, 'x-amz-target') ?? '';
  return target.startsWith(`${prefix}.`) ? target.slice(prefix.length + 1, prefix.length + 65) : '';
}

/**
 * Checks all members of a call against the model of the service.
 * @throws ServiceRefusal that lists every violation
 */
export function checkedFields(model: CallModel, action: string, fields: UnknownMembers): UnknownMembers {
  model.check(action, fields, { ...POLICY, names: 'all' });
  return fields;
}

/**
 * Reads the body of a call.
 * @throws ServiceRefusal if the body is not a JSON object
 */
export function fieldsOf({ request: { body } }: AwsCall): UnknownMembers {
  const fields = parseJsonObject(body.length === 0 ? '{}' : body.toString('utf8'));
  if (fields === undefined) throw new ServiceRefusal('SerializationException', '');
  return fields;
}

/**
 * Reads a required string.
 * @throws ServiceRefusal if the string is missing or empty
 */
export function textField(fields: UnknownMembers, name: string): string {
  return new CallInput(fields, POLICY).text(name, { least: 1 });
}

/**
 * Reads a required list of strings.
 * @throws ServiceRefusal unless there are 1 to `most` strings
 */
export function textsField(fields: UnknownMembers, name: string, most: number): readonly string[] {
  return new CallInput(fields, POLICY).texts(name, { isRequired: true, least: 1, most });
}

/**
 * Reads the size of a page. The default is `most`.
 * @throws ServiceRefusal unless the field is absent or between 1 and `most`
 */
export function sizeField(fields: UnknownMembers, name: string, most: number): number {
  return new CallInput(fields, POLICY).optionalInteger(name, { least: 1, most }) ?? most;
}

type ValueService = 'appconfig' | 'secretsmanager' | 'ssm';

/**
 * Refuses an operation that the gateway lacks. The status is 501, because SDKs then fail at once.
 * @param service the signing name
 */
export function unservedOperation(name: string, service: ValueService): ServiceRefusal {
  const own = name === 'CreateSecret' ? 'define the secret in the values file' : undefined;
  return new ServiceRefusal('NotImplementedException', describeUnserved(service, name, own), 501);
}

/**
 * Refuses members of an operation that the gateway does not support.
 * @param service the signing name
 */
export function notServed(what: string, service: ValueService): ServiceRefusal {
  const remedy = `define values in the stack or in the values file, or start with --aws ${service} to send all calls of the service to AWS`;
  return new ServiceRefusal(
    'NotImplementedException',
    `The gateway does not support ${what}; ${remedy}.`,
    501,
  );
}

type Outcome = ControlReply | UnknownMembers;

/** @param service the signing name */
export function answerJson(service: string, run: () => Outcome): ControlReply {
  return answerAs((result) => printJson(result, service), run);
}

export function answerAs(print: (result: OperationResult) => ControlReply, run: () => Outcome): ControlReply {
  try {
    const outcome = run();
    return isReply(outcome) ? outcome : print({ kind: 'result', fields: outcome });
  } catch (error) {
    if (!(error instanceof ServiceRefusal)) throw error;
    const { code, message, status, members } = error;
    return print({ kind: 'error', status, code, message, members });
  }
}

function isReply(outcome: Outcome): outcome is ControlReply {
  return Array.isArray(outcome.headers) && isJsonObject(outcome);
}

function printJson(result: OperationResult, service: string): ControlReply {
  const headers = ['Content-Type', 'application/x-amz-json-1.1', 'Cache-Control', 'no-store'];
  if (result.kind === 'result') return { status: 200, headers, body: JSON.stringify(result.fields) };
  const { status, code } = result;
  const body = { __type: code, ...errorMembers(service, result) };
  return { status, headers: [...headers, 'x-amzn-ErrorType', code], body: JSON.stringify(body) };
}
