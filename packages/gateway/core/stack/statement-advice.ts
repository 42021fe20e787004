/**
 * Writes the statement that a role or its trust policy lacks, in the format of the role's stack, with the place where
 * it belongs. A statement of a role allows one action on one resource.
 */
import { asOneOrMore, isJsonList, mapOf, membersOf } from '@gatewright/aws/json-object';
import { parseArn, printArn } from '@gatewright/aws/arn';
import { awaitedBy } from './creation-order.ts';
import { isElsewhere, nameFor, referredBy, writeReference } from './resource-reference.ts';
import { readTrustStatements } from '../policy/trust-statements.ts';
import { constructOf, formatOf, shortPlace } from './source-format.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { RefusedCall } from '../policy/role.ts';
import type { SourceFormat } from './source-format.ts';
import type { ResolvedResource, ResolvedStack } from './model.ts';

/** The role and its stack, the missing permission, and the format in which the advice is written. */
type Target = {
  readonly stack: ResolvedStack;
  readonly role: ResolvedResource;
  readonly format: SourceFormat;
  readonly lacking: RefusedCall;
  /** The resource in the format of the stack. */
  readonly reference: string;
};

/**
 * Returns a sentence that contains the statement between backticks; undefined if no loaded stack has the role. If the
 * call was for a resource of the stacks, but in another region, no statement would help, so the sentence is about the
 * region.
 */
export function adviseStatement(
  stacks: readonly ResolvedStack[],
  roleName: string,
  lacking: RefusedCall,
): string | undefined {
  for (const stack of stacks)
    for (const role of stack.resources.values()) {
      if (role.type !== 'AWS::IAM::Role' || role.physicalId !== roleName) continue;
      const asked = parseArn(lacking.resource)?.region ?? '';
      if (isElsewhere(stacks, stack, lacking.resource) || allowsHere(role, stack, lacking.resource))
        return adviseRegion(stack, lacking.caller, asked);
      const ofObjects = findOfObjects(stack, role, lacking);
      if (ofObjects !== undefined)
        return `A statement of ${role.logicalId} allows ${lacking.action} on the bucket itself, whose ARN does not cover its objects. Write its Resource as \`${writeReference(stacks, stack, ofObjects)}\`.`;
      const reference =
        lacking.resource === '*' && formatOf(stack).kind !== 'cdk'
          ? inQuotes('*', formatOf(stack))
          : writeReference(stacks, stack, lacking.resource);
      const target = { stack, role, format: formatOf(stack), lacking, reference };
      const named = referredBy(stack, lacking.resource);
      if (
        named !== undefined &&
        awaitedBy(named, stack).has(role.logicalId) &&
        target.format.kind !== 'terraform'
      )
        return writeApart(target, named);
      return `${describeOthers(stack, role, { lacking, reference })}${write(target)}`;
    }
  return undefined;
}

/**
 * Writes the statement as a separate policy. A reference in the role itself would create a circular dependency, because
 * the named resource, such as a function with this role, waits for the role.
 */
function writeApart(target: Target, named: string): string {
  const { stack, role, format, lacking, reference } = target;
  const why = `, because ${named} waits for the role ${role.logicalId}, and a reference in the role would create a circular dependency`;
  const name = lacking.action.replaceAll(/[^\w]+/g, '-');
  const id = nameFor(stack, `${role.logicalId}Calls`);
  if (format.kind === 'cdk')
    return `In the CDK app, give the role ${constructOf(stack, role.logicalId) ?? role.logicalId} a policy of its own: \`role.attachInlinePolicy(new iam.Policy(this, '${id}', { statements: [new iam.PolicyStatement({ actions: ['${lacking.action}'], resources: [${reference}] })] }))\`${why.replace('a reference in the role', 'addToPolicy or addToRolePolicy')}.`;
  const text = format.isJson
    ? `"${id}": { "Type": "AWS::IAM::Policy", "Properties": { "PolicyName": "${name}", "Roles": [{ "Ref": "${role.logicalId}" }], "PolicyDocument": { "Version": "2012-10-17", "Statement": [${statement(target)}] } } }`
    : `${id}: { Type: AWS::IAM::Policy, Properties: { PolicyName: ${name}, Roles: [!Ref ${role.logicalId}], PolicyDocument: { Version: '2012-10-17', Statement: [${statement(target)}] } } }`;
  return `Add to ${format.kind === 'serverless' ? 'resources.Resources' : 'Resources'} in ${shortPlace(role).replace(/:\d+$/, '')}: \`${text}\`${why}.`;
}

