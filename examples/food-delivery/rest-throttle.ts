/** A plug-in for osls, which has no word for the throttle of a REST stage: puts `custom.restThrottle` on the deployment. */

type Resource = { readonly Type: string; Properties?: Record<string, unknown> };

type Serverless = {
  readonly service: {
    readonly custom: { readonly restThrottle: { readonly rateLimit: number; readonly burstLimit: number } };
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
        const { rateLimit, burstLimit } = service.custom.restThrottle;
        const StageDescription = { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit };
        for (const resource of Object.values(service.provider.compiledCloudFormationTemplate.Resources))
          if (resource.Type === 'AWS::ApiGateway::Deployment')
            resource.Properties = { ...resource.Properties, StageDescription };
      },
    };
  }
}

// osls takes a plug-in's default export.
export { RestThrottle as default };
