/** Writes the ARN of a resource as a reference in the format of a stack, such as `!GetAtt Mail.Arn`. */
import { parseArn, printArn } from '@gatewright/aws/arn';
import { apiArn } from '../events/authorizer-event.ts';
import { constructOf, formatOf } from './source-format.ts';
import type { ResolvedResource, ResolvedStack } from './model.ts';

type Named = { readonly stack: ResolvedStack; readonly resource: ResolvedResource; readonly rest: string };

/**
 * For each type, the service in the ARN, the part of the ARN directly before the name, and the CDK property that
 * contains the ARN.
 */
const ARNS: Readonly<Record<string, readonly [service: string, prefix: string, inCdk: string]>> = {
  'AWS::SQS::Queue': ['sqs', '', 'queueArn'],
  'AWS::SNS::Topic': ['sns', '', 'topicArn'],
  'AWS::DynamoDB::Table': ['dynamodb', 'table/', 'tableArn'],
  'AWS::DynamoDB::GlobalTable': ['dynamodb', 'table/', 'tableArn'],
  'AWS::S3::Bucket': ['s3', '', 'bucketArn'],
  'AWS::Kinesis::Stream': ['kinesis', 'stream/', 'streamArn'],
  'AWS::StepFunctions::StateMachine': ['states', 'stateMachine:', 'stateMachineArn'],
  'AWS::Lambda::Function': ['lambda', 'function:', 'functionArn'],
  'AWS::Events::Rule': ['events', 'rule/', 'ruleArn'],
  'AWS::Events::EventBus': ['events', 'event-bus/', 'eventBusArn'],
  'AWS::SecretsManager::Secret': ['secretsmanager', 'secret:', 'secretArn'],
};
/** The types whose `Ref` is the ARN. */
const BY_REF = new Set(['AWS::SNS::Topic', 'AWS::SecretsManager::Secret']);

/**
 * Returns the resource of an ARN in the format of the stack that grants the permission. If no loaded stack has the
 * resource, the ARN itself is returned.
 */
export function writeReference(stacks: readonly ResolvedStack[], owner: ResolvedStack, arn: string): string {
  const [, apiId = '', rest = ''] = /^arn:[\w-]+:execute-api:[^:]*:[^:]*:([^/]+)(\/.*)?$/.exec(arn) ?? [];
  if (apiId !== '') return writeApiArn(stacks, owner, apiId, rest);
  const found = findNamed(stacks, arn);
  const format = formatOf(owner);
  switch (format.kind) {
    case 'terraform':
      return inTerraform(owner, found, arn);
    case 'cdk':
      return inCdk(found, arn);
    case 'serverless':
    case 'sam':
    case 'cloudformation':
      return inTemplate(owner, found, arn, format.isJson);
  }
}

/**
 * Returns a reference to the resource with this physical id, in the format of its stack; undefined if no stack has it.
 */
export function writeIdReference(stacks: readonly ResolvedStack[], id: string): string | undefined {
  for (const stack of stacks)
    for (const { logicalId, physicalId } of stack.resources.values()) {
      if (physicalId !== id) continue;
      const { kind, isJson } = formatOf(stack);
      const byRef = `{ "Ref": "${logicalId}" }`;
      if (kind === 'terraform') return `${inModule(logicalId)}.id`;
      const path = kind === 'cdk' ? constructOf(stack, logicalId) : undefined;
      if (path !== undefined) return `the id of the construct ${path} (in the template: ${byRef})`;
      // If a CDK template has no construct paths, nothing else is known of the app.
      if (kind === 'cdk') return byRef;
      return isJson ? byRef : `!Ref ${logicalId}`;
    }
  return undefined;
}

/**
 * Returns the resource of the owner's stack to which the reference of `writeReference` refers; undefined if it refers
 * to none.
 */
export function referredBy(owner: ResolvedStack, arn: string): string | undefined {
  const [, apiId] = /^arn:[\w-]+:execute-api:[^:]*:[^:]*:([^/]+)/.exec(arn) ?? [];
  if (apiId === undefined) return findNamed([owner], arn)?.resource.logicalId;
  return [...owner.resources.values()].find(isApi(apiId))?.logicalId;
}