function write(target: Target): string {
  switch (target.format.kind) {
    case 'serverless':
      return writeServerless(target);
    case 'sam':
      return writeSam(target);
    case 'cloudformation':
      return writeCloudFormation(target);
    case 'cdk':
      return writeCdk(target);
    case 'terraform':
      return writeTerraform(target);
  }
}

export type TrustAdvice = {
  /** Why the service cannot assume the role: what its trust policy says. */
  readonly because: string;
  readonly change: string;
};

/**
 * Returns why the service cannot assume the role, and the change with which it can, in the format of the role's stack;
 * undefined if no loaded stack has the role.
 */
export function adviseTrust(
  stacks: readonly ResolvedStack[],
  roleName: string,
  service: string,
): TrustAdvice | undefined {
  for (const stack of stacks)
    for (const role of stack.resources.values())
      if (role.type === 'AWS::IAM::Role' && role.physicalId === roleName)
        return (
          adviseCondition(stack, role, service) ?? {
            because: `does not name ${service}`,
            change: writeTrust(stack, role, service),
          }
        );
  return undefined;
}

/**
 * Returns the advice for a role that names the service, but with a condition on `aws:SourceAccount`: API Gateway does
 * not send this key when it assumes the role of an integration (docs/aws §8).
 */
function adviseCondition(
  stack: ResolvedStack,
  role: ResolvedResource,
  service: string,
): TrustAdvice | undefined {
  const { kind } = formatOf(stack);
  const asking = readTrustStatements(role.properties['AssumeRolePolicyDocument'])?.find(
    ({ services, asksForSourceAccount }) =>
      asksForSourceAccount && services.some((name) => name === '*' || name === service),
  );
  if (asking === undefined) return undefined;
  const statement = `AssumeRolePolicyDocument.Statement.${asking.index}`;
  const id = kind === 'cdk' ? (constructOf(stack, role.logicalId) ?? role.logicalId) : role.logicalId;
  const owner =
    kind === 'cdk'
      ? `assumedBy of the role ${id} in the CDK app`
      : kind === 'terraform'
        ? `assume_role_policy of ${id}`
        : `${statement} of the role ${id} (${shortPlace(role, `${statement}.Condition`)})`;
  return {
    because: `has a condition on aws:SourceAccount, and API Gateway does not send this key when it assumes the role of an integration or authorizer`,
    change: `Remove the condition on aws:SourceAccount from ${owner}.`,
  };
}

function writeTrust(stack: ResolvedStack, role: ResolvedResource, service: string): string {
  const format = formatOf(stack);
  if (format.kind === 'cdk')
    return `In the CDK app, call this method of the role ${constructOf(stack, role.logicalId) ?? role.logicalId}: \`assumeRolePolicy?.addStatements(new iam.PolicyStatement({ actions: ['sts:AssumeRole'], principals: [new iam.ServicePrincipal('${service}')] }))\`.`;
  if (format.kind === 'terraform')
    return `Add to the statements of assume_role_policy of ${role.logicalId}: \`{ Effect = "Allow", Principal = { Service = "${service}" }, Action = "sts:AssumeRole" }\`.`;
  const place = 'AssumeRolePolicyDocument.Statement';
  const text = format.isJson
    ? `{ "Effect": "Allow", "Principal": { "Service": "${service}" }, "Action": "sts:AssumeRole" }`
    : `{ Effect: Allow, Principal: { Service: ${service} }, Action: sts:AssumeRole }`;
  return `Add to ${place} of the role ${role.logicalId} (${shortPlace(role, place)}): \`${item(text, format)}\`.`;
}

/** The role that osls creates for functions without a role. */
export const SERVICE_ROLE = 'IamRoleLambdaExecution';

function writeServerless(target: Target): string {
  const { role } = target;
  const { logicalId } = role;
  if (logicalId === SERVICE_ROLE)
    return `Add to provider.iam.role.statements in ${shortPlace(role)}: \`${item(statement(target), target.format)}\`.`;
  const [, owner] = new RegExp(`^(.+)${SERVICE_ROLE}$`).exec(logicalId) ?? [];
  if (owner === undefined) return writeCloudFormation(target);
  return `Add to iamRoleStatements of the function ${owner.charAt(0).toLowerCase()}${owner.slice(1)} in ${shortPlace(role)}: \`${item(statement(target), target.format)}\`.`;
}

