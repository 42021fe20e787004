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
  /** 8 bytes: one Float64 of milliseconds, the virtual clock shared with every instance. */
  readonly clockOffset: SharedArrayBuffer;
  readonly controlUrl: () => string | undefined;
  /** Issuers whose keys are served at the control port; absent = none. */
  readonly standIns?: () => readonly string[];
  /** Absent = functions reach no API of this run. */
  readonly ownApis?: () => OwnApisPort | undefined;
  /** Local credentials by function, so that a called service knows its caller. */
  readonly keyPairOf: (functionName: string) => {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Override Lambda's variables; the template's override them. */
  readonly extraEnvironment: Readonly<Record<string, string>>;
  readonly cacheDirectory: string;
  readonly log: (line: FunctionLogLine) => void;
  /**
   * Called for each invocation of a known function with its pending result; must not throw. For a stream, the
   * result has its first bytes.
   */
  readonly watch?: (invocation: Invocation, result: Promise<InvocationResult | StreamStart>) => void;
  readonly maxInstances: number;
  readonly reload: boolean;
  /** Absent = on the machine's time. */
  readonly deadlines?: Deadlines;
  readonly debugging?: Debugging | undefined;
  /** Growth of the process from which memory limits are enforced; absent = 384 MB. */
  readonly memoryGrowthBytes?: number;
  /** Absent = the function itself runs events of all versions and aliases. */
  readonly findVersion?: FindVersion | undefined;
  /** Concurrent events of all functions; absent = AWS's 1,000. */
  readonly concurrency?: number | undefined;
  /** Whether each event gets a new instance; absent = no. */
  readonly isCold?: boolean | undefined;
  /** Which Node.js functions get their own process; absent = none. */
  readonly isolation?: Isolation | undefined;
  /** Lends packages that Lambda includes and projects lack; absent: nothing is installed for them. */
  readonly lender?: Lender;
  /** Runs project scripts that create missing handler files; absent: none runs. */
  readonly projectBuilds?: ProjectBuildOptions | undefined;
  /** Limits of the queue in front of the instances; absent: the defaults. */
  readonly limits?: Partial<Omit<PoolLimits, 'maxInstances'>>;
};
