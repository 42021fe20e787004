/**
 * A plug-in for osls, which has no setting for the throttle of a REST stage: it writes `custom.restThrottle` into the
 * deployment. It also makes the deployment depend on the gateway responses, because a deployment contains only what
 * exists when it is created.
 */

type Resource = {
  readonly Type: string;
  DependsOn?: string | readonly string[];
  Properties?: Record<string, unknown>;
};

type Throttle = { readonly rateLimit: number; readonly burstLimit: number };
type MethodThrottle = Throttle & { readonly method: string; readonly path: string };

type Serverless = {
  readonly service: {
    readonly custom: { readonly restThrottle: Throttle & { readonly methods: readonly MethodThrottle[] } };
    readonly provider: {
      readonly compiledCloudFormationTemplate: { readonly Resources: Record<string, Resource> };
    };
  };
};

class RestThrottle {
  readonly hooks: Readonly<Record<string, () => void>>;

  constructor({ service }: Serverless) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { methods, ...usual } = service.custom.restThrottle;
        const StageDescription = {
          ...print(usual),
          MethodSettings: methods.map(({ method, path, ...own }) => ({
            HttpMethod: method,
            ResourcePath: path,
            ...print(own),
          })),
        };
        const { Resources } = service.provider.compiledCloudFormationTemplate;
        const responses = Object.entries(Resources)
          .filter(([, { Type }]) => Type === 'AWS::ApiGateway::GatewayResponse')
          .map(([logicalId]) => logicalId);
        for (const resource of Object.values(Resources)) {
          if (resource.Type !== 'AWS::ApiGateway::Deployment') continue;
          resource.Properties = { ...resource.Properties, StageDescription };
          resource.DependsOn = [...[resource.DependsOn ?? []].flat(), ...responses];
        }
      },
    };
  }
}

function print({ rateLimit, burstLimit }: Throttle) {
  return { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit };
}

// osls requires a plug-in to be the default export.
export { RestThrottle as default };