const API_TYPES: readonly string[] = ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'];

/** Returns a function that tells whether a resource is the API with this id. */
export function isApi(apiId: string): (resource: ResolvedResource) => boolean {
  return ({ type, physicalId }) => API_TYPES.includes(type) && physicalId === apiId;
}

/**
 * Returns the `execute-api` ARN of a part of an API. An API that no stack has is taken to be in the region and account
 * of `owner`.
 * @param rest the part of the ARN after the API id, such as `/dev/GET/pets`
 */
export function arnOfPart(
  stacks: readonly ResolvedStack[],
  owner: ResolvedStack,
  apiId: string,
  rest: string,
): string {
  const { region, accountId } =
    stacks.find(({ resources }) => [...resources.values()].some(isApi(apiId))) ?? owner;
  return `${apiArn({ region, accountId, apiId })}${rest}`;
}

/**
 * Returns the `execute-api` ARN of a part of an API, in the format of the stack. It contains a reference to the API if
 * the stack has the API, otherwise the API's id.
 * @param rest the part of the ARN after the API id, such as `/dev/GET/pets`
 */
export function writeApiArn(
  stacks: readonly ResolvedStack[],
  owner: ResolvedStack,
  apiId: string,
  rest: string,
): string {
  const api = [...owner.resources.values()].find(isApi(apiId));
  const { kind, isJson } = formatOf(owner);
  const authorizerId = /^\/authorizers\/(.+)$/.exec(rest)?.[1];
  const authorizer = [...owner.resources.values()].find(
    ({ type, physicalId }) => type.endsWith('::Authorizer') && physicalId === authorizerId,
  );
  const arn = arnOfPart(stacks, owner, apiId, rest);
  if (api === undefined)
    return kind === 'cdk' ? `'${arn}'` : isJson || kind === 'terraform' ? JSON.stringify(arn) : quoted(arn);
  if (kind === 'terraform')
    return `"\${${inModule(api.logicalId)}.execution_arn}${authorizer === undefined ? rest : `/authorizers/\${${inModule(authorizer.logicalId)}.id}`}"`;
  if (kind === 'cdk') return inCdkOf(owner, api, authorizer === undefined ? rest : '/authorizers/*');
  // An authorizer of a SAM or OpenAPI document is not a resource of the template, so nothing can refer to it.
  const isReferable = /^[A-Za-z0-9]+$/.test(authorizer?.logicalId ?? '');
  const called =
    authorizer === undefined ? rest : `/authorizers/${isReferable ? `\${${authorizer.logicalId}}` : '*'}`;
  const text = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${api.logicalId}}${called}`;
  return isJson ? `{ "Fn::Sub": ${JSON.stringify(text)} }` : `!Sub '${text}'`;
}

function inCdkOf(owner: ResolvedStack, api: ResolvedResource, rest: string): string {
  const variable = variableOf(constructOf(owner, api.logicalId) ?? api.logicalId);
  const id = api.type === 'AWS::ApiGateway::RestApi' ? 'restApiId' : 'apiId';
  return `this.formatArn({ service: 'execute-api', resource: ${variable}.${id}, resourceName: '${rest.slice(1)}' })`;
}

/** Whether the ARN names a resource of the stacks, but in a region that differs from the calling stack's. */
export function isElsewhere(stacks: readonly ResolvedStack[], owner: ResolvedStack, arn: string): boolean {
  const asked = parseArn(arn);
  if (asked === undefined || asked.region === owner.region || findNamed(stacks, arn) !== undefined)
    return false;
  const here = findNamed(stacks, printArn({ ...asked, region: owner.region }));
  return here !== undefined && here.stack.region === owner.region;
}

/**
 * Finds the resource that an ARN names. The ARN may also name a part of the resource, such as an index or an object.
 */
function findNamed(stacks: readonly ResolvedStack[], arn: string): Named | undefined {
  const asked = parseArn(arn);
  if (asked === undefined) return undefined;
  for (const stack of stacks)
    for (const resource of stack.resources.values()) {
      const [service, prefix = ''] = ARNS[resource.type] ?? [];
      const isHere =
        asked.service === 's3' || (asked.region === stack.region && asked.accountId === stack.accountId);
      if (service !== asked.service || !isHere) continue;
      const own = prefix + nameOf(resource, prefix);
      if (!asked.resource.startsWith(own)) continue;
      const rest = asked.resource.slice(own.length);
      if (rest === '' || /^[/:]/.test(rest)) return { stack, resource, rest };
    }
  return undefined;
}

function nameOf({ physicalId, type }: ResolvedResource, prefix: string): string {
  const named = parseArn(physicalId)?.resource;
  if (named !== undefined) return named.slice(prefix.length);
  return type === 'AWS::SQS::Queue' ? physicalId.slice(physicalId.lastIndexOf('/') + 1) : physicalId;
}

function inTemplate(owner: ResolvedStack, found: Named | undefined, arn: string, isJson: boolean): string {
  const write = (name: string, value: string): string =>
    isJson
      ? JSON.stringify({
          [name === 'Ref' ? name : `Fn::${name}`]: name === 'GetAtt' ? value.split('.') : value,
        })
      : `!${name} ${value}`;
  if (found === undefined) return isJson ? JSON.stringify(arn) : quoted(arn);
  const { stack, resource, rest } = found;
  const own = BY_REF.has(resource.type)
    ? write('Ref', resource.logicalId)
    : write('GetAtt', `${resource.logicalId}.Arn`);
  const exported = [...stack.exports].find(
    ([, value]) => value === arn.slice(0, arn.length - rest.length),
  )?.[0];
  if (stack !== owner && exported === undefined) return isJson ? JSON.stringify(arn) : quoted(arn);
  const whole = stack === owner ? own : write('ImportValue', exported ?? '');
  if (rest === '') return whole;
  return isJson
    ? `{ "Fn::Join": ["", [${whole}, ${JSON.stringify(rest)}]] }`
    : `!Join ['', [${whole}, ${quoted(rest)}]]`;
}

function inTerraform(owner: ResolvedStack, found: Named | undefined, arn: string): string {
  if (found === undefined || found.stack !== owner) return JSON.stringify(arn);
  const { resource, rest } = found;
  const address = inModule(resource.logicalId);
  return rest === '' ? `${address}.arn` : `"\${${address}.arn}${rest}"`;
}

/**
 * Returns a Terraform address without its module path. The resource can be named only inside its module, where its
 * address has no module path.
 */
export function inModule(logicalId: string): string {
  return logicalId.replace(/^(?:module\.[^.]+\.)+/, '');
}

function inCdk(found: Named | undefined, arn: string): string {
  const path = found === undefined ? undefined : constructOf(found.stack, found.resource.logicalId);
  if (found === undefined || path === undefined) return JSON.stringify(arn).replaceAll('"', "'");
  const property = `${variableOf(path)}.${ARNS[found.resource.type]?.[2] ?? 'arn'}`;
  return found.rest === '' ? property : `\`\${${property}}${found.rest}\``;
}

/** Returns the name that a program would give to the variable of a construct. */
export function variableOf(path: string): string {
  // A logical id of CDK, which is shown if the path of the construct is unknown, ends with eight digits of a hash.
  const name = path
    .slice(path.lastIndexOf('/') + 1)
    .replaceAll(/\W/g, '')
    .replace(/(?<=.)[0-9A-F]{8}$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Writes a string in YAML's flow style. The string is quoted unless it has only characters that need no quotes. */
function quoted(text: string): string {
  return /^[\w:/.+-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "''")}'`;
}

/** Returns a logical id that the stack does not contain yet. */
export function nameFor({ resources }: ResolvedStack, wanted: string): string {
  let name = wanted;
  for (let count = 2; resources.has(name); count += 1) name = `${wanted}${count}`;
  return name;
}
