/**
 * Adds the logs, tracing and metrics of a REST stage to the template, as `StageDescription` of osls's deployment. The
 * template lacks them, because osls sets them with SDK calls after the deployment.
 */
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

export type RestStageSettings = {
  readonly logs: Json | undefined;
  readonly tracing: Json | undefined;
  readonly metrics: Json | undefined;
  readonly logGroup: string;
};

/** osls's own access log format (osls, update-stage.js). */
const DEFAULT_FORMAT = [
  'requestId: $context.requestId',
  'ip: $context.identity.sourceIp',
  'caller: $context.identity.caller',
  'user: $context.identity.user',
  'requestTime: $context.requestTime',
  'httpMethod: $context.httpMethod',
  'resourcePath: $context.resourcePath',
  'status: $context.status',
  'protocol: $context.protocol',
  'responseLength: $context.responseLength',
].join(', ');

export function addRestStageSettings(template: JsonObject, settings: RestStageSettings): JsonObject {
  const description = describeStage(settings);
  const resources = template['Resources'];
  if (Object.keys(description).length === 0 || !isJsonObject(resources)) return template;
  const entries = Object.entries(resources).map(([logicalId, resource]) => {
    const properties = membersOf(resource)['Properties'];
    if (!isJsonObject(resource) || !isJsonObject(properties)) return [logicalId, resource];
    const isStage =
      resource['Type'] === 'AWS::ApiGateway::Deployment' && properties['StageName'] !== undefined;
    if (!isStage) return [logicalId, resource];
    const existing = mapOf(properties, 'StageDescription');
    const merged = { ...properties, StageDescription: { ...description, ...existing } };
    return [logicalId, { ...resource, Properties: merged }];
  });
  return { ...template, Resources: Object.fromEntries(entries) as JsonObject };
}

function describeStage(settings: RestStageSettings): JsonObject {
  const methodSettings: Record<string, Json> = {};
  const description: Record<string, Json> = {};
  if (settings.tracing === true) description['TracingEnabled'] = true;
  if (settings.metrics === true) methodSettings['MetricsEnabled'] = true;
  if (settings.logs === true || isJsonObject(settings.logs)) {
    const logs = membersOf(settings.logs);
    if (logs['accessLogging'] !== false) {
      description['AccessLogSetting'] = {
        DestinationArn: {
          'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${settings.logGroup}`,
        },
        Format: logs['format'] ?? DEFAULT_FORMAT,
      };
    }
    if (logs['executionLogging'] !== false) {
      methodSettings['LoggingLevel'] = logs['level'] ?? 'INFO';
      methodSettings['DataTraceEnabled'] = logs['fullExecutionData'] !== false;
    }
  }
  if (Object.keys(methodSettings).length > 0) {
    description['MethodSettings'] = [{ HttpMethod: '*', ResourcePath: '/*', ...methodSettings }];
  }
  return description;
}
