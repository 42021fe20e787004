/** What the runner knows about an emulator, or about AWS. Each target is one file in this folder. */
import type { AnyCase, ControlTarget } from '../schema/control-case.ts';
import type { ParityCase } from '../schema/parity-case.ts';
import type { RunningApi } from '../play/running-api.ts';

/** A set-up, ready to deploy. */
export type Fragment = {
  readonly parityCase: ParityCase;
  /** CloudFormation, JSON. */
  readonly template: string;
  /** Source of each function as it has to run, by its name in the case. */
  readonly sources: Readonly<Record<string, string>>;
  /** Where integrations send AWS calls; undefined means that this case makes none. */
  readonly awsEndpoint: string | undefined;
  /** Files to put next to the template, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly tls: boolean;
  /** Whether AWS::Lambda::Permission decides what the API may invoke. */
  readonly roles: boolean;
};

/** `refused`: the fragment was refused in words for its author; anything else that fails is thrown. */
export type Deployed =
  | { readonly kind: 'running'; readonly api: RunningApi }
  | { readonly kind: 'refused'; readonly message: string };

export type Deploy = (fragment: Fragment) => Promise<Deployed>;

export type TargetOptions = {
  /** The folder in which the target's packages are installed, and the state of a run is kept. */
  readonly workingFolder: string;
  /** Program and first arguments, instead of the ones found. */
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
  /** Cases in flight. */
  readonly concurrency: number;
  /**
   * Why this case cannot be asked here, in the words of the target's documentation; undefined means that it
   * is asked.
   */
  cannotAsk(parityCase: AnyCase): string | undefined;
  /** Cases share no state. `close` of the running API cleans up. */
  readonly deploy: Deploy;
  /** The target of control plane calls; called once, by the first case that needs it. */
  openControl(): Promise<ControlTarget>;
  /** @returns what could not be removed, one sentence each */
  close(): Promise<readonly string[]>;
}
