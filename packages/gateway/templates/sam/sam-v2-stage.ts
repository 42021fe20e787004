import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { expandDomain } from './sam-domain.ts';
import { pick } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';

export const OF_STAGE = ['StageVariables', 'AccessLogSettings', 'DefaultRouteSettings', 'RouteSettings'];

type V2Stage = {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly stageName: Json;
  readonly stageId: string;
  readonly settings?: JsonObject;
};

export function expandV2Stage(expansion: SamExpansion, stage: V2Stage): void {
  const { logicalId, type, properties, stageName, stageId, settings } = stage;
  expansion.make(logicalId, stageId, 'AWS::ApiGatewayV2::Stage', {
    ...pick(properties, [...OF_STAGE, 'Tags']),
    ...settings,
    ApiId: { Ref: logicalId },
    StageName: stageName,
    AutoDeploy: true,
  });
  expansion.references.set(`${logicalId}.Stage`, stageId);
  const owner = { kind: 'http', origin: logicalId, type, apiId: logicalId, stageId } as const;
  expandDomain(expansion, owner, properties['Domain']);
}
