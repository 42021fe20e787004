/**
 * Creates the role for a function or state machine as SAM does, from `Policies` and from its other settings (SAM
 * developer guide, "AWS::Serverless::Function", "Policies").
 */
import { asText, isJsonList, isJsonObject, isTrue, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { managedPolicyArn } from '../../core/policy/managed-policies.ts';
import { findEventSource } from '../../core/stack/event-sources.ts';
import { present } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';
import { findMostSimilar } from '@gatewright/aws/text/count-edits';
import { destinationPolicies } from './sam-invoke-config.ts';
import {
  expandPolicyTemplate,
  isPolicyTemplate,
  parametersOf,
  POLICY_TEMPLATES,
} from './sam-policy-templates.ts';

const TRACING = 'AWSXrayWriteOnlyAccess';

export function functionRole(logicalId: string, properties: JsonObject): JsonObject {
  const { VpcConfig: vpc, Events: events, DeadLetterQueue: queue } = properties;
  const sources = Object.values(membersOf(events));
  const managed = [
    'AWSLambdaBasicExecutionRole',
    ...(vpc === undefined ? [] : ['AWSLambdaVPCAccessExecutionRole']),
    ...(isTraced(properties) ? [TRACING] : []),
    ...sources.flatMap((event) => policyOf(sourceOf(event))),
  ];
  const sent = [...deadLetters(queue), ...destinationPolicies(logicalId, properties)];
  return role(logicalId, properties, managed, sent);
}

/** Whether a function has a tracing mode. SAM treats `Disabled` as an absent setting. */
export function isTraced({ Tracing: mode = 'Disabled' }: JsonObject): boolean {
  return mode !== 'Disabled';
}

export function stateMachineRole(logicalId: string, properties: JsonObject): JsonObject {
  const isTracing = membersOf(properties['Tracing'])['Enabled'] === true;
  return role(logicalId, properties, isTracing ? [TRACING] : [], []);
}

/** Returns the trust policy of a role that SAM makes for a service. */
export function assumedBy(service: string): JsonObject {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole'], Principal: { Service: [service] } }],
  };
}

export function startingRole(machineId: string, name = machineId): JsonObject {
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: machineId } }],
  };
  return { Policies: [{ PolicyName: `${name}StartExecutionPolicy`, PolicyDocument: document }] };
}

function role(
  logicalId: string,
  properties: JsonObject,
  managed: readonly string[],
  extra: readonly Json[],
): JsonObject {
  const { Policies: given = [], PermissionsBoundary, RolePath: Path } = properties;
  const policies = isJsonList(given) ? given : [given];
  let count = 0;
  const named = (document: Json): JsonObject => {
    const PolicyName = `${logicalId}RolePolicy${count}`;
    count += 1;
    return { PolicyName, PolicyDocument: document };
  };
  const namedOf = (policy: Json): readonly Json[] => documentOf(policy).map(named);
  const documents = [...extra.map(named), ...policies.flatMap((policy) => inBranches(policy, namedOf))];
  const arns = [...managed.map(managedPolicyArn), ...policies.flatMap((policy) => inBranches(policy, arnOf))];

  return present({
    PermissionsBoundary,
    Path,
    ManagedPolicyArns: arns.filter((arn, index) => arns.indexOf(arn) === index),
    Policies: documents.length === 0 ? undefined : documents,
  });
}

/** Reads a policy, or each branch of an `Fn::If`. A branch without a result becomes `AWS::NoValue`. */
function inBranches(policy: Json, read: (policy: Json) => readonly Json[]): readonly Json[] {
  const choice = membersOf(policy)['Fn::If'];
  if (!isJsonList(choice)) return read(policy);
  const [condition = null, ...branches] = choice;
  const results = branches.map((branch) => (isNoValue(branch) ? undefined : inBranches(branch, read)[0]));
  if (results.every((result) => result === undefined)) return [];
  return [{ 'Fn::If': [condition, ...results.map((result) => result ?? NO_VALUE)] }];
}

const NO_VALUE: JsonObject = { Ref: 'AWS::NoValue' };

function isNoValue(policy: Json): boolean {
  return membersOf(policy)['Ref'] === NO_VALUE['Ref'];
}

/**
 * Refuses an entry of `Policies` that names a policy template without all of its parameters (SAM fails with
 * InsufficientParameterValues). Also refuses an entry that is only the template's name as a string, because SAM takes
 * this name for a managed policy (aws/serverless-application-model#3375).
 */
