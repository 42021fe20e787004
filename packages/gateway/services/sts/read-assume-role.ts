/**
 * Reads the input of `AssumeRole` (STS API reference). Parameters that the gateway does not support are refused,
 * because they would limit or widen a session.
 */
import type { InputPolicy } from '@gatewright/aws/call-input';
import { parseArn } from '@gatewright/aws/arn';
import { asNumber, listOf, membersOf, parseJson, textOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { STS_MODEL } from '../../kernel/calls/models/sts.ts';
import { membersOfQuery } from '../../kernel/calls/query-input.ts';
import { compilePolicy } from '../../core/policy/evaluate.ts';
import type { CompiledPolicy } from '../../core/policy/model.ts';
import { ServiceRefusal } from '../../core/errors.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';

const MODEL = new CallModel(STS_MODEL);
const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new OperationRefused('ValidationError', message),
  wrongType: (message) => new OperationRefused('MalformedInput', message),
  readsTexts: true,
};

export type AssumeRoleInput = {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId: string | undefined;
  /** The session policy; undefined if only the role's policies apply. */
  readonly limit: CompiledPolicy | undefined;
  /** The length of the session policy in characters. */
  readonly policyLength: number;
  readonly tags: SessionTags;
};

/** The tags that a call passes to a session. */
export type SessionTags = {
  /** The keys as the call writes them. */
  readonly keys: readonly string[];
  /** The values by key in lower case. */
  readonly values: ReadonlyMap<string, string>;
  /** The keys of the tags that the next role of a chain inherits, as the call writes them. */
  readonly transitiveKeys: readonly string[];
};

const MAX_POLICY = 2048;
const NOT_DONE = ['PolicyArns', 'SerialNumber', 'TokenCode', 'SourceIdentity', 'ProvidedContexts'];

export function readAssumeRole(parameters: URLSearchParams): AssumeRoleInput {
  const input = membersOfQuery(parameters);
  // The order of these two checks on AWS is not known.
  const tags = readTags(input);
  MODEL.check('AssumeRole', input, POLICY);
  const [roleArn, sessionName] = [textOf(input, 'RoleArn'), textOf(input, 'RoleSessionName')];
  if (parseArn(roleArn)?.service !== 'iam')
    throw new OperationRefused('ValidationError', `${roleArn} is invalid`);
  refuseNotDone(parameters);
  return {
    roleArn,
    sessionName,
    externalId: parameters.get('ExternalId') ?? undefined,
    tags,
    ...readLimit(parameters),
  };
}

function readLimit(parameters: URLSearchParams): Pick<AssumeRoleInput, 'limit' | 'policyLength'> {
  const policy = parameters.get('Policy') ?? undefined;
  return {
    limit: policy === undefined ? undefined : readSessionPolicy(policy),
    policyLength: policy?.length ?? 0,
  };
}

function refuseNotDone(parameters: URLSearchParams): void {
  const unknown = [...parameters.keys()].find((name) => NOT_DONE.includes(name.split('.')[0] ?? ''));
  if (unknown !== undefined)
    throw new ServiceRefusal(
      'NotImplementedException',
      `The gateway does not support the parameter ${unknown.split('.')[0] ?? ''} of AssumeRole; leave it out.`,
      501,
    );
}

/**
 * Reads session tags. Their keys are compared without regard to case.
 * @throws OperationRefused for tags that AWS refuses
 */
function readTags(input: UnknownMembers): SessionTags {
  const given = listOf(input, 'Tags').map((tag) => {
    const { Key: key, Value: value } = membersOf(tag);
    return [String(key), String(value)] as const;
  });
  const values = new Map(given.map(([key, value]) => [key.toLowerCase(), value]));
  if (values.size < given.length)
    throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  const transitiveKeys = listOf(input, 'TransitiveTagKeys').map(String);
  if (transitiveKeys.some((key) => !values.has(key.toLowerCase())))
    throw invalid('The specified transitive tag key must be included in the requested tags.');
  return { keys: given.map(([key]) => key), values, transitiveKeys };
}

export function invalid(message: string): OperationRefused {
  return new OperationRefused('InvalidParameterValue', message);
}

/** Returns the requested duration in seconds, or the default if none is requested. */
export function readDurationSeconds(parameters: URLSearchParams): number {
  return asNumber(membersOfQuery(parameters)['DurationSeconds']) ?? USUAL_SECONDS;
}

/** The default duration of a session (STS API reference, AssumeRole). */
const USUAL_SECONDS = 3_600;

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