/** If a function has no `Role`, SAM creates a role from the function's `Policies`. */
function writeSam(target: Target): string {
  const { stack, role, format } = target;
  const owner = stack.resources.get(role.logicalId.replace(/Role$/, ''));
  const isMade = owner !== undefined && owner !== role && owner.place().line === role.place().line;
  if (!isMade) return writeCloudFormation(target);
  const policy = format.isJson
    ? `{ "Statement": [${statement(target)}] }`
    : `Statement: [${statement(target)}]`;
  return `Add to the list Policies of ${owner.logicalId} (${placeOfPolicies(stack, owner)}): \`${item(policy, format)}\`.`;
}

function writeCloudFormation(target: Target): string {
  const { role, format, lacking } = target;
  const policies = asOneOrMore(role.properties['Policies']);
  const at = policies.findIndex((policy) =>
    isJsonList(membersOf(membersOf(policy)['PolicyDocument'])['Statement']),
  );
  if (at >= 0) {
    const place = `Policies.${at}.PolicyDocument.Statement`;
    return `Add to ${place} of the role ${role.logicalId} (${shortPlace(role, place)}): \`${item(statement(target), format)}\`.`;
  }
  const name = lacking.action.replaceAll(/[^\w]+/g, '-');
  const policy = format.isJson
    ? `{ "PolicyName": "${name}", "PolicyDocument": { "Version": "2012-10-17", "Statement": [${statement(target)}] } }`
    : `{ PolicyName: ${name}, PolicyDocument: { Version: '2012-10-17', Statement: [${statement(target)}] } }`;
  return `Add to the list Policies of the role ${role.logicalId} (${placeOfPolicies(target.stack, role)}): \`${item(policy, format)}\`.`;
}

function writeCdk({ stack, role, lacking, reference }: Target): string {
  const path = constructOf(stack, role.logicalId) ?? role.logicalId;
  const owner = path.replace(/\/ServiceRole$/, '');
  const call = owner === path ? 'addToPolicy' : 'addToRolePolicy';
  const text = `${call}(new iam.PolicyStatement({ actions: ['${lacking.action}'], resources: [${reference}] }))`;
  return `In the CDK app, call this method of the construct ${owner}: \`${text}\`.`;
}

function writeTerraform({ stack, role, lacking, reference }: Target): string {
  const [own] = statementsOf(stack, role);
  const text = `{ Effect = "Allow", Action = "${lacking.action}", Resource = ${reference} }`;
  return `Add to the statements of a policy of ${role.logicalId}${own === undefined ? '' : ` (${own.place})`}: \`${text}\`.`;
}

/** Returns the statement in YAML's flow style, or in JSON. */
function statement({ lacking, reference, format }: Target): string {
  return format.isJson
    ? `{ "Effect": "Allow", "Action": "${lacking.action}", "Resource": ${reference} }`
    : `{ Effect: Allow, Action: ${inQuotes(lacking.action, format)}, Resource: ${reference} }`;
}

function inQuotes(text: string, { kind, isJson }: SourceFormat): string {
  if (isJson || kind === 'terraform') return JSON.stringify(text);
  return /[*{}[\],]/.test(text) ? `'${text}'` : text;
}

/** Returns an entry of a list in the given format. */
function item(text: string, { isJson }: SourceFormat): string {
  return isJson ? text : `- ${text}`;
}

/**
 * Names the other resources on which the role allows the same action, because one of these statements was probably
 * meant for this call; empty if there are none.
 */
function describeOthers(
  stack: ResolvedStack,
  role: ResolvedResource,
  { lacking, reference }: { readonly lacking: RefusedCall; readonly reference: string },
): string {
  const near = statementsOf(stack, role).filter(
    ({ statement: { Effect, Action } }) => Effect === 'Allow' && asOneOrMore(Action).includes(lacking.action),
  );
  const others = near.flatMap(({ statement: { Resource } }) =>
    asOneOrMore(Resource).filter((one) => typeof one === 'string'),
  );
  const [first] = near;
  if (others.length === 0 || first === undefined) return '';
  const ends = others.map((one) => lacking.resource.replace(one, ''));
  const [service = ''] = lacking.action.split(':');
  const { end, why: reason } = ENDINGS[service] ?? { end: /^$/, why: '' };
  const why = ends.some((one) => end.test(one)) ? reason : '';
  return `A statement of ${role.logicalId} (${first.place}) allows ${lacking.action} on ${others.join(', ')} only${why}. If the statement was meant for this call only, write its Resource as \`${reference}\`; if it was meant for both, add this ARN as a second item of Resource. Otherwise: `;
}

/**
 * Reasons, by service, why a statement does not allow a call whose ARN begins with the ARN in the statement. `end`
 * matches the rest of the ARN of the call.
 */
