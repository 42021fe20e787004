/** What the command line tells the loader. */
import type { Tolerance } from '../core/errors.ts';
import type { Home } from '../core/stack/home.ts';
import type { StoredValues } from '../core/stack/stored-values.ts';

export type LoadOptions = {
  /** `--stage` */
  readonly stage: string;
  /** `--param K=V`: parameters of templates, and `--param` of osls. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Of stacks that name none themselves. */
  readonly region: string;
  readonly accountId: string;
  /** `--stage`, `--region`, `--account`: of every stack, whatever it names itself. */
  readonly chosen?: Partial<Home> & { readonly stage?: string };
  /** From `--env-file`: visible to osls as `${env:}`, never to functions. */
  readonly environment: Readonly<Record<string, string>>;
  /** Outputs of deployed stacks by `cf:NAME.Output`, where neither a stack of the start nor the service has a value. */
  readonly deployedOutputs?: Readonly<Record<string, string>>;
  /** What becomes of what cannot be taken; absent = the first thing that AWS would refuse ends the loading. */
  readonly tolerance?: Tolerance;
  /** Values of SSM, Secrets Manager and S3; absent = none are known. */
  readonly stored?: StoredValues;
  /** Sources that nobody has named and the others import from: they are not served in the place of what was named. */
  readonly companions?: readonly string[];
  /** Folder, for its owner alone, in which what osls has compiled is kept for the next start; absent = it compiles every time. */
  readonly keptIn?: string;
  readonly onProgress?: (message: string) => void;
  /** What takes long, told to somebody who looks at nothing; absent = nobody does. */
  readonly onWaiting?: (message: string) => void;
};