export function refusePolicies(expansion: SamExpansion, logicalId: string, properties: JsonObject): void {
  const { Policies: given = [] } = properties;
  for (const [index, policy] of (isJsonList(given) ? given : [given]).entries()) {
    const at = isJsonList(given) ? ['Policies', String(index)] : ['Policies'];
    if (typeof policy === 'string' && isPolicyTemplate(policy))
      expansion.refuse(
        logicalId,
        at,
        `ARN ${policy} is not valid.`,
        templateRemedy(policy, parametersOf(policy)),
      );
    const members = Object.entries(membersOf(policy));
    // A template is the only member of its policy. Any other member next to the template is usually a parameter that is
    // not indented (aws/serverless-application-model#1442).
    const template = members.map(([name]) => name).find(isPolicyTemplate);
    if (members.length > 1 && template !== undefined) {
      expansion.refuse(
        logicalId,
        at,
        `Policy at index ${index} in the 'Policies' property is not valid: ${members.map(([name]) => name).join(' and ')} are members of one policy`,
        `indent the parameters of the template, or give each template an item of its own: ${templateRemedy(template, parametersOf(template))}`,
      );
    } else if (isUnknownTemplate(members)) {
      const [[name] = ['']] = members;
      const similar = findMostSimilar(name, POLICY_TEMPLATES);
      expansion.refuse(
        logicalId,
        [...at, name],
        `Policy at index ${index} in the 'Policies' property is not valid: SAM has no policy template ${name}`,
        similar === undefined ? `use one of the policy templates in ${TEMPLATE_LIST}` : `write ${similar}`,
      );
    } else
      for (const [name, parameters] of members)
        refuseTemplate(expansion, logicalId, [...at, name], parameters);
  }
}

/**
 * Whether an entry of `Policies` is neither a document nor an intrinsic function, and names no template. SAM compares
 * the names of templates case-sensitively.
 */
function isUnknownTemplate(members: readonly (readonly [string, Json])[]): boolean {
  const [[name, parameters] = [''], ...others] = members;
  return (
    others.length === 0 &&
    isJsonObject(parameters) &&
    !['Ref', 'Statement'].includes(name) &&
    !name.startsWith('Fn::') &&
    !isPolicyTemplate(name)
  );
}

function refuseTemplate(
  expansion: SamExpansion,
  logicalId: string,
  at: readonly string[],
  parameters: Json,
): void {
  const name = at.at(-1) ?? '';
  if (!isPolicyTemplate(name)) return;
  const missing = parametersOf(name).filter((one) => !Object.hasOwn(membersOf(parameters), one));
  const why = !isJsonObject(parameters)
    ? ': expected a map of its parameters'
    : missing.length > 0
      ? `: ${missing.join(', ')} is missing`
      : undefined;
  // An author who misspells a parameter has to change this line.
  const unknown = Object.keys(membersOf(parameters)).filter((one) => !parametersOf(name).includes(one));
  if (why !== undefined)
    expansion.refuse(
      logicalId,
      missing.length > 0 ? [...at, ...unknown.slice(0, 1)] : at,
      `Must specify valid parameter values for policy template '${name}'${why}`,
      templateRemedy(name, missing),
    );
}

const TEMPLATE_LIST =
  'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html';

/** @param parameters the known parameters of the template; empty if only SAM's documentation lists them */
function templateRemedy(name: string, parameters: readonly string[]): string {
  const members = parameters.map((one) => `${one}: VALUE`).join(', ');
  return parameters.length === 0
    ? `write the policy template as a mapping (- ${name}: { PARAMETER: VALUE }) with the parameters that ${TEMPLATE_LIST} shows, or {} if it shows none`
    : `write the policy template as a mapping: - ${name}: { ${members} }`;
}

/** Returns the policy document, or the documents of policy templates. Any other policy is a managed policy. */
function documentOf(policy: Json): readonly Json[] {
  if (!isJsonObject(policy)) return [];
  if (policy['Statement'] !== undefined) return [policy];
  const documents = Object.entries(policy).map(([name, given]) => expandPolicyTemplate(name, given));
  return documents.flatMap((document) => document ?? []);
}

function arnOf(policy: Json): readonly Json[] {
  if (typeof policy === 'string') return [policy.startsWith('arn:') ? policy : managedPolicyArn(policy)];
  return isJsonObject(policy) && documentOf(policy).length === 0 ? [policy] : [];
}

function deadLetters(queue: Json | undefined): readonly Json[] {
  if (!isJsonObject(queue)) return [];
  const { Type: type, TargetArn: Resource = '*' } = queue;
  const Action = type === 'SNS' ? 'sns:Publish' : 'sqs:SendMessage';
  return [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] }];
}

function policyOf(type: string): readonly string[] {
  const { mapping, policy = mapping?.policy } = findEventSource(type) ?? {};
  return policy === undefined ? [] : [policy];
}

/** Returns the type of an event's source. A topic that delivers through a queue counts as a queue. */
function sourceOf(event: Json): string {
  const type = asText(membersOf(event)['Type']) ?? '';
  const queue = membersOf(membersOf(event)['Properties'])['SqsSubscription'];
  return type === 'SNS' && (isTrue(queue) || isJsonObject(queue)) ? 'SQS' : type;
}
