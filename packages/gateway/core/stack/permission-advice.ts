/**
 * Writes the missing `AWS::Lambda::Permission` of an API, in the format of the function's stack. The permission is for
 * one route of one stage, or for one authorizer.
 */
import { compileGlob } from '@gatewright/aws/glob';
import { asList, mapOf, membersOf } from '@gatewright/aws/json-object';
import { readFunctionName } from '@gatewright/aws/function-name';
import { isForService } from '../deployment/authorization/invoke-permissions.ts';
import { API_GATEWAY } from '../policy/role.ts';
import { describeOtherPart, findOtherPart } from '../routing/invoke-sources.ts';
import { constructOf, formatOf, shortPlace } from './source-format.ts';
import { arnOfPart, inModule, isApi, nameFor, variableOf, writeApiArn } from './resource-reference.ts';
import type { ResolvedResource, ResolvedStack } from './model.ts';

export type LackingPermission = {
  readonly functionName: string;
  /** The version or alias whose own policy decides; absent if it is the function itself. */
  readonly qualifier?: string | undefined;
  readonly apiId: string;
  /** The part of the call's source ARN after the API id, such as `/dev/GET/pets/*`. */
  readonly source: string;
};

type Correction = {
  /** A sentence that says what to write. */
  readonly change: string;
  /** A sentence about the permission that was meant for the call but names another region, account or stage. */
  readonly because?: string;
};

export type PermissionAdvice = Correction & {
  /** The sources that the permissions of the function have, each with its place. */
  readonly permitted: readonly string[];
  /** The permissions that apply to another target: to the function itself, or to another alias or version. */
  readonly elsewhere: readonly string[];
};

/** Returns the permission that would allow the call; undefined if no loaded stack has the function. */
export function advisePermission(
  stacks: readonly ResolvedStack[],
  lacking: LackingPermission,
): PermissionAdvice | undefined {
  for (const stack of stacks)
    for (const owner of stack.resources.values()) {
      if (owner.type !== 'AWS::Lambda::Function' || owner.physicalId !== lacking.functionName) continue;
      const call = arnOfPart(stacks, stack, lacking.apiId, lacking.source);
      return {
        ...(correctName(stack, owner, lacking) ??
          correctPart(call, stack, owner, lacking) ??
          correctMethod(call, stacks, stack, owner, lacking) ??
          enableInSam(stack, owner, lacking) ?? {
            change: write(stacks, stack, owner, lacking),
          }),
        ...permissionsOf(stack, owner, lacking.qualifier),
      };
    }
  return undefined;
}

function permissionsOf(
  { resources }: ResolvedStack,
  { physicalId }: ResolvedResource,
  wanted: string | undefined,
): Pick<PermissionAdvice, 'permitted' | 'elsewhere'> {
  const permitted: string[] = [];
  const elsewhere: string[] = [];
  for (const resource of resources.values()) {
    const { FunctionName: named, SourceArn: source } = resource.properties;
    if (resource.type !== 'AWS::Lambda::Permission' || typeof named !== 'string') continue;
    const { functionName, qualifier } = readFunctionName(named);
    if (functionName !== physicalId) continue;
    const isElsewhere = qualifier !== wanted;
    const place = `${resource.logicalId} (${shortPlace(resource, isElsewhere ? 'FunctionName' : 'SourceArn')})`;
    if (isElsewhere)
      elsewhere.push(
        `${place} permits calls only to ${qualifier === undefined ? 'the function itself' : `its alias or version ${qualifier}`}`,
      );
    else if (typeof source === 'string') permitted.push(`${place} for ${source}`);
  }
  return { permitted, elsewhere };
}

/**
 * Returns how to correct a permission whose source contains the logical id of the API as plain text, which is not
 * replaced, instead of a reference to the API; undefined if no permission has such a source.
 */
