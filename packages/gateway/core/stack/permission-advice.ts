/**
 * Writes the missing `AWS::Lambda::Permission` of an API, in the format of the function's stack. It permits one route
 * of one stage, or one authorizer.
 */
import { compileGlob } from '@gatewright/aws/glob';
import { readFunctionName } from '@gatewright/aws/function-name';
import { constructOf, formatOf, shortPlace } from './source-format.ts';
import { inModule, nameFor, variableOf, writeApiArn } from './resource-reference.ts';
import type { ResolvedResource, ResolvedStack } from './model.ts';

type LackingPermission = {
  readonly functionName: string;
  /** The version or alias whose own policy decides; absent if it is the function itself. */
  readonly qualifier?: string | undefined;
  readonly apiId: string;
  /** The part of the call's source ARN after the API id, such as `/dev/GET/pets/*`. */
  readonly source: string;
};

export type PermissionAdvice = {
  /** A sentence that says what to write. */
  readonly change: string;
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
    for (const owner of stack.resources.values())
      if (owner.type === 'AWS::Lambda::Function' && owner.physicalId === lacking.functionName)
        return {
          change:
            correctName(stack, owner, lacking) ??
            correctMethod(stack, owner, lacking) ??
            write(stacks, stack, owner, lacking),
          ...permissionsOf(stack, owner, lacking.qualifier),
        };
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
 * replaced, instead of a reference to the API; undefined if there is no such permission.
 */
function correctName(
  stack: ResolvedStack,
  { physicalId }: ResolvedResource,
  { apiId, qualifier }: LackingPermission,
): string | undefined {
  const api = [...stack.resources.values()].find(
    (one) => one.physicalId === apiId && /^AWS::ApiGateway(?:V2)?::(?:RestApi|Api)$/.test(one.type),
  );
  const { kind, isJson } = formatOf(stack);
  if (api === undefined || kind === 'terraform' || kind === 'cdk') return undefined;
  for (const one of stack.resources.values()) {
    const { FunctionName: named, SourceArn: source } = one.properties;
    if (one.type !== 'AWS::Lambda::Permission' || typeof named !== 'string') continue;
    const called = readFunctionName(named);
    if (called.functionName !== physicalId || called.qualifier !== qualifier) continue;
    if (typeof source !== 'string' || !source.includes(`:${api.logicalId}/`)) continue;
    const place = shortPlace(one, 'SourceArn');
    if (stack.source?.made?.has(one.logicalId) === true) {
      const property = api.type.includes('V2') ? 'ApiId' : 'RestApiId';
      const written = isJson
        ? `"${property}": { "Ref": "${api.logicalId}" }`
        : `${property}: !Ref ${api.logicalId}`;
      return `Write \`${written}\` at ${place}: the plain text ${api.logicalId} is not a reference, so the SourceArn of ${one.logicalId} contains it instead of the id of the API.`;
    }
    return `Write \`\${${api.logicalId}}\` for ${api.logicalId} in the SourceArn of ${one.logicalId} (${place}), within Fn::Sub: plain text does not refer to the API.`;
  }
  return undefined;
}

/**
 * Returns how to correct a permission that would allow the call if its source had another method, such as `*` in place
 * of `ANY`, which is not a wildcard; undefined if there is no such permission.
 */
function correctMethod(
  stack: ResolvedStack,
  { physicalId }: ResolvedResource,
  { apiId, qualifier, source: called }: LackingPermission,
): string | undefined {
  const [, , calledMethod = '', ...path] = called.split('/');
  if (path.length === 0) return undefined;
  const { kind } = formatOf(stack);
  for (const one of stack.resources.values()) {
    const { FunctionName: named, SourceArn: source } = one.properties;
    if (one.type !== 'AWS::Lambda::Permission' || typeof named !== 'string' || typeof source !== 'string')
      continue;
    const { functionName, qualifier: of } = readFunctionName(named);
    if (functionName !== physicalId || of !== qualifier || stack.source?.made?.has(one.logicalId) === true)
      continue;
    const [api = '', stage = '', method = '', ...where] = source.split(':').slice(5).join(':').split('/');
    if (method.includes('*') || !compileGlob([api, stage, '*', ...where].join('/'))(`${apiId}${called}`))
      continue;
    const property = kind === 'terraform' ? 'source_arn' : kind === 'cdk' ? 'sourceArn' : 'SourceArn';
    const at = `in the ${property} of ${one.logicalId} (${shortPlace(one, 'SourceArn')})`;
    if (method === 'ANY')
      return `Write * in place of ANY ${at}: ANY is a method of API Gateway and not a wildcard of an ARN, and the ARN of a call has the method of the request, such as GET.`;
    if (method !== method.toUpperCase())
      return `Write ${method.toUpperCase()} in place of ${method} ${at}, because an ARN has methods in capital letters.`;
    return `Write ${calledMethod} in place of ${method} ${at}, if ${method} was meant to permit this call; otherwise, add a permission.`;
  }
  return undefined;
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
