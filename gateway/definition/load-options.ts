/** What the command line tells the loader. */
import type { Tolerance } from '../errors.ts';
import type { Home } from './home.ts';

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
  /** What becomes of what cannot be taken; absent = the first thing that AWS would refuse ends the loading. */
  readonly tolerance?: Tolerance;
  /** Of `AWS::SSM::Parameter::Value<…>`, by the name of the parameter in SSM; absent = none is known. */
  readonly storedValue?: (name: string) => string | undefined;
  readonly onProgress?: (message: string) => void;
};
