import { arnOf, generated, id, named, row } from '../core/resource-types/namers.ts';
import { words } from '../core/resource-types/words.ts';
import type { Identity, Namer } from '../core/resource-types/namers.ts';
import type { ResourceTypeTable } from '../core/resource-types/resource-types.ts';

const functionName = named('FunctionName', 64);
const layerArn: Namer = (resource) =>
  `${arnOf('lambda', named('LayerName', 140), 'layer:')(resource)}:${resource.ordinal ?? 1}`;
const versionArn: Namer = (resource) =>
  `${functionArn(resource.text('FunctionName') ?? '', resource)}:${resource.ordinal ?? 1}`;
const aliasArn: Namer = (resource) =>
  `${functionArn(resource.text('FunctionName') ?? '', resource)}:${resource.text('Name') ?? ''}`;
/**
 * Returns the ARN of a function, which a template references by name or ARN. The ARNs of versions and aliases add a
 * qualifier to it.
 */
function functionArn(nameOrArn: string, resource: Identity): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arnOf('lambda', () => nameOrArn, 'function:')(resource);
}

export const LAMBDA_TYPES = {
  'AWS::Lambda::Function': {
    enforced: words(
      `FunctionName Handler Runtime Code Timeout MemorySize Environment Layers DeadLetterConfig
       ReservedConcurrentExecutions`,
    ),
    whereKnown: ['Role'],
    noEffect: words(
      `Description Tags TracingConfig Architectures KmsKeyArn LoggingConfig RuntimeManagementConfig VpcConfig
       EphemeralStorage SnapStart CodeSigningConfigArn RecursiveLoop`,
    ),
    unsupported: {
      ImageConfig: 'the gateway cannot run the function',
      FileSystemConfigs: 'the file system is not mounted',
      TenancyConfig: 'tenants share instances (tenant isolation: new on AWS on 19 Nov 2025)',
      CapacityProviderConfig:
        'the function runs on this machine (Managed Instances: new on AWS on 1 Dec 2025)',
      DurableConfig:
        'the steps of the function are neither saved nor resumed (durable functions: new on AWS on 2 Dec 2025)',
    },
    values: { PackageType: { allowed: ['Zip'], consequence: 'the gateway cannot run the function' } },
    names: row(functionName, { Arn: arnOf('lambda', functionName, 'function:') }),
  },
  'AWS::Lambda::Alias': {
    enforced: words('FunctionName FunctionVersion Name RoutingConfig'),
    noEffect: words('Description'),
    unsupported: { ProvisionedConcurrencyConfig: 'no instance is kept warm for the alias' },
    names: row(aliasArn, { AliasArn: aliasArn }),
  },
  'AWS::Lambda::Url': {
    enforced: words('TargetFunctionArn Qualifier AuthType Cors InvokeMode'),
    noEffect: [],
    names: row((resource) => functionArn(resource.text('TargetFunctionArn') ?? '', resource), {
      FunctionArn: (resource) => functionArn(resource.text('TargetFunctionArn') ?? '', resource),
      FunctionUrl: (resource) => `https://${id(32)(resource)}.lambda-url.${resource.region}.on.aws/`,
    }),
  },
  // Permissions are enforced only if roles are enforced (`--roles on`, the default of the command). Otherwise, every
  // API may invoke every function of the loaded stacks.
  'AWS::Lambda::Permission': {
    enforced: [],
    noEffect: words(
      `Action FunctionName Principal SourceArn SourceAccount EventSourceToken FunctionUrlAuthType
       PrincipalOrgID InvokedViaFunctionUrl`,
    ),
    names: row(generated, { Id: generated }),
  },
  'AWS::Lambda::LayerVersion': {
    enforced: words('LayerName Content'),
    noEffect: words('Description LicenseInfo CompatibleRuntimes CompatibleArchitectures'),
    names: row(layerArn, { LayerVersionArn: layerArn }),
  },
  'AWS::Lambda::Version': {
    names: row(versionArn, {
      Version: ({ ordinal = 1 }) => String(ordinal),
      FunctionArn: versionArn,
    }),
    isWithoutEffect: true,
  },
  'AWS::Lambda::LayerVersionPermission': { isWithoutEffect: true },
  'AWS::Lambda::CapacityProvider': {
    consequence: 'functions run on this machine (Managed Instances: new on AWS on 1 Dec 2025)',
  },
} satisfies ResourceTypeTable;
