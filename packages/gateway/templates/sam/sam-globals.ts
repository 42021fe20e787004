/**
 * The properties that the section Globals can have. SAM refuses all others, although resources can have them.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
 * @see https://github.com/aws/serverless-application-model/blob/develop/samtranslator/plugins/globals/globals.py
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { nearestOf } from '../../core/deployability/spelling.ts';
import { words } from '../../core/resource-types/words.ts';

const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  Function: words(`
    Handler Runtime CodeUri DeadLetterQueue Description MemorySize Timeout VpcConfig Environment Tags PropagateTags
    Tracing KmsKeyArn AutoPublishAlias AutoPublishAliasAllProperties Layers DeploymentPreference RolePath
    PermissionsBoundary ReservedConcurrentExecutions ProvisionedConcurrencyConfig AssumeRolePolicyDocument
    EventInvokeConfig FileSystemConfigs CodeSigningConfigArn Architectures SnapStart EphemeralStorage FunctionUrlConfig
    RuntimeManagementConfig LoggingConfig RecursiveLoop SourceKMSKeyArn TenancyConfig DurableConfig
    CapacityProviderConfig FunctionScalingConfig PublishToLatestPublished VersionDeletionPolicy
  `),
  Api: words(`
    Auth Name DefinitionUri CacheClusterEnabled CacheClusterSize MergeDefinitions Variables EndpointConfiguration
    MethodSettings BinaryMediaTypes MinimumCompressionSize Cors GatewayResponses AccessLogSetting CanarySetting
    TracingEnabled OpenApiVersion Domain AlwaysDeploy PropagateTags SecurityPolicy EndpointAccessMode
  `),
  HttpApi: words(`
    Auth AccessLogSettings StageVariables Tags CorsConfiguration DefaultRouteSettings Domain RouteSettings
    FailOnWarnings PropagateTags
  `),
  SimpleTable: words('SSESpecification'),
  StateMachine: words('PropagateTags'),
  LayerVersion: words('PublishLambdaVersion'),
  CapacityProvider: words(
    'VpcConfig OperatorRole Tags InstanceRequirements ScalingConfig KmsKeyArn PropagateTags',
  ),
  WebSocketApi: words(`
    AccessLogSettings ApiKeySelectionExpression DefaultRouteSettings DisableExecuteApiEndpoint DisableSchemaValidation
    Domain FailOnWarnings IpAddressType PropagateTags RouteSelectionExpression RouteSettings StageVariables Tags
  `),
};

type RefusedGlobal = { readonly at: readonly string[]; readonly message: string; readonly remedy: string };

/** Returns the errors that SAM reports about the section, in SAM's wording. */
export function findRefusedGlobals(globals: Json | undefined): readonly RefusedGlobal[] {
  if (!isJsonObject(globals)) return [];
  return Object.entries(globals).flatMap(([section, properties]): readonly RefusedGlobal[] => {
    const supported = Object.hasOwn(SUPPORTED, section) ? SUPPORTED[section] : undefined;
    if (supported === undefined)
      return [
        {
          at: ['Globals', section],
          remedy: `remove ${section} from Globals, and set its members in the resources`,
          message: `'Globals' section is invalid. '${section}' is not supported. Must be one of the following values - ${list(Object.keys(SUPPORTED).toSorted())}`,
        },
      ];
    return Object.keys(isJsonObject(properties) ? properties : {})
      .filter((name) => !supported.includes(name))
      .map((name) => ({
        at: ['Globals', section, name],
        remedy: remedyOf(name, section, supported),
        message: `'Globals' section is invalid. '${name}' is not a supported property of '${section}'. Must be one of the following values - ${list(supported)}`,
      }));
  });
}

function remedyOf(name: string, section: string, supported: readonly string[]): string {
  const meant = nearestOf(name, supported);
  return meant === undefined
    ? `remove ${name} from Globals.${section}, and set it in each resource that needs it`
    : `write ${meant} instead of ${name}`;
}

function list(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`;
}
