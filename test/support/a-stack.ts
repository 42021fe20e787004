/** Resolved stacks for tests: resources as CloudFormation writes them, with ids instead of intrinsics. */
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../packages/gateway/core/stack/model.ts';

export type TestResource = { readonly type: string; readonly id?: string; readonly properties: JsonObject };

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '123456789012';

/** A stack of these resources, by logical id. `Ref` of a resource gives its `id`, or its logical id if it has none. */
export function aStack(resources: Readonly<Record<string, TestResource>>, stackName = 'test'): ResolvedStack {
  return {
    stackName,
    stage: 'dev',
    region: REGION,
    accountId: ACCOUNT_ID,
    file: 'template.json',
    includes: [],
    resources: new Map(
      Object.entries(resources).map(([logicalId, { type, id, properties }]) => [
        logicalId,
        {
          logicalId,
          type,
          physicalId: id ?? logicalId,
          properties,
          dependsOn: [],
          place: (property?: string) => ({ file: 'template.json', line: 1, logicalId, property }),
        },
      ]),
    ),
    outputs: new Map(),
    metadata: {},
    exports: new Map(),
    functions: [],
    refused: new Map(),
    unsupported: [],
    noEffect: [],
  };
}

/** The invocation URI of the function with this name, as REST methods and authorizers have it. */
export function invokeUri(functionName: string): string {
  return `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${functionArn(functionName)}/invocations`;
}

export function functionArn(functionName: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${functionName}`;
}

/** Method properties of a Lambda proxy. */
export function proxyTo(functionName: string): JsonObject {
  return { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: invokeUri(functionName) };
}
