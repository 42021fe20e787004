/**
 * Finds resources that name another resource of the stack by a literal name instead of a reference. CloudFormation may
 * then create the named resource last, so that the service does not find it.
 */
import { parseFunctionName } from '@gatewright/aws/function-name';
import { asOneOrMore, asText, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { adviseWait, awaitedBy } from '../stack/creation-order.ts';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/** A property that names another resource, with the service's error message if that resource does not exist. */
type Named = {
  readonly property: string;
  readonly message: string;
  readonly isMaker: (type: string, properties: JsonObject, physicalId: string) => boolean;
};

type Reader = (properties: JsonObject, stack: ResolvedStack) => readonly Named[];

const isRestStage =
  (api: unknown, stage: unknown) =>
  (type: string, properties: JsonObject): boolean =>
    (type === 'AWS::ApiGateway::Stage' || type === 'AWS::ApiGateway::Deployment') &&
    properties['RestApiId'] === api &&
    properties['StageName'] === stage;

const ADVICE = 'list the stage, or the deployment that creates it, in DependsOn';

/** For each type, a function that returns the properties that name other resources. */
const NAMED_BY: Readonly<Record<string, Reader>> = {
  // See serverless/serverless#2831, aws/serverless-application-model#32
  'AWS::ApiGateway::UsagePlan': ({ ApiStages: stages }) =>
    asOneOrMore(stages).flatMap((one, index) => {
      const { ApiId: api, Stage: stage } = membersOf(one);
      return typeof api === 'string' && typeof stage === 'string'
        ? [
            {
              property: `ApiStages.${index}.Stage`,
              message: `API Stage not found: ${api}:${stage}; ${ADVICE}`,
              isMaker: isRestStage(api, stage),
            },
          ]
        : [];
    }),
  // See aws/serverless-application-model#192, serverless/serverless#4029
  'AWS::ApiGateway::BasePathMapping': ({ RestApiId: api, Stage: stage }) =>
    typeof api === 'string' && typeof stage === 'string'
      ? [
          {
            property: 'Stage',
            message: `Invalid stage identifier specified; list the stage ${stage}, or the deployment that creates it, in DependsOn`,
            isMaker: isRestStage(api, stage),
          },
        ]
      : [],
  'AWS::ApiGatewayV2::ApiMapping': ({ ApiId: api, Stage: stage }) => [
    {
      property: 'Stage',
      message: `Invalid stage identifier specified; list the stage ${asText(stage) ?? ''} in DependsOn`,
      isMaker: (type, of) =>
        type === 'AWS::ApiGatewayV2::Stage' && of['ApiId'] === api && of['StageName'] === stage,
    },
  ],
  // See aws-cloudformation/cloudformation-coverage-roadmap#2358, aws-samples/serverless-patterns#2173
  'AWS::WAFv2::WebACLAssociation': (properties) => {
    const arn = textOf(properties, 'ResourceArn');
    const [, api, stage] = /:\/restapis\/([^/]+)\/stages\/([^/]+)$/.exec(arn) ?? [];
    return [
      {
        property: 'ResourceArn',
        message: `AWS WAF couldn't perform the operation because your resource doesn't exist; ${ADVICE}`,
        isMaker: isRestStage(api, stage),
      },
    ];
  },
  'AWS::Cognito::UserPoolClient': ({ UserPoolId: pool, SupportedIdentityProviders, AllowedOAuthScopes }) => [
    // See lgallard/terraform-aws-cognito-user-pool#72
    ...asOneOrMore(SupportedIdentityProviders).map((provider, index) => ({
      property: `SupportedIdentityProviders.${index}`,
      message: `The provider ${asText(provider) ?? ''} does not exist for User Pool ${asText(pool) ?? ''}; list it in DependsOn`,
      isMaker: (type: string, of: JsonObject) =>
        type === 'AWS::Cognito::UserPoolIdentityProvider' &&
        of['UserPoolId'] === pool &&
        of['ProviderName'] === provider,
    })),
    // See serverless/serverless#10041
    ...asOneOrMore(AllowedOAuthScopes).map((scope, index) => ({
      property: `AllowedOAuthScopes.${index}`,
      message: `Invalid scope requested: ${asText(scope) ?? ''}; list its resource server in DependsOn`,
      isMaker: (type: string, of: JsonObject) =>
        type === 'AWS::Cognito::UserPoolResourceServer' &&
        of['UserPoolId'] === pool &&
        (asText(scope) ?? '').startsWith(`${textOf(of, 'Identifier')}/`),
    })),
  ],
  ...Object.fromEntries(
    [
      ['AWS::Lambda::Permission', 'FunctionName'],
      ['AWS::Lambda::EventSourceMapping', 'FunctionName'],
      ['AWS::Lambda::EventInvokeConfig', 'FunctionName'],
      ['AWS::Lambda::Alias', 'FunctionName'],
      ['AWS::Lambda::Version', 'FunctionName'],
      ['AWS::Lambda::Url', 'TargetFunctionArn'],
    ].map(([type = '', property = '']) => [type, functionNamedBy(property)]),
  ),
};

/** Returns a reader for a property that names a function, which must exist already (serverless/serverless#4523). */
function functionNamedBy(property: string): Reader {
  return (properties, { region, accountId }) => {
    const { functionName } = parseFunctionName(textOf(properties, property));
    return [
      {
        property,
        message: `Function not found: arn:aws:lambda:${region}:${accountId}:function:${functionName}; refer to the function, or list it in DependsOn`,
        isMaker: (type, _, physicalId) => type === 'AWS::Lambda::Function' && physicalId === functionName,
      },
    ];
  };
}

/**
 * Refuses a resource that names another resource, but does not wait for any resource that may create it. Terraform
 * plans are not checked, because they contain names in place of references, so the order is unknown.
 */
export function judgeOrder(
  resource: ResolvedResource,
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const named = NAMED_BY[resource.type]?.(resource.properties, stack) ?? [];
  if (named.length === 0 || stack.source === undefined || stack.source.writtenAs !== undefined)
    return undefined;
  const awaited = awaitedBy(resource.logicalId, stack);
  // Quick create makes a stage together with its API, so this stage is not a resource of the template.
  const written = mapOf(stack.source.template, 'Resources');
  const makersOf = ({ isMaker }: Named): readonly ResolvedResource[] =>
    all.filter(
      ({ logicalId, type, properties, physicalId }) =>
        Object.hasOwn(written, logicalId) && isMaker(type, properties, physicalId),
    );
  const early = named.find((one) => {
    const makers = makersOf(one);
    return makers.length > 0 && !makers.some(({ logicalId }) => awaited.has(logicalId));
  });
  if (early === undefined || waitsForSlow(resource, awaited, stack)) return undefined;
  const { logicalId } = resource;
  const maker = makersOf(early)[0]?.logicalId ?? '';
  return {
    resource,
    property: early.property,
    message: early.message,
    remedy: adviseWait(logicalId, [maker], stack, `add DependsOn: ${maker} to ${logicalId}`),
  };
}

/**
 * Each key is a resource type that waits for a resource of the type in its value, whose creation takes long. When the
 * wait ends, the other resources that the waiting resource names usually exist: the stage of a mapping, and the scopes
 * of a client of a user pool.
 */
const SLOW: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::BasePathMapping': 'AWS::ApiGateway::DomainName',
  'AWS::Cognito::UserPoolClient': 'AWS::Cognito::UserPoolDomain',
};

function waitsForSlow(
  { type }: ResolvedResource,
  awaited: ReadonlySet<string>,
  stack: ResolvedStack,
): boolean {
  const slow = SLOW[type];
  return slow !== undefined && [...awaited].some((name) => stack.resources.get(name)?.type === slow);
}
