/** Properties whose form in the provider differs from the form in CloudFormation, by the provider's type. */
import { isJsonList, isJsonObject, membersOf, textOf, without } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { firstBlock } from './terraform-document.ts';
import type { Instance } from './terraform-document.ts';
import { notKnown, pascalMembers } from './terraform-values.ts';
import { distributionShape } from './terraform-cloudfront.ts';
import { patternSetShape, ruleGroupShape, webAclShape } from './terraform-waf.ts';
import type { TerraformValues } from './terraform-values.ts';

type Shape = (instance: Instance, values: TerraformValues) => JsonObject;

export const SHAPES: Readonly<Record<string, Shape>> = {
  aws_api_gateway_method: (instance, values) => closedGuard(instance, values, 'authorization'),
  aws_api_gateway_stage: (instance, values) => {
    const [canary] = values.blocks(instance, 'canary_settings');
    return canary === undefined ? {} : { CanarySetting: pascalMembers(canary) };
  },
  aws_api_gateway_usage_plan: (instance, values) => {
    const stages = values.blocks(instance, 'api_stages').map(({ api_id: id, stage, throttle }) => {
      const limits = isJsonList(throttle) ? throttle.filter(isJsonObject) : [];
      const byPath = limits.map(
        (limit) => [textOf(limit, 'path'), pascalMembers(without(limit, 'path'))] as const,
      );
      const Throttle = Object.fromEntries(byPath);
      return { ApiId: id ?? null, Stage: stage ?? null, ...(byPath.length > 0 && { Throttle }) };
    });
    return stages.length === 0 ? {} : { ApiStages: stages };
  },
  aws_apigatewayv2_api: (instance, values) =>
    // If there is an OpenAPI document, it defines the protocol and the name.
    values.value(instance, 'body', 'json') === undefined
      ? {}
      : { ProtocolType: { Ref: 'AWS::NoValue' }, Name: { Ref: 'AWS::NoValue' } },
  aws_apigatewayv2_stage: (instance, values) => {
    const settings = values.blocks(instance, 'route_settings');
    const byRoute = settings.map(
      (each) => [textOf(each, 'route_key'), withLimits(without(each, 'route_key'))] as const,
    );
    const [usual] = values.blocks(instance, 'default_route_settings');
    return {
      ...(usual !== undefined && { DefaultRouteSettings: withLimits(usual) }),
      ...(byRoute.length > 0 && { RouteSettings: Object.fromEntries(byRoute) }),
    };
  },
  aws_apigatewayv2_route: (instance, values) => {
    const required = values
      .blocks(instance, 'request_parameter')
      .map(
        (block) =>
          [textOf(block, 'request_parameter_key'), { Required: block['required'] ?? false }] as const,
      );
    return {
      ...closedGuard(instance, values, 'authorization_type'),
      ...(required.length > 0 && { RequestParameters: Object.fromEntries(required) }),
    };
  },
  aws_apigatewayv2_integration: (instance, values) => {
    const changes = values.blocks(instance, 'response_parameters').map((block) => {
      const mappings = Object.entries(firstBlock(block['mappings']));
      const list = mappings.map(([Destination, Source]) => ({ Destination, Source }));
      return [textOf(block, 'status_code'), { ResponseParameters: list }] as const;
    });
    return changes.length === 0 ? {} : { ResponseParameters: Object.fromEntries(changes) };
  },
  // Aliases ignore the version, because the gateway runs the same code for all versions.
  aws_lambda_alias: (instance, values) => {
    values.value(instance, 'function_version');
    return { FunctionVersion: '$LATEST' };
  },
  aws_lambda_event_source_mapping: (instance, values) => {
    const [criteria] = values.blocks(instance, 'filter_criteria');
    const filters = criteria?.['filter'];
    return {
      ...(isJsonList(filters) && {
        FilterCriteria: { Filters: filters.filter(isJsonObject).map((each) => pascalMembers(each)) },
      }),
      ...destinationsOf(instance, values),
    };
  },
  aws_lambda_function_event_invoke_config: destinationsOf,
  aws_dynamodb_table: tableShape,
  aws_iam_role: (instance, values) => {
    const policies = values
      .blocks(instance, 'inline_policy', 'json')
      .flatMap(({ name, policy }) =>
        policy === undefined || policy === null || policy === ''
          ? []
          : [{ PolicyName: name ?? 'inline', PolicyDocument: policy }],
      );
    return policies.length === 0 ? {} : { Policies: policies };
  },
  aws_cloudwatch_metric_alarm: (instance, values) => {
    const queries = values.blocks(instance, 'metric_query').map((query) => {
      const { stat, period, unit, ...metric } = firstBlock(query['metric']);
      const ofMetric = {
        ...pascalMembers(without(metric, 'dimensions')),
        ...dimensionsOf(metric['dimensions']),
      };
      const MetricStat = { ...pascalMembers(given({ stat, period, unit })), Metric: ofMetric };
      // If the setting is absent, the provider sends false, whereas CloudFormation's default is true.
      const { return_data: ReturnData } = query;
      return {
        ...pascalMembers(without(query, 'metric', 'return_data')),
        ReturnData: ReturnData === true,
        ...(stat !== undefined && { MetricStat }),
      };
    });
    return {
      ...dimensionsOf(values.value(instance, 'dimensions')),
      ...(queries.length > 0 && { Metrics: queries }),
    };
  },
  aws_cloudfront_distribution: distributionShape,
  // Zero means that events never expire.
  aws_cloudwatch_log_group: (instance, values) =>
    values.value(instance, 'retention_in_days') === 0 ? { RetentionInDays: { Ref: 'AWS::NoValue' } } : {},
  aws_wafv2_web_acl: webAclShape,
  aws_wafv2_rule_group: ruleGroupShape,
  aws_wafv2_regex_pattern_set: patternSetShape,
  aws_cognito_resource_server: (instance, values) => {
    const Scopes = values.blocks(instance, 'scope').map((scope) => pascalMembers(scope));
    return Scopes.length === 0 ? {} : { Scopes };
  },
  aws_cognito_user_pool: (instance, values) => {
    const [triggers] = values.blocks(instance, 'lambda_config');
    const attributes = values.blocks(instance, 'schema').map((attribute) => pascalMembers(attribute));
    const Schema = {
      ...(attributes.length > 0 && { Schema: attributes }),
      ...secondFactorsOf(instance, values),
    };
    if (triggers === undefined) return Schema;
    const config = triggers['pre_token_generation_config'];
    return {
      ...Schema,
      LambdaConfig: {
        ...pascalMembers(without(triggers, 'pre_token_generation_config')),
        ...(isJsonList(config) &&
          config.length > 0 && { PreTokenGenerationConfig: pascalMembers(firstBlock(config)) }),
      },
    };
  },
  aws_scheduler_schedule: (instance, values) => {
    const [target] = values.blocks(instance, 'target');
    return target === undefined ? {} : { Target: scheduledTarget(target) };
  },
  // CloudFormation sends `FifoQueue: false` to SQS, which refuses it. The Terraform provider does not send it.
  aws_sqs_queue: (instance, values) =>
    values.value(instance, 'fifo_queue') === false ? { FifoQueue: { Ref: 'AWS::NoValue' } } : {},
  aws_cloudwatch_event_rule: (instance, values) =>
    values.value(instance, 'is_enabled') === false ? { State: 'DISABLED' } : {},
};

