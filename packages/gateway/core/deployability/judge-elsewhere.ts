/**
 * Finds functions that a template names literally, and that are in another account or region or in no loaded stack. For
 * another account or region, AWS calls the named function instead of the stack's function of the same name.
 */
import { isInOtherPlace, parseFunctionName } from '@gatewright/aws/function-name';
import { functionHomeOf } from '../stack/home.ts';
import { nearestOf } from './spelling.ts';
import type { ResolvedStack } from '../stack/model.ts';
import { textsAt } from './judge-regions.ts';
import type { BrokenRelation } from './relation.ts';

/** For each type, the members that name a function to call; `*` is any item of a list. */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::Method': ['Integration.Uri'],
  'AWS::ApiGateway::Authorizer': ['AuthorizerUri'],
  'AWS::ApiGatewayV2::Integration': ['IntegrationUri'],
  'AWS::ApiGatewayV2::Authorizer': ['AuthorizerUri'],
  'AWS::Events::Rule': ['Targets.*.Arn'],
  'AWS::Scheduler::Schedule': ['Target.Arn'],
  'AWS::SNS::Subscription': ['Endpoint'],
  'AWS::Logs::SubscriptionFilter': ['DestinationArn'],
  'AWS::Lambda::EventSourceMapping': ['FunctionName'],
  'AWS::Lambda::Permission': ['FunctionName'],
  'AWS::Lambda::Url': ['TargetFunctionArn'],
  'AWS::Lambda::EventInvokeConfig': [
    'FunctionName',
    'DestinationConfig.OnSuccess.Destination',
    'DestinationConfig.OnFailure.Destination',
  ],
};

const ARN = /arn:[^:/]+:lambda:[^:/]*:[^:/]*:function:[^/]+/;

/** @param loaded all loaded stacks, including the judged stack */
export function findElsewhere(
  stack: ResolvedStack,
  loaded: readonly ResolvedStack[],
): readonly BrokenRelation[] {
  const home = functionHomeOf(stack);
  const known = loaded.flatMap(namesOfFunctions);
  return [...stack.resources.values()].flatMap((resource) =>
    (CALLED[resource.type] ?? [])
      .flatMap((path) => textsAt(resource.properties, path.split('.')))
      .flatMap(({ at, text }) => {
        const [arn] = ARN.exec(text) ?? [];
        if (arn === undefined) return [];
        if (!isInOtherPlace(parseFunctionName(arn), home))
          return describeMissing(parseFunctionName(arn).functionName, known).map((missing) => ({
            resource,
            property: at.join('.'),
            ...missing,
          }));
        const { accountId, region, functionName } = parseFunctionName(arn);
        const isOtherAccount = accountId !== home.accountId;
        const place = isOtherAccount ? `account ${accountId ?? ''}` : `region ${region ?? ''}`;
        const own = isOtherAccount ? home.accountId : (home.region ?? '');
        const namesake = stack.functions.find(({ name }) => name === functionName);
        return [
          {
            resource,
            property: at.join('.'),
            message: `${arn} is in ${place}, and the stack is in ${own}, so the gateway invokes no function for this ARN${namesake === undefined ? '' : `, not even ${namesake.logicalId}, which has the same name`}`,
            remedy: `${namesake === undefined ? `check that the function exists in ${place}` : `write !GetAtt ${namesake.logicalId}.Arn`}, or pass ${isOtherAccount ? `--account ${accountId ?? ''}` : `--region ${region ?? ''}`} if this is where the stack is deployed`,
          },
        ];
      }),
  );
}

type KnownFunction = { readonly name: string; readonly stackName: string };

function namesOfFunctions({ resources, functions, stackName }: ResolvedStack): readonly KnownFunction[] {
  const declared = [...resources.values()].filter(({ type }) => type === 'AWS::Lambda::Function');
  const names = new Set([
    ...functions.map(({ name }) => name),
    ...declared.map(({ physicalId }) => physicalId),
  ]);
  return [...names].map((name) => ({ name, stackName }));
}

/** A name with a variable is known only when a stage or an event calls the function. */
const UNKNOWN = /\$\{/;

/** Describes a function that no loaded stack has. Its stack may be deployed elsewhere. */
function describeMissing(
  name: string,
  known: readonly KnownFunction[],
): readonly Pick<BrokenRelation, 'message' | 'remedy'>[] {
  if (name === '' || UNKNOWN.test(name) || known.some((one) => one.name === name)) return [];
  // The beginning of a name is often the name of a stack.
  const end = name.slice(Math.max(0, name.lastIndexOf('-')));
  const similar = known.filter(
    (one) =>
      one.name.endsWith(end.startsWith('-') ? end : `-${end}`) || nearestOf(name, [one.name]) !== undefined,
  );
  const [only] = similar;
  const found =
    only === undefined || similar.length > 1
      ? ''
      : `; the stack ${only.stackName} has the function ${only.name}`;
  return [
    {
      message: `no loaded stack has the function ${name}, so calls of it fail here with “Function not found”${found}`,
      remedy: `name the stack that has the function, too: gatewright start OTHER THIS. If a parameter is a part of the name, set it: --param NAME=VALUE${found === '' ? '' : `, so that the name is ${only?.name ?? ''}`}`,
    },
  ];
}
