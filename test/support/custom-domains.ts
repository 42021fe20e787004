/** Custom domains as templates write them, for the API of `routed-apis.ts`. */
import { API_ID } from './routed-apis.ts';
import type { JsonObject } from '../../gateway/definition/model.ts';
import type { TestResource } from './a-stack.ts';

export const HOST = 'api.example.com';

export function domain(properties: JsonObject = {}): TestResource {
  return { type: 'AWS::ApiGateway::DomainName', properties: { DomainName: HOST, ...properties } };
}

export function mapping(properties: JsonObject, DomainName = HOST): TestResource {
  return {
    type: 'AWS::ApiGateway::BasePathMapping',
    properties: { DomainName, RestApiId: API_ID, ...properties },
  };
}

export function keyed(properties: JsonObject): TestResource {
  return {
    type: 'AWS::ApiGatewayV2::ApiMapping',
    properties: { DomainName: HOST, ApiId: API_ID, Stage: 'dev', ...properties },
  };
}