const ENDINGS: Readonly<Record<string, { readonly end: RegExp; readonly why: string }>> = {
  // See docs/aws §22.2.
  lambda: {
    end: /^:[\w$-]+$/,
    why: ', and the ARN of a function does not cover its versions and aliases',
  },
  // See https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
  secretsmanager: {
    end: /^-\w{6}$/,
    why: ', and the ARN of a secret ends with a hyphen and six random characters, so this name does not match any secret',
  },
};

/**
 * Returns the line of the list `Policies`, or of the resource if it has no such list. SAM makes a role from this list.
 */
function placeOfPolicies({ source }: ResolvedStack, resource: ResolvedResource): string {
  const written = membersOf(mapOf(source?.original ?? {}, 'Resources')[resource.logicalId])['Properties'];
  const isWritten = [resource.properties, membersOf(written)].some(({ Policies }) => Policies !== undefined);
  return shortPlace(resource, isWritten ? 'Policies' : undefined);
}

type PlacedStatement = { readonly statement: UnknownMembers; readonly place: string };

/**
 * Returns the statements of the inline policies that a role has itself, or that other resources of its stack attach to
 * it.
 */
function statementsOf(stack: ResolvedStack, role: ResolvedResource): readonly PlacedStatement[] {
  const attached = [...stack.resources.values()].filter(
    ({ type, properties }) =>
      /^AWS::IAM::(?:Role)?Policy$/.test(type) &&
      [...asOneOrMore(properties['Roles']), properties['RoleName']].includes(role.physicalId),
  );
  const documents = [
    ...asOneOrMore(role.properties['Policies']).map((policy, index) => ({
      owner: role,
      document: membersOf(policy)['PolicyDocument'],
      path: `Policies.${index}.PolicyDocument`,
    })),
    ...attached.map((owner) => ({
      owner,
      document: owner.properties['PolicyDocument'],
      path: 'PolicyDocument',
    })),
  ];
  return documents.flatMap(({ owner, document, path }) =>
    asOneOrMore(membersOf(document)['Statement']).map((statement, index) => ({
      statement: membersOf(statement),
      place: shortPlace(owner, `${path}.Statement.${index}`),
    })),
  );
}

/** Returns the ARN of a bucket's objects, if a policy of the role allows the same action on the bucket instead. */
function findOfObjects(
  stack: ResolvedStack,
  role: ResolvedResource,
  { action, resource }: RefusedCall,
): string | undefined {
  const [, bucket] = /^(arn:[\w-]+:s3:::[^/]+)\/./.exec(resource) ?? [];
  if (bucket === undefined) return undefined;
  const isOfBucket = statementsOf(stack, role).some(
    ({ statement: { Effect, Action, Resource } }) =>
      Effect === 'Allow' && asOneOrMore(Action).includes(action) && asOneOrMore(Resource).includes(bucket),
  );
  return isOfBucket ? `${bucket}/*` : undefined;
}

/**
 * Returns whether the role's own `Policies` name the resource of the call, but in the stack's region instead of the
 * region of the call.
 */
function allowsHere({ properties }: ResolvedResource, { region }: ResolvedStack, resource: string): boolean {
  const asked = parseArn(resource);
  if (asked === undefined || asked.region === '' || asked.region === region) return false;
  return JSON.stringify(properties['Policies'] ?? []).includes(
    JSON.stringify(printArn({ ...asked, region })),
  );
}

/**
 * Returns advice for a function that signs calls for a region other than the region of its stack.
 * @param asked the region for which the call was signed
 */
function adviseRegion(stack: ResolvedStack, functionName: string, asked: string): string {
  const called = [...stack.resources.values()].find(
    ({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === functionName,
  );
  const variables = membersOf(membersOf(called?.properties['Environment'])['Variables']);
  const [name] = Object.entries(variables).find(([, value]) => value === asked) ?? [];
  if (called === undefined || name === undefined)
    return `The code of ${functionName} signs the call for the region ${asked}: create its client without a region, or for ${stack.region}.`;
  const place = `Environment.Variables.${name}`;
  return `Set the environment variable ${name} of the function ${called.logicalId} (${shortPlace(called, place)}), which is ${asked}, to the region of the stack: \`${written(stack, name)}\`.`;
}

function written(stack: ResolvedStack, name: string): string {
  const { kind, isJson } = formatOf(stack);
  if (kind === 'cdk') return `${name}: Stack.of(this).region`;
  if (kind === 'terraform') return `${name} = "${stack.region}"`;
  return isJson ? `"${name}": { "Ref": "AWS::Region" }` : `${name}: !Ref AWS::Region`;
}
