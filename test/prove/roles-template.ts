/** The roles and tables of a stack without its functions, which the proof of roles serves. */
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../packages/gateway/core/stack/model.ts';

export type Statement = {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
};
export type Place = { readonly role: string; readonly policy: number; readonly statement: number };

const STUB =
  'exports.handler = async () => ({ id: process.env.AWS_ACCESS_KEY_ID, secret: process.env.AWS_SECRET_ACCESS_KEY });';

/** Stands for the id of `Cached` in the stack's roles. */
export const CACHED_ID = 'cachedapi0';

/** Resources in other stacks that our functions call. */
const CALLED: JsonObject = {
  Sockets: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: {
      Name: 'sockets',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    },
  },
  SocketsStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Sockets' }, StageName: 'dev', AutoDeploy: true },
  },
  Cached: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'cached' } },
  CachedPath: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      RestApiId: { Ref: 'Cached' },
      ParentId: { 'Fn::GetAtt': ['Cached', 'RootResourceId'] },
      PathPart: 'p',
    },
  },
  CachedGet: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Cached' },
      ResourceId: { Ref: 'CachedPath' },
      HttpMethod: 'GET',
      AuthorizationType: 'AWS_IAM',
      Integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode":200}' },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
      MethodResponses: [{ StatusCode: '200' }],
    },
  },
  CachedDeployment: {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: 'CachedGet',
    Properties: { RestApiId: { Ref: 'Cached' } },
  },
  CachedStage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      RestApiId: { Ref: 'Cached' },
      DeploymentId: { Ref: 'CachedDeployment' },
      StageName: 'dev',
      CacheClusterEnabled: true,
      CacheClusterSize: '0.5',
    },
  },
};

/** Roles and tables as they are deployed, and in place of each function one that returns its credentials. */
export function templateOf(stack: ResolvedStack, without: Place | undefined): JsonObject {
  const resources: Record<string, Json> = { ...CALLED };
  for (const { logicalId, type, physicalId, properties } of stack.resources.values()) {
    if (type === 'AWS::DynamoDB::Table')
      resources[logicalId] = { Type: type, Properties: { ...properties, TableName: physicalId } };
    if (type !== 'AWS::IAM::Role') continue;
    const Policies = policiesOf(properties).map((policy, at) => ({
      PolicyName: `p${at}`,
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: policy
          .filter(
            (_, index) =>
              !(without?.role === logicalId && without.policy === at && without.statement === index),
          )
          .map((statement) => ({ ...statement, Resource: [statement.Resource].flat().map(ofCached) })),
      },
    }));
    const kept = Policies.filter(
      ({ PolicyDocument: { Statement } }) => (Statement as readonly Json[]).length > 0,
    );
    resources[logicalId] = { Type: type, Properties: { RoleName: physicalId, Policies: kept } };
    resources[`${logicalId}Stub`] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: logicalId,
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Timeout: 30,
        Code: { ZipFile: STUB },
        Role: { 'Fn::GetAtt': [logicalId, 'Arn'] },
      },
    };
  }
  return { Resources: resources };
}

function ofCached(resource: string): Json {
  return resource.includes(CACHED_ID) ? { 'Fn::Sub': resource.replaceAll(CACHED_ID, '${Cached}') } : resource;
}

export function policiesOf(properties: JsonObject): readonly (readonly Statement[])[] {
  const policies = (properties['Policies'] ?? []) as unknown as readonly {
    readonly PolicyDocument: { readonly Statement: readonly Statement[] };
  }[];
  return policies.map(({ PolicyDocument: { Statement } }) => Statement);
}