/** Blocks of a schedule's target, with their names in CloudFormation. */
const BLOCKS_OF_TARGET = {
  dead_letter_config: 'DeadLetterConfig',
  eventbridge_parameters: 'EventBridgeParameters',
  kinesis_parameters: 'KinesisParameters',
  retry_policy: 'RetryPolicy',
  sqs_parameters: 'SqsParameters',
};

function scheduledTarget(target: JsonObject): JsonObject {
  const blocks = Object.entries(BLOCKS_OF_TARGET).flatMap(([name, property]): [string, Json][] => {
    const block = pascalMembers(firstBlock(target[name]));
    return Object.keys(block).length === 0 ? [] : [[property, block]];
  });
  const plain = pascalMembers(without(target, ...Object.keys(BLOCKS_OF_TARGET)));
  return { ...plain, ...Object.fromEntries(blocks) };
}

function given(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined),
  );
}

function dimensionsOf(map: Json | undefined): JsonObject {
  const Dimensions = Object.entries(membersOf(map)).map(([Name, Value]) => ({ Name, Value }));
  return Dimensions.length === 0 ? {} : { Dimensions };
}

function destinationsOf(instance: Instance, values: TerraformValues): JsonObject {
  const [config] = values.blocks(instance, 'destination_config');
  const entries = ['on_failure', 'on_success'].flatMap((name) => {
    const destination =
      firstBlock(config?.[name])['destination_arn'] ?? firstBlock(config?.[name])['destination'];
    return typeof destination === 'string' || isJsonObject(destination)
      ? [[name === 'on_failure' ? 'OnFailure' : 'OnSuccess', { Destination: destination }] as const]
      : [];
  });
  return entries.length === 0 ? {} : { DestinationConfig: Object.fromEntries(entries) };
}

