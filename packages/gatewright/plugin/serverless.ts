/** The part of osls's main object that the plug-in uses. It is the same in Serverless v3 and v4. */

type Packaging = { patterns?: readonly string[]; readonly artifact?: string };

export type Serverless = {
  readonly serviceDir: string;
  /** The path of the service file relative to `serviceDir`; undefined outside of a service. */
  readonly configurationFilename?: string;
  readonly processedInput: { readonly commands: readonly string[] };
  readonly service: {
    readonly custom?: Readonly<Record<string, unknown>>;
    readonly plugins?: unknown;
    readonly build?: unknown;
    /** The packaging patterns of the service. Functions and layers may have their own patterns. */
    readonly package?: Packaging;
    readonly functions?: Readonly<Record<string, { readonly package?: Packaging } | undefined>>;
    readonly layers?: Readonly<Record<string, { readonly package?: Packaging } | undefined>>;
    /**
     * The provider with the compiled template. The template is complete when the package life cycle has merged the
     * service's own resources into it.
     */
    readonly provider: {
      readonly compiledCloudFormationTemplate: { readonly Resources: Readonly<Record<string, unknown>> };
    };
  };
  readonly pluginManager: { readonly plugins: readonly object[] };
  /** A class of errors. osls shows only the message of such an error, and no stack trace. */
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
