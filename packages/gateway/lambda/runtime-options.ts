/** The environment and limits of the function runtime. */
import type { Deadlines, Invocation, InvocationResult } from '../core/ports.ts';
import type { Isolation } from '../core/stack/function.ts';
import type { Debugging } from './debugging.ts';
import type { FindVersion } from './invocation/invoked-version.ts';
import type { Lender } from './lent/lending.ts';
import type { FunctionLogLine } from './log-line.ts';
import type { OwnApisPort } from './own-apis.ts';
import type { PoolLimits } from './pool/pool-limits.ts';
import type { ProjectBuildOptions } from './build/project-build.ts';
import type { StreamStart } from './invocation/stream-job.ts';

export type FunctionRuntimeOptions = {
  /** The virtual clock, shared with every instance. Its 8 bytes are one Float64 of milliseconds. */
  readonly clockOffset: SharedArrayBuffer;
  readonly controlUrl: () => string | undefined;
  /** Issuers whose keys are served at the control port; absent if there are none. */
  readonly standIns?: () => readonly string[];
  /** The APIs of this run that functions reach; absent if they reach none. */
  readonly ownApis?: () => OwnApisPort | undefined;
  /** Returns the local credentials of a function, by which a called service recognizes its caller. */
  readonly keyPairOf: (functionName: string) => {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Variables that override Lambda's variables. The template's variables override these. */
  readonly extraEnvironment: Readonly<Record<string, string>>;
  readonly cacheDirectory: string;
  readonly log: (line: FunctionLogLine) => void;
  /**
   * Called for each invocation of a known function, with its pending result. It must not throw. For a stream, the
   * result resolves when the first bytes have arrived.
   */
  readonly watch?: (invocation: Invocation, result: Promise<InvocationResult | StreamStart>) => void;
  readonly maxInstances: number;
  readonly reload: boolean;
  /** Timers of invocations; if absent, the machine's time is used. */
  readonly deadlines?: Deadlines;
  readonly debugging?: Debugging | undefined;
  /** Growth of the process in bytes from which memory limits are enforced; absent for 384 MB. */
  readonly memoryGrowthBytes?: number;
  /** Finds the version that runs an event; absent if the function itself runs events of all versions and aliases. */
  readonly findVersion?: FindVersion | undefined;
  /** Maximum number of concurrent events of all functions; absent for AWS's default of 1,000. */
  readonly concurrency?: number | undefined;
  /** Whether each event gets a new instance; the default is false. */
  readonly isCold?: boolean | undefined;
  /** Which Node.js functions get their own process; absent for none. */
  readonly isolation?: Isolation | undefined;
  /** Lends packages that Lambda includes and projects lack. If absent, nothing is installed for projects. */
  readonly lender?: Lender;
  /** Runs project scripts that create missing handler files. If absent, no script runs. */
  readonly projectBuilds?: ProjectBuildOptions | undefined;
  /** Limits of the queue in front of the instances; absent for the defaults. */
  readonly limits?: Partial<Omit<PoolLimits, 'maxInstances'>>;
};
