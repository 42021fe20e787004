/** What the command line tells the loader. */
import type { Home } from './home.ts';

export type LoadOptions = {
  /** `--stage` */
  readonly stage: string;
  /** `--param K=V`: parameters of templates, and `--param` of osls. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Of stacks that name none themselves. */
  readonly region: string;
  readonly accountId: string;
  /** `--region`, `--account`: of every stack, whatever it names itself. */
  readonly chosen?: Partial<Home>;
  /** From `--env-file`: visible to osls as `${env:}`, never to functions. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onProgress?: (message: string) => void;
};
