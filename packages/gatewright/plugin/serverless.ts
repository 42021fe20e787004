/** The part of osls's object that the plug-in uses; Serverless v3 and v4 have it, too. */

export type Serverless = {
  /** Absolute folder of the service. */
  readonly serviceDir: string;
  /** Within `serviceDir`; undefined outside a service. */
  readonly configurationFilename?: string;
  readonly processedInput: { readonly commands: readonly string[] };
  readonly service: {
    readonly custom?: Readonly<Record<string, unknown>>;
    readonly plugins?: unknown;
    readonly build?: unknown;
    /** Of the service; functions have theirs beside it. */
    readonly package?: { patterns?: readonly string[] };
    /** Whole once the package life cycle has merged what the service adds itself. */
    readonly provider: {
      readonly compiledCloudFormationTemplate: { readonly Resources: Readonly<Record<string, unknown>> };
    };
  };
  readonly pluginManager: { readonly plugins: readonly object[] };
  /** An error that is shown as its message alone. */
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): {
    getStage(): string;
    getRegion(): string;
    readonly naming: { getStackName(): string };
  };
};

/** Command-line options by name, as osls parsed them. */
export type CliOptions = Readonly<Record<string, unknown>>;

export type PluginUtilities = {
  readonly log: { notice(message: string): void; warning(message: string): void };
};

/** An option of a command as osls declares it. */
export type OptionSchema = {
  readonly usage: string;
  readonly type: 'string' | 'boolean' | 'multiple';
  readonly shortcut?: string;
};
