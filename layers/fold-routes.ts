/**
 * Writes routes and integrations of an HTTP API into the API itself, as OpenAPI, so that the stack needs one resource
 * for all of them instead of one for each. API Gateway still chooses among the same routes, and IAM still allows each
 * route separately.
 */
import type { Template } from './edit-template.ts';

type Resource = Template['Resources'][string];
type Entry = readonly [id: string, resource: Resource];

/**
 * A security scheme that requires AWS signatures. AWS's OpenAPI import recognizes it by `awsSigv4`, whatever the
 * scheme's name.
 */
const SIGNED = {
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  'x-amazon-apigateway-authtype': 'awsSigv4',
};
/** The name that SAM uses; SAM builds HTTP APIs with IAM from such a definition. */
const SCHEME = 'AWS_IAM';

/**
 * Does nothing if the template has no such API. Also does nothing if routes of the API are deployed as
 * resources, as earlier versions of the stack had them: an API with `Body` must not have `ProtocolType`. If
 * that property is removed, CloudFormation replaces the API, and the API's address changes.
 * @param deployed logical ids of the deployed stack, or an error if they are unknown
 */
export function foldRoutes(
  { Resources }: Template,
  apiId: string,
  deployed: readonly string[] | Error = [],
): void {
  const api = Resources[apiId];
  if (api?.Type !== 'AWS::ApiGatewayV2::Api') return;
  const ofApi = (type: string): readonly Entry[] =>
    Object.entries(Resources).filter(
      ([, { Type, Properties }]) =>
        Type === type && JSON.stringify(Properties?.['ApiId']) === JSON.stringify({ Ref: apiId }),
    );
  const integrations = ofApi('AWS::ApiGatewayV2::Integration');
  const routes = ofApi('AWS::ApiGatewayV2::Route');
  const isDeployedApart = [...integrations, ...routes].some(
    ([id]) => Array.isArray(deployed) && deployed.includes(id),
  );
  if (isDeployedApart) return;
  const { Name: name, ...settings } = api.Properties ?? {};
  Reflect.deleteProperty(settings, 'ProtocolType');
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [, { Properties = {} }] of routes) {
    const [method = '', path = ''] = String(Properties['RouteKey']).split(' ');
    const verb = method === 'ANY' ? 'x-amazon-apigateway-any-method' : method.toLowerCase();
    const integration = integrations.find(([id]) => JSON.stringify(Properties['Target']).includes(`"${id}"`));
    paths[path] = { ...paths[path], [verb]: operationOf(Properties, integration?.[1]) };
  }
  api.Properties = {
    ...settings,
    FailOnWarnings: true,
    Body: {
      openapi: '3.0.1',
      info: { title: name, version: '1' },
      paths,
      components: { securitySchemes: { [SCHEME]: SIGNED } },
    },
  };
  const gone = [...integrations, ...routes].map(([id]) => id);
  for (const id of gone) Reflect.deleteProperty(Resources, id);
  for (const resource of Object.values(Resources)) forget(resource, gone);
}

function operationOf(route: Readonly<Record<string, unknown>>, integration: Resource | undefined): object {
  const { RouteKey: key, AuthorizationType: authorization = 'NONE' } = route;
  if (authorization !== 'AWS_IAM' && authorization !== 'NONE')
    throw new Error(
      `route ${String(key)}: the definition of the API can contain only the authorization types NONE and AWS_IAM, not ${String(authorization)}`,
    );
  const {
    IntegrationUri: uri,
    PayloadFormatVersion: version,
    TimeoutInMillis: timeoutInMillis,
  } = integration?.Properties ?? {};
  return {
    responses: { default: { description: 'of the function' } },
    ...(authorization === 'AWS_IAM' && { security: [{ [SCHEME]: [] }] }),
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: {
        'Fn::Sub': [
          'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Arn}/invocations',
          { Arn: uri },
        ],
      },
      payloadFormatVersion: version,
      timeoutInMillis,
    },
  };
}

function forget(resource: Resource, gone: readonly string[]): void {
  if (resource.DependsOn === undefined) return;
  const kept = [resource.DependsOn].flat().filter((id) => !gone.some((one) => one === id));
  if (kept.length === 0) Reflect.deleteProperty(resource, 'DependsOn');
  else Reflect.set(resource, 'DependsOn', kept);
}
