import type { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { Construct } from 'constructs';

export type GatewrightProps = {
  /** The stage in the stack's `serverless.yml`: `dev`, `prod`. Not needed with `packaged`. */
  readonly stage?: string;
  /** Parts of the stack. If gatewright.yml also names parts, both must name the same parts. */
  readonly parts?: readonly (
    | 'authorizers'
    | 'quotas'
    | 'access-logs'
    | 'webhooks'
    | 'channels'
    | 'cache'
    | 'waf'
    | 'portal'
  )[];
  /** The stack's folder, relative to the working directory. Default: `gatewright`. */
  readonly folder?: string;
  /** Output of `gatewright package --form cdk`. Default: packages the stack when the app is synthesized. */
  readonly packaged?: string;
  /** Parameters of the template, by name: `AlarmMailbox`, `WafMode`, `ProtectTables`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
};

/**
 * The Gatewright stack. Its logical ids are the same as with other deploy tools, so it needs a separate CDK stack.
 * Services attach by its exports: `Fn.importValue('gatewright-prod-TokenAuthorizerArn')`.
 */
export declare class Gatewright extends Construct {
  readonly template: CfnInclude;
  constructor(scope: Construct, id: string, props: GatewrightProps);
  /** Returns the value of an output of the template. @throws if the template has no output with this name */
  output(name: string): string;
}
