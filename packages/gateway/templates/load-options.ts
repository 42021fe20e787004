import type { Tolerance } from '../core/errors.ts';
import type { Home } from '../core/stack/home.ts';
import type { StoredValues } from '../core/stack/stored-values.ts';
import type { TemplateFamily } from './cloudformation/nested-stacks.ts';

export type LoadOptions = {
  readonly stage: string;
  /** The stack name for a template file. Default: the name in samconfig, otherwise a name from the file name. */
  readonly stackName?: string;
  /** The values of `--param K=V`. They set parameters of templates, and the `--param` of osls. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The names in `parameters` with trial values. AWS gets other values, so trial values are not checked. */
  readonly trialParameters?: ReadonlySet<string>;
  /**
   * The templates that earlier loads have read, by file. Loads that differ only in parameters share these templates.
   */
  readonly families?: Map<string, TemplateFamily>;
  readonly region: string;
  readonly accountId: string;
  /** The values of `--stage`, `--region` and `--account`, which override the values in the stacks. */
  readonly chosen?: Partial<Home> & { readonly stage?: string };
  /** The variables of `--env-file`. osls can read them by `${env:}`, but functions never get them. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * The outputs of deployed stacks by `cf:NAME.Output`. They are used if a value is defined neither by a stack of this
   * run nor by the service.
   */
  readonly deployedOutputs?: Readonly<Record<string, string>>;
  /** What to do with faulty parts. If absent, the first part that AWS would refuse ends the load. */
  readonly tolerance?: Tolerance;
  /** Values of SSM, Secrets Manager and S3. If absent, no values are known. */
  readonly stored?: StoredValues;
  /**
   * Sources that are not named on the command line, but from which other sources import values. They do not count as
   * served sources.
   */
  readonly companions?: readonly string[];
  /**
   * The folder in which osls's results are stored for the next run. Only its owner can read it. If it is undefined,
   * osls compiles every time.
   */
  readonly cacheFolder?: string;
  /** Is aborted when the gateway ends, so that a run of `cdk synth` ends too. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
  /** Reports slow steps. If absent, they are not reported. */
  readonly onWaiting?: (message: string) => void;
};