function correctName(
  stack: ResolvedStack,
  owner: ResolvedResource,
  { apiId, qualifier }: LackingPermission,
): Correction | undefined {
  const api = [...stack.resources.values()].find(isApi(apiId));
  const { kind, isJson } = formatOf(stack);
  if (api === undefined || kind === 'terraform' || kind === 'cdk') return undefined;
  for (const one of ownPermissions(stack, owner, qualifier)) {
    const { SourceArn: source } = one.properties;
    if (typeof source !== 'string' || !source.includes(`:${api.logicalId}/`)) continue;
    const place = shortPlace(one, 'SourceArn');
    if (stack.source?.made?.has(one.logicalId) === true) {
      const property = api.type.includes('V2') ? 'ApiId' : 'RestApiId';
      const written = isJson
        ? `"${property}": { "Ref": "${api.logicalId}" }`
        : `${property}: !Ref ${api.logicalId}`;
      return {
        change: `Write \`${written}\` at ${place}: the plain text ${api.logicalId} is not a reference, so the SourceArn of ${one.logicalId} contains this text instead of the id of the API.`,
      };
    }
    return {
      change: `Write \`\${${api.logicalId}}\` for ${api.logicalId} in the SourceArn of ${one.logicalId} (${place}), within Fn::Sub: plain text does not refer to the API.`,
    };
  }
  return undefined;
}

/**
 * Returns how to correct a permission that would allow the call if its source named another region, account or stage;
 * undefined if no permission has such a source.
 */
function correctPart(
  call: string,
  stack: ResolvedStack,
  owner: ResolvedResource,
  { qualifier }: LackingPermission,
): Correction | undefined {
  for (const one of ownPermissions(stack, owner, qualifier)) {
    const other = isForService(one, API_GATEWAY) ? findOtherPart(one.properties, call) : undefined;
    if (other === undefined) continue;
    const { because, change } = describeOtherPart(other, call);
    const which = `${other.property} of ${one.logicalId} (${shortPlace(one, other.property)})`;
    return {
      because: `The ${which} ${because}.`,
      change: `${change.charAt(0).toUpperCase()}${change.slice(1).replace(`the ${other.property}`, () => `the ${which}`)}.`,
    };
  }
  return undefined;
}

/** Returns the permissions of the function itself, or of one of its aliases or versions. */
function ownPermissions(
  { resources }: ResolvedStack,
  { physicalId }: ResolvedResource,
  qualifier: string | undefined,
): readonly ResolvedResource[] {
  return [...resources.values()].filter(({ type, properties: { FunctionName: named } }) => {
    if (type !== 'AWS::Lambda::Permission' || typeof named !== 'string') return false;
    const target = readFunctionName(named);
    return target.functionName === physicalId && target.qualifier === qualifier;
  });
}

/**
 * Returns how to correct a permission that would allow the call if its source had another method, such as `*` in place
 * of `ANY`, which is not a wildcard. Returns undefined if no permission has such a source.
 */
function correctMethod(
  call: string,
  stacks: readonly ResolvedStack[],
  stack: ResolvedStack,
  owner: ResolvedResource,
  lacking: LackingPermission,
): Correction | undefined {
  const { qualifier, source: called } = lacking;
  const [, , calledMethod = '', ...path] = called.split('/');
  if (path.length === 0) return undefined;
  const { kind } = formatOf(stack);
  for (const one of ownPermissions(stack, owner, qualifier)) {
    const { SourceArn: source } = one.properties;
    if (typeof source !== 'string' || !isForService(one, API_GATEWAY)) continue;
    if (stack.source?.made?.has(one.logicalId) === true) continue;
    const [api = '', stage = '', method = '', ...where] = source.split('/');
    if (method.includes('*') || !compileGlob([api, stage, '*', ...where].join('/'))(call)) continue;
    const property = kind === 'terraform' ? 'source_arn' : kind === 'cdk' ? 'sourceArn' : 'SourceArn';
    const at = `in the ${property} of ${one.logicalId} (${shortPlace(one, 'SourceArn')})`;
    if (method === 'ANY')
      return {
        change: `Write * in place of ANY ${at}: ANY is a method in API Gateway, not a wildcard in an ARN. The ARN of a call contains the method of the request, such as GET.`,
      };
    if (method.toUpperCase() === calledMethod)
      return {
        change: `Write ${calledMethod} in place of ${method} ${at}, because methods in an ARN are in capital letters.`,
      };
    // The permission may be needed for its own method, which would be refused without it.
    return {
      change: `${write(stacks, stack, owner, lacking).replace(/\.$/, '')}, or write * in place of ${method} ${at}, which permits ${calledMethod} and ${method}.`,
    };
  }
  return undefined;
}

