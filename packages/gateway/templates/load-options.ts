import type { Tolerance } from '../core/errors.ts';
import type { Home } from '../core/stack/home.ts';
import type { StoredValues } from '../core/stack/stored-values.ts';

export type LoadOptions = {
  readonly stage: string;
  /** The values of `--param K=V`. They set parameters of templates, and the `--param` of osls. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly region: string;
  readonly accountId: string;
  /** The values of `--stage`, `--region` and `--account`, which override the values in the stacks. */
  readonly chosen?: Partial<Home> & { readonly stage?: string };
  /** Variables from `--env-file`, visible to osls as `${env:}`, but never to functions. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Outputs of deployed stacks by `cf:NAME.Output`, used if neither a stack of this run nor the service has
   * a value.
   */
  readonly deployedOutputs?: Readonly<Record<string, string>>;
  /** What to do with faulty parts. If absent, the first part that AWS would refuse ends the load. */
  readonly tolerance?: Tolerance;
  /** Values of SSM, Secrets Manager and S3. If absent, no values are known. */
  readonly stored?: StoredValues;
  /**
   * Sources that other sources import from and that are not named on the command line. They do not count as served
   * sources.
   */
  readonly companions?: readonly string[];
  /** Folder that only its owner can read, with osls's results for the next run. If absent, osls compiles every time. */
  readonly cacheFolder?: string;
  readonly onProgress?: (message: string) => void;
  /** Reports slow steps. If absent, they are not reported. */
  readonly onWaiting?: (message: string) => void;
};
