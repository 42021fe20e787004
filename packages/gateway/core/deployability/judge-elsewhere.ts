/**
 * Finds functions of another account or region that a template names literally. AWS calls the named function instead of
 * the stack's function of the same name.
 */
import { isInOtherPlace, parseFunctionName } from '@gatewright/aws/function-name';
import { functionHomeOf } from '../stack/home.ts';
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

export function findElsewhere(stack: ResolvedStack): readonly BrokenRelation[] {
  const home = functionHomeOf(stack);
  return [...stack.resources.values()].flatMap((resource) =>
    (CALLED[resource.type] ?? [])
      .flatMap((path) => textsAt(resource.properties, path.split('.')))
      .flatMap(({ at, text }) => {
        const [arn] = ARN.exec(text) ?? [];
        if (arn === undefined || !isInOtherPlace(parseFunctionName(arn), home)) return [];
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
