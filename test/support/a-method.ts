/** REST APIs of one method, for tests of integrations. */
import { makeRootResourceId } from '../../packages/base/aws/physical-ids.ts';
import { anApi } from './an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { HttpOutcome } from '../../packages/gateway/core/ports.ts';
import type { TestResource } from './a-stack.ts';
import type { TestApi } from './an-api.ts';
import type { FakeFunction } from './virtual-ports.ts';

export const API = 'abcdefghij';
const OK_RESPONSE = { MethodResponses: [{ StatusCode: '200' }] };

export type MethodSetup = {
  readonly integration: JsonObject;
  readonly method?: JsonObject;
  readonly api?: JsonObject;
  readonly variables?: JsonObject;
  readonly more?: Readonly<Record<string, TestResource>>;
  readonly functions?: Readonly<Record<string, FakeFunction>>;
};

/** A REST API with one method, ANY /{id}, with this integration. */
export function aMethod({
  integration,
  method = {},
  api = {},
  variables = {},
  more = {},
  functions = {},
}: MethodSetup): TestApi {
  return anApi(
    {
      Api: { type: 'AWS::ApiGateway::RestApi', id: API, properties: { Name: 'pets', ...api } },
      Item: {
        type: 'AWS::ApiGateway::Resource',
        properties: { RestApiId: API, ParentId: makeRootResourceId('test', 'Api'), PathPart: '{id}' },
      },
      Any: {
        type: 'AWS::ApiGateway::Method',
        properties: {
          RestApiId: API,
          ResourceId: 'Item',
          HttpMethod: 'ANY',
          AuthorizationType: 'NONE',
          Integration: integration,
          ...OK_RESPONSE,
          ...method,
        },
      },
      ...more,
      Deployment: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: API } },
      Stage: {
        type: 'AWS::ApiGateway::Stage',
        properties: { RestApiId: API, StageName: 'dev', DeploymentId: 'Deployment', Variables: variables },
      },
    },
    functions,
  );
}

export const JSON_ONLY = (template: string): JsonObject => ({ 'application/json': template });
export const DEFAULT = [{ StatusCode: '200' }];
export const INTERNAL = '{"message": "Internal server error"}';

export function answered(body: string | Buffer, headers: string[] = [], status = 200): HttpOutcome {
  return { kind: 'answered', status, headers, body: Buffer.from(body) };
}

export function headerLines(headers: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    headers.flatMap((name, index) =>
      index % 2 === 0 ? [[name.toLowerCase(), headers[index + 1] ?? '']] : [],
    ),
  );
}