/** The provider has a block for each second factor, and CloudFormation has one list. */
function secondFactorsOf(instance: Instance, values: TerraformValues): JsonObject {
  const [app] = values.blocks(instance, 'software_token_mfa_configuration');
  const EnabledMfas = [
    ...(app?.['enabled'] === true ? ['SOFTWARE_TOKEN_MFA'] : []),
    ...(values.blocks(instance, 'sms_configuration').length > 0 ? ['SMS_MFA'] : []),
    ...(values.blocks(instance, 'email_mfa_configuration').length > 0 ? ['EMAIL_OTP'] : []),
  ];
  return EnabledMfas.length === 0 ? {} : { EnabledMfas };
}

function tableShape(instance: Instance, values: TerraformValues): JsonObject {
  const indexes = (name: string): Json[] =>
    values.blocks(instance, name).map((block) => ({
      IndexName: block['name'] ?? null,
      KeySchema: keySchema(block['hash_key'] ?? values.value(instance, 'hash_key'), block['range_key']),
      Projection: pascalMembers({
        projection_type: block['projection_type'] ?? null,
        non_key_attributes: block['non_key_attributes'] ?? null,
      }),
      ...throughput(block['read_capacity'], block['write_capacity']),
    }));
  const [global, local] = [indexes('global_secondary_index'), indexes('local_secondary_index')];
  const [ttl] = values.blocks(instance, 'ttl');
  const isStreamed = values.value(instance, 'stream_enabled') === true;
  const view = values.value(instance, 'stream_view_type');
  return {
    AttributeDefinitions: values
      .blocks(instance, 'attribute')
      .map(({ name, type }) => ({ AttributeName: name ?? null, AttributeType: type ?? null })),
    KeySchema: keySchema(values.value(instance, 'hash_key'), values.value(instance, 'range_key')),
    ...throughput(values.value(instance, 'read_capacity'), values.value(instance, 'write_capacity')),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
    ...(isStreamed && { StreamSpecification: { StreamViewType: view ?? null } }),
    ...(ttl?.['enabled'] === true && {
      TimeToLiveSpecification: { AttributeName: ttl['attribute_name'] ?? null, Enabled: true },
    }),
  };
}

function keySchema(hash: Json | undefined, range: Json | undefined): Json {
  const isSet = (key: Json | undefined): key is Json => key !== undefined && key !== null && key !== '';
  return [
    ...(isSet(hash) ? [{ AttributeName: hash, KeyType: 'HASH' }] : []),
    ...(isSet(range) ? [{ AttributeName: range, KeyType: 'RANGE' }] : []),
  ];
}

function throughput(read: Json | undefined, write: Json | undefined): JsonObject {
  if (typeof read !== 'number' || typeof write !== 'number' || read === 0 || write === 0) return {};
  return { ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write } };
}

/**
 * Closes a route or method if its authorization type is empty although an authorizer is set, or if the file does not
 * contain the type. The provider's default for a route is NONE, and a method must have a value. NONE would publish a
 * route that the author intended to protect.
 */
function closedGuard(instance: Instance, values: TerraformValues, attribute: string): JsonObject {
  const type = values.value(instance, attribute);
  if (type !== undefined && type !== '') return {};
  if (membersOf(instance.unknown)[attribute] === true)
    return { AuthorizationType: notKnown(`Terraform's JSON does not contain ${attribute}`) };
  const authorizer = values.value(instance, 'authorizer_id', 'id');
  if (authorizer === undefined || authorizer === '') return {};
  return {
    AuthorizationType: notKnown(
      `${attribute} is empty although authorizer_id is set: set ${attribute} to the type of the authorizer, or to NONE`,
    ),
  };
}

/**
 * Terraform's provider sends 0 for a limit that a block of settings does not have, and API Gateway then refuses every
 * request (terraform-aws-modules/terraform-aws-apigateway-v2#59, hashicorp/terraform-provider-aws#43307).
 */
function withLimits(block: JsonObject): JsonObject {
  return { ThrottlingBurstLimit: 0, ThrottlingRateLimit: 0, ...pascalMembers(block) };
}
