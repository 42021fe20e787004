/** The part of osls's object that the plug-in uses. It is the same in Serverless v3 and v4. */

export type Serverless = {
  readonly serviceDir: string;
  /** Path relative to `serviceDir`; undefined outside a service. */
  readonly configurationFilename?: string;
  readonly processedInput: { readonly commands: readonly string[] };
  readonly service: {
    readonly custom?: Readonly<Record<string, unknown>>;
    readonly plugins?: unknown;
    readonly build?: unknown;
    /** Packaging patterns of the service; functions have their own patterns. */
    readonly package?: { patterns?: readonly string[] };
    /** The template is complete once the package life cycle has merged the service's own resources. */
    readonly provider: {
      readonly compiledCloudFormationTemplate: { readonly Resources: Readonly<Record<string, unknown>> };
    };
  };
  readonly pluginManager: { readonly plugins: readonly object[] };
  /** The class of errors of which osls shows only the message. */
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): {
    getStage(): string;
    getRegion(): string;
    readonly naming: { getStackName(): string };
  };
};

export type CliOptions = Readonly<Record<string, unknown>>;

export type PluginUtilities = {
  readonly log: { notice(message: string): void; warning(message: string): void };
};

export type OptionSchema = {
  readonly usage: string;
  readonly type: 'string' | 'boolean' | 'multiple';
  readonly shortcut?: string;
};
