import type { Tolerance } from '../core/errors.ts';
import type { Home } from '../core/stack/home.ts';
import type { StoredValues } from '../core/stack/stored-values.ts';

export type LoadOptions = {
  readonly stage: string;
  /** `--param K=V`: parameters of templates, and `--param` of osls. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly region: string;
  readonly accountId: string;
  /** `--stage`, `--region`, `--account`: override what stacks name. */
  readonly chosen?: Partial<Home> & { readonly stage?: string };
  /** From `--env-file`: visible to osls as `${env:}`, never to functions. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Outputs of deployed stacks by `cf:NAME.Output`, used if neither a stack of this run nor the service has
   * a value.
   */
  readonly deployedOutputs?: Readonly<Record<string, string>>;
  /** What to do with faulty parts; absent: the first part that AWS would refuse ends the load. */
  readonly tolerance?: Tolerance;
  /** Values of SSM, Secrets Manager and S3; absent = none are known. */
  readonly stored?: StoredValues;
  /** Sources that others import from, not named on the command line: they do not count as served sources. */
  readonly companions?: readonly string[];
  /**
   * Folder, readable by its owner only, that keeps what osls has compiled for the next run; absent = it
   * compiles every time.
   */
  readonly cacheFolder?: string;
  readonly onProgress?: (message: string) => void;
  /** Reports slow steps; absent = not reported. */
  readonly onWaiting?: (message: string) => void;
};
