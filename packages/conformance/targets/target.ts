/** The runner's interface to an emulator or to AWS. Each target is one file in this folder. */
import type { AnyCase, ControlTarget } from '../schema/control-case.ts';
import type { ParityCase } from '../schema/parity-case.ts';
import type { RunningApi } from '../play/running-api.ts';

/** The set-up of a case, ready to deploy. */
export type Fragment = {
  readonly parityCase: ParityCase;
  /** CloudFormation template as JSON. */
  readonly template: string;
  /** Source of each function, including the code for reports, by its name in the case. */
  readonly sources: Readonly<Record<string, string>>;
  /** Endpoint to which integrations send AWS calls; undefined means that this case makes none. */
  readonly awsEndpoint: string | undefined;
  /** Maps names to the contents of files that are put next to the template. */
  readonly files: Readonly<Record<string, string>>;
  readonly tls: boolean;
  /** Whether AWS::Lambda::Permission decides which functions the API may invoke. */
  readonly roles: boolean;
};

/** `refused`: the target refused the fragment with a message for its author. Any other failure is thrown. */
export type Deployed =
  | { readonly kind: 'running'; readonly api: RunningApi }
  | { readonly kind: 'refused'; readonly message: string };

export type Deploy = (fragment: Fragment) => Promise<Deployed>;

export type TargetOptions = {
  /** The folder in which the target's packages are installed and the state of a run is stored. */
  readonly workingFolder: string;
  /** Program and first arguments, which replace the default. */
  readonly command: readonly string[] | undefined;
  /** Endpoint of a target that already runs, or that replaces AWS. */
  readonly endpoint: string | undefined;
  /** Address of a deployed stage, with `{api}` and `{stage}`. */
  readonly invokeUrl: string | undefined;
  readonly region: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Id of a run on AWS: a new run, or the one that is resumed. */
  readonly runId: string;
};

export interface Target {
  readonly name: string;
  /** Version as the target reports it; undefined if it reports none. */
  readonly version: string | undefined;
  /** Number of cases that run at the same time. */
  readonly concurrency: number;
  /**
   * Returns why this case cannot run on the target, in the words of the target's documentation; undefined means that it
   * can.
   */
  cannotAsk(parityCase: AnyCase): string | undefined;
  /** Deploys one case. Cases share no state. `close` of the returned API removes everything that was deployed. */
  readonly deploy: Deploy;
  /** Opens the target of control plane calls. This is called once, when the first case needs the target. */
  openControl(): Promise<ControlTarget>;
  /** @returns one sentence for each resource that could not be removed */
  close(): Promise<readonly string[]>;
}
