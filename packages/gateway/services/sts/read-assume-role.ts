/**
 * Reads the input of `AssumeRole` (STS API reference). Parameters that are not supported here are refused, because they
 * would limit or widen a session.
 */
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy } from '@gatewright/aws/call-input';
import { parseArn } from '@gatewright/aws/arn';
import { parseJson } from '@gatewright/aws/json-object';
import { compilePolicy } from '../../core/policy/evaluate.ts';
import type { CompiledPolicy } from '../../core/policy/model.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';

const POLICY: InputPolicy = {
  names: 'first',
  refuse: (message) => new OperationRefused('ValidationError', message),
  wrongType: (message) => new OperationRefused('MalformedInput', message),
};

export type AssumeRoleInput = {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId: string | undefined;
  /** The session policy; undefined if only the role's policies apply. */
  readonly limit: CompiledPolicy | undefined;
  /** Length of the session policy in characters. */
  readonly policyLength: number;
};

const MAX_POLICY = 2048;
const NOT_DONE = [
  'PolicyArns',
  'Tags',
  'TransitiveTagKeys',
  'SerialNumber',
  'TokenCode',
  'SourceIdentity',
  'ProvidedContexts',
];

export function readAssumeRole(parameters: URLSearchParams): AssumeRoleInput {
  const reader = new CallInput(Object.fromEntries(parameters), POLICY);
  const roleArn = reader.text('RoleArn', { least: 1 });
  if (parseArn(roleArn)?.service !== 'iam')
    throw new OperationRefused('ValidationError', `${roleArn} is invalid`);
  const sessionName = reader.text('RoleSessionName', { least: 2, most: 64, pattern: '[\\w+=,.@-]*' });
  const unknown = [...parameters.keys()].find((name) => NOT_DONE.includes(name.split('.')[0] ?? ''));
  if (unknown !== undefined)
    throw new OperationRefused(
      'ValidationError',
      `The local STS does not support the AssumeRole parameter ${unknown.split('.')[0] ?? ''}; omit it`,
    );
  const policy = parameters.get('Policy') ?? undefined;
  return {
    roleArn,
    sessionName,
    externalId: parameters.get('ExternalId') ?? undefined,
    limit: policy === undefined ? undefined : readSessionPolicy(policy),
    policyLength: policy?.length ?? 0,
  };
}

/** Returns the requested duration in seconds, or the default if none is requested. */
export function readDuration(
  parameters: URLSearchParams,
  { least, most, usual }: { readonly least: number; readonly most: number; readonly usual: number },
): number {
  const text = parameters.get('DurationSeconds');
  if (text === null) return usual;
  const DurationSeconds = /^\d{1,9}$/.test(text) ? Number(text) : text;
  const reader = new CallInput({ DurationSeconds }, POLICY);
  return reader.optionalInteger('DurationSeconds', { least, most }) ?? usual;
}

function readSessionPolicy(text: string): CompiledPolicy {
  if (text.length > MAX_POLICY)
    throw new OperationRefused(
      'PackedPolicyTooLarge',
      `The session policy is longer than ${MAX_POLICY} characters`,
    );
  const compiled = compilePolicy(parseJson(text), { ofIdentity: true });
  if (compiled.kind === 'invalid')
    throw new OperationRefused(
      'MalformedPolicyDocument',
      `The session policy is malformed: ${compiled.reason}`,
    );
  return compiled.policy;
}
