/** APIs whose stages write logs. */
import { anApi } from './an-api.ts';
import { restApi } from './rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';
import type { TestApi } from './an-api.ts';
import type { FakeFunction } from './virtual-ports.ts';

export const LOG_GROUP_ARN = 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/pets:*';

export function accessLogSetting(format: string): JsonObject {
  return { DestinationArn: LOG_GROUP_ARN, Format: format };
}

/** An API whose `GET /dev/pets` calls the function `list`. Its stage `dev` has these properties. */
export function stagedApi(
  stage: JsonObject,
  functions: Readonly<Record<string, FakeFunction>>,
  resources: Record<string, TestResource> = restApi(),
): TestApi {
  const properties = { RestApiId: 'abcdefghij', DeploymentId: 'Deployment', StageName: 'dev', ...stage };
  return anApi(
    {
      ...resources,
      Deployment: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: 'abcdefghij' } },
      Stage: { type: 'AWS::ApiGateway::Stage', properties },
    },
    functions,
  );
}
