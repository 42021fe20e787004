/** Reads the function of the authorizer. It checks whether the function exists, and whether API Gateway may call it. */
import { isJsonObject, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { listAt, memberAt, textAt } from '../../terminal/aws-call.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Snapshot } from './step.ts';

export type AuthorizerFunction = {
  /** The ARN of the function. It includes the alias if the user named one. */
  readonly arn: string;
  readonly name: string;
  readonly timeoutSeconds: number | undefined;
  readonly isCallable: boolean;
  /** The path of the function's policy in Lambda's API. */
  readonly address: string;
  readonly qualifier: string | undefined;
  /** The policy statement that an attachment has added; empty if there is none. */
  readonly parts: Snapshot;
};

const ARN = /^arn:[\w-]+:lambda:([\w-]+):(\d{12}):function:([\w-]+)(?::([\w$-]+))?$/;

type FunctionOptions = {
  readonly stage: string;
  readonly authorizer: 'token' | 'request';
  readonly stack?: string | undefined;
  readonly function?: string | undefined;
};

/**
 * Returns the function that the options name: by default, the function of the stack of the stage.
 * @throws UsageError if no stack can have the name of the stage, such as `$default`
 */
export function nameOfFunction({ stage, stack, authorizer, function: named }: FunctionOptions): string {
  if (named !== undefined) return named;
  if (stack === undefined && !/^[\w-]+$/.test(stage))
    throw new UsageError(
      `the name of a function cannot contain the name of the stage ${stage}: pass the stack that has the authorizers, as in --stack gatewright-prod`,
    );
  return `${stack ?? `gatewright-${stage}`}-${authorizer}-authorizer`;
}

export function statementId(apiId: string): string {
  return `gatewright-attach-${apiId}`;
}

export function permissionPart(apiId: string): string {
  return `permission ${statementId(apiId)}`;
}

/**
 * Returns an ARN such as `arn:aws:execute-api:us-east-1:123456789012:a1b2c3`, in the function's own region and account.
 */
export function apiArnOf(functionArn: string, apiId: string): string {
  const [, partition = '', , region = '', account = ''] = functionArn.split(':');
  return `arn:${partition}:execute-api:${region}:${account}:${apiId}`;
}

/**
 * Finds the function by its ARN, or by its name in the account of the credentials.
 * @throws UsageError if the function does not exist
 */
export async function readAuthorizerFunction(
  plane: ControlPlane,
  named: string,
  apiId: string,
): Promise<AuthorizerFunction> {
  const [, , , ofArn, ofAlias] = ARN.exec(named) ?? [];
  const [plain = '', alias] = named.split(':');
  const [name, qualifier] = ofArn === undefined ? [plain, alias] : [ofArn, ofAlias];
  const address = `/2015-03-31/functions/${encodeURIComponent(ofArn === undefined ? name : named.split(':').slice(0, 7).join(':'))}`;
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`;
  const found = await plane.read('lambda', `${address}/configuration${query}`);
  const arn = textAt(found, 'FunctionArn');
  if (found === undefined || arn === undefined)
    throw new UsageError(
      `there is no function ${named}. If Gatewright's stack is not deployed, deploy it first. If it is deployed, name it with --stack (for the stage dev: gatewright-dev), or name another function with --function`,
    );
  const answer = await plane.read('lambda', `${address}/policy${query}`);
  const policy = parseJsonObject(textAt(answer, 'Policy') ?? '{}');
  const statements = listAt(policy, 'Statement').filter(isJsonObject);
  const own = statements.find(({ Sid }) => Sid === statementId(apiId));
  const timeout = found['Timeout'];
  return {
    arn,
    name,
    address,
    qualifier,
    timeoutSeconds: typeof timeout === 'number' ? timeout : undefined,
    isCallable: statements.some((statement) => mayCall(statement, apiArnOf(arn, apiId))),
    parts: own === undefined ? {} : { [permissionPart(apiId)]: { Sid: statementId(apiId) } },
  };
}

/**
 * Whether a policy statement allows an API to call the function. A statement with an unknown condition does not count.
 * @param source the caller, such as `authorizers/…` or `GET/users/{id}`
 */
export function mayCall(statement: UnknownMembers, apiArn: string, source = 'authorizers/a1b2c3'): boolean {
  const below = source.startsWith('authorizers/') ? source : `any-stage/${source.replaceAll(/[{}]/g, '')}`;
  const { Effect, Action, Principal, Condition = {} } = statement;
  const service = memberAt(Principal, 'Service');
  const services = [Principal, service].flat();
  if (Effect !== 'Allow' || !services.some((one) => one === '*' || one === 'apigateway.amazonaws.com'))
    return false;
  const actions = [Action].flat();
  if (!actions.some((one) => one === 'lambda:InvokeFunction' || one === 'lambda:*' || one === '*'))
    return false;
  return Object.values(membersOf(Condition)).every((block) =>
    Object.entries(membersOf(block)).every(([key, value]) =>
      [value].flat().some((wanted) => holds(key.toLowerCase(), String(wanted), `${apiArn}/${below}`)),
    ),
  );
}

function holds(key: string, wanted: string, sourceArn: string): boolean {
  if (key === 'aws:sourceaccount') return sourceArn.split(':')[4] === wanted;
  if (key !== 'aws:sourcearn') return false;
  const pattern = wanted
    .split('*')
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(String.raw`\?`, '.'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(sourceArn);
}