/**
 * Returns the setting with which SAM permits an HTTP API to invoke an authorizer; undefined if the API is not one of
 * SAM, or if its own `Auth` does not have the authorizer.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-lambdaauthorizer.html
 */
function enableInSam(
  stack: ResolvedStack,
  { logicalId }: ResolvedResource,
  { apiId, source, qualifier }: LackingPermission,
): Correction | undefined {
  const api = [...stack.resources.values()].find(isApi(apiId));
  const written = membersOf(mapOf(stack.source?.original ?? {}, 'Resources')[api?.logicalId ?? '']);
  if (!source.startsWith('/authorizers/') || qualifier !== undefined) return undefined;
  if (api === undefined || written['Type'] !== 'AWS::Serverless::HttpApi') return undefined;
  const authorizers = mapOf(mapOf(mapOf(written, 'Properties'), 'Auth'), 'Authorizers');
  const own = Object.entries(authorizers).filter(([, authorizer]) => {
    const { FunctionArn: arn, EnableFunctionDefaultPermissions: setting } = membersOf(authorizer);
    const target = membersOf(arn)['Fn::GetAtt'];
    const [named] = typeof target === 'string' ? target.split('.') : asList(target);
    return setting === undefined && named === logicalId;
  });
  const [name] = own[0] ?? [];
  if (name === undefined) return undefined;
  const text = formatOf(stack).isJson
    ? '"EnableFunctionDefaultPermissions": true'
    : 'EnableFunctionDefaultPermissions: true';
  return { change: `Add to ${name} in Auth.Authorizers of ${api.logicalId}: \`${text}\`.` };
}

function write(
  stacks: readonly ResolvedStack[],
  stack: ResolvedStack,
  owner: ResolvedResource,
  { apiId, source, qualifier = '' }: LackingPermission,
): string {
  const { kind, isJson } = formatOf(stack);
  const { logicalId } = owner;
  const arn = writeApiArn(stacks, stack, apiId, source);
  if (kind === 'cdk') {
    const path = constructOf(stack, logicalId) ?? logicalId;
    const invoked = qualifier === '' ? path : `${path}, on its alias or version ${qualifier}`;
    return `In the CDK app, call this method of the construct ${invoked}: \`addPermission('Api', { principal: new iam.ServicePrincipal('apigateway.amazonaws.com'), sourceArn: ${arn} })\`.`;
  }
  if (kind === 'terraform') {
    const address = inModule(logicalId);
    const alias = qualifier === '' ? '' : `\n  qualifier     = "${qualifier}"`;
    return `Add: \`resource "aws_lambda_permission" "${variableOf(address)}_api" {\n  action        = "lambda:InvokeFunction"\n  function_name = ${address}.function_name${alias}\n  principal     = "apigateway.amazonaws.com"\n  source_arn    = ${arn}\n}\`.`;
  }
  const name = nameFor(stack, `${logicalId}ApiPermission`);
  const place = kind === 'serverless' ? 'resources.Resources' : 'Resources';
  const text = isJson
    ? `"${name}": { "Type": "AWS::Lambda::Permission", "Properties": { "FunctionName": ${qualifier === '' ? `{ "Ref": "${logicalId}" }` : `{ "Fn::Sub": "\${${logicalId}.Arn}:${qualifier}" }`}, "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceArn": ${arn} } }`
    : `${name}: { Type: AWS::Lambda::Permission, Properties: { FunctionName: ${qualifier === '' ? `!Ref ${logicalId}` : `!Sub '\${${logicalId}.Arn}:${qualifier}'`}, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com, SourceArn: ${arn} } }`;
  return `Add to ${place} in ${shortPlace(owner).replace(/:\d+$/, '')}: \`${text}\`.`;
}
