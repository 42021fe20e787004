/**
 * Finds the functions that APIs and event sources of the stacks invoke by name, and that no loaded stack has. AWS
 * deploys these parts, because the function may be deployed separately, but the gateway can run only loaded functions.
 */
import { basename, extname } from 'node:path';
import { asText, mapOf, membersOf } from '@gatewright/aws/json-object';
import { isInOtherPlace, parseFunctionName } from '@gatewright/aws/function-name';
import { textsAt } from '../../core/deployability/judge-regions.ts';
import { functionHomeOf } from '../../core/stack/home.ts';
import { isStackName } from '../../templates/samconfig.ts';
import type { ResolvedResource, ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';

const OF_API = 'every call of it fails in this gateway, as a call of a function that does not exist';
const OF_EVENTS = 'its events are not delivered in this gateway';

/**
 * For each type, the members that name a function to invoke, and what its absence causes; `*` is any item of a list.
 * The services report functions of event source mappings and log subscriptions themselves.
 */
const INVOKED: Readonly<
  Record<string, { readonly members: readonly string[]; readonly consequence: string }>
> = {
  'AWS::ApiGateway::Method': { members: ['Integration.Uri'], consequence: OF_API },
  'AWS::ApiGateway::Authorizer': { members: ['AuthorizerUri'], consequence: OF_API },
  'AWS::ApiGatewayV2::Integration': { members: ['IntegrationUri'], consequence: OF_API },
  'AWS::ApiGatewayV2::Authorizer': { members: ['AuthorizerUri'], consequence: OF_API },
  'AWS::Lambda::Url': { members: ['TargetFunctionArn'], consequence: OF_API },
  'AWS::Cognito::UserPool': {
    members: [
      'PreSignUp',
      'PostConfirmation',
      'PreAuthentication',
      'PostAuthentication',
      'PreTokenGeneration',
      'PreTokenGenerationConfig.LambdaArn',
      'CustomMessage',
    ].map((trigger) => `LambdaConfig.${trigger}`),
    consequence: OF_API,
  },
  'AWS::Events::Rule': { members: ['Targets.*.Arn'], consequence: OF_EVENTS },
  'AWS::Scheduler::Schedule': { members: ['Target.Arn'], consequence: OF_EVENTS },
  'AWS::SNS::Subscription': { members: ['Endpoint'], consequence: OF_EVENTS },
  'AWS::S3::Bucket': {
    members: ['NotificationConfiguration.LambdaConfigurations.*.Function'],
    consequence: OF_EVENTS,
  },
  'AWS::Lambda::EventInvokeConfig': {
    members: ['DestinationConfig.OnSuccess.Destination', 'DestinationConfig.OnFailure.Destination'],
    consequence: OF_EVENTS,
  },
};

const ARN = /arn:[^:/]+:lambda:[^:/]*:[^:/]*:function:[^/]+/;

/** Returns one item for each place that names an absent function of the stack's own account and region. */
export function findAbsentFunctions(stacks: readonly ResolvedStack[]): readonly UnsupportedItem[] {
  const known = new Set(stacks.flatMap(functionNamesOf));
  return stacks.flatMap((stack) =>
    [...stack.resources.values()].flatMap((resource) => {
      const { members, consequence } = INVOKED[resource.type] ?? { members: [], consequence: '' };
      return members
        .flatMap((member) => textsAt(resource.properties, member.split('.')))
        .flatMap(({ at, text }) => {
          const names = namesOf(text, resource, stack).filter((name) => !known.has(name));
          return [...new Set(names)].map((name) =>
            describeAbsent(name, { stack, resource, property: at.join('.'), consequence }, stacks),
          );
        });
    }),
  );
}

/** Includes functions that the gateway cannot run, because their own faults are reported. */
function functionNamesOf({ functions, refused, resources }: ResolvedStack): readonly string[] {
  const declared = [...resources.values()].filter(({ type }) => type === 'AWS::Lambda::Function');
  return [
    ...functions.map(({ name }) => name),
    ...refused.keys(),
    ...declared.map(({ physicalId }) => physicalId),
  ];
}

/**
 * Returns the names of the functions of the stack's own account and region that a member invokes: one for each stage
 * whose variables the member contains.
 */
function namesOf(text: string, resource: ResolvedResource, stack: ResolvedStack): readonly string[] {
  const named = resource.type === 'AWS::Lambda::Url' ? text : ARN.exec(text)?.[0];
  if (named === undefined) return [];
  return namesByStage(named, resource, stack).flatMap((one) => {
    const parts = parseFunctionName(one);
    const isOwn = parts.functionName !== '' && !isInOtherPlace(parts, functionHomeOf(stack));
    return isOwn && !parts.functionName.includes('$') ? [parts.functionName] : [];
  });
}

const VARIABLE = /\$\{stageVariables\.(\w+)\}/g;

function namesByStage(
  text: string,
  { properties }: ResolvedResource,
  { resources }: ResolvedStack,
): readonly string[] {
  if (!text.includes('${stageVariables.')) return [text];
  const apiOf = (one: ResolvedResource['properties']): unknown => one['RestApiId'] ?? one['ApiId'];
  return [...resources.values()]
    .filter(({ type, properties: of }) => STAGES.has(type) && apiOf(of) === apiOf(properties))
    .map(({ properties: of }) => {
      const variables = mapOf(of, of['StageVariables'] === undefined ? 'Variables' : 'StageVariables');
      return text.replace(VARIABLE, (whole, name: string) => asText(variables[name]) ?? whole);
    });
}

const STAGES = new Set(['AWS::ApiGateway::Stage', 'AWS::ApiGatewayV2::Stage']);

type Place = {
  readonly stack: ResolvedStack;
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly consequence: string;
};

function describeAbsent(
  name: string,
  { stack, resource, property, consequence }: Place,
  stacks: readonly ResolvedStack[],
): UnsupportedItem {
  const { file, line } = resource.place(property);
  const meant = stacks.flatMap((owner) => findRenamed(name, owner))[0];
  const but = meant === undefined ? '' : `, but the stack ${meant.owner.stackName} has ${meant.functionName}`;
  return {
    stackName: stack.stackName,
    logicalId: resource.logicalId,
    type: resource.type,
    property,
    rule: 'function-elsewhere',
    severity: 'unchecked',
    message: `no loaded stack has the function ${name}${but}`,
    consequence,
    ...(meant !== undefined && { remedy: adviseName(meant, stack) }),
    file,
    line,
  };
}

type Renamed = {
  readonly owner: ResolvedStack;
  readonly functionName: string;
  /** The name that the stack would have to have. */
  readonly wantedStack: string;
};

/** Returns the functions of a stack whose names would be `name` if the stack had another name. */
function findRenamed(name: string, owner: ResolvedStack): readonly Renamed[] {
  const { stackName, source, functions } = owner;
  const resources = mapOf(source?.template ?? {}, 'Resources');
  return functions.flatMap(({ name: functionName, logicalId }) => {
    const written = mapOf(membersOf(resources[logicalId]), 'Properties')['FunctionName'];
    const at = functionName.indexOf(stackName);
    if (at === -1 || !JSON.stringify(written ?? null).includes('AWS::StackName')) return [];
    const [before, after] = [functionName.slice(0, at), functionName.slice(at + stackName.length)];
    const wantedStack = name.slice(before.length, name.length - after.length);
    const isRenamed =
      `${before}${after}` !== '' && `${before}${wantedStack}${after}` === name && isStackName(wantedStack);
    return isRenamed ? [{ owner, functionName, wantedStack }] : [];
  });
}

/** Says which parameter contains the name of the other stack, or else which name that stack needs. */
function adviseName({ owner, wantedStack }: Renamed, { source }: ResolvedStack): string {
  const declared = Object.entries(mapOf(source?.template ?? {}, 'Parameters'));
  const parameter = declared.find(
    ([name, one]) => (source?.parameters[name] ?? membersOf(one)['Default']) === wantedStack,
  )?.[0];
  if (parameter !== undefined) return `pass --param ${parameter}=${owner.stackName}`;
  // The file gives the stack its name only if nothing else does, such as samconfig.toml.
  const isNamedAfterFile = basename(owner.file).startsWith(`${owner.stackName}.`);
  const how = isNamedAfterFile
    ? `: rename ${basename(owner.file)} to ${wantedStack}${extname(owner.file)}`
    : '';
  return `give the stack ${owner.stackName} the name ${wantedStack}${how}`;
}
