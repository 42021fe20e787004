/** The environment and limits of the function runtime. */
import type { Deadlines, Invocation } from '../core/ports.ts';
import type { Isolation } from '../core/stack/function.ts';
import type { Debugging } from './debugging.ts';
import type { FindVersion } from './invocation/invoked-version.ts';
import type { Lender } from './lent/lending.ts';
import type { FunctionLogLine } from './function-log-line.ts';
import type { OwnApisPort } from './own-apis.ts';
import type { InvocationEnd } from './pool/pool.ts';
import type { PoolLimits } from './pool/pool-limits.ts';
import type { ProjectBuildOptions } from './build/project-build.ts';

export type FunctionRuntimeOptions = {
  /** The offset of the virtual clock in milliseconds, as one Float64 (8 bytes). All instances share this memory. */
  readonly clockOffset: SharedArrayBuffer;
  readonly controlUrl: () => string | undefined;
  /** Returns the issuers whose keys the control port serves; absent if there are none. */
  readonly standIns?: () => readonly string[];
  /** Returns the APIs of this run that functions can reach by their AWS host names; absent if they cannot reach any. */
  readonly ownApis?: () => OwnApisPort | undefined;
  /** Returns the local credentials of a function, by which a called service recognizes its caller. */
  readonly keyPairOf: (functionName: string) => {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /**
   * Environment variables that take precedence over Lambda's variables. The template's variables take precedence over
   * these.
   */
  readonly extraEnvironment: Readonly<Record<string, string>>;
  readonly cacheDirectory: string;
  readonly log: (line: FunctionLogLine) => void;
  /**
   * Called for each invocation of a known function before it begins, except if its payload is too large. The returned
   * function is called with the result, or, for a streamed response, when the first bytes have arrived. Neither
   * function may throw.
   */
  readonly watch?: (invocation: Invocation) => InvocationEnd;
  readonly maxInstances: number;
  readonly reload: boolean;
  /** The deadlines of invocations; absent means that their time is the machine's time. */
  readonly deadlines?: Deadlines;
  readonly debugging?: Debugging | undefined;
  /**
   * The number of bytes by which the process must have grown before memory limits are enforced. Absent means 384 MB.
   */
  readonly memoryGrowthBytes?: number;
  /**
   * Finds the version that runs an event. If absent, the function's current code runs the events of all versions and
   * aliases.
   */
  readonly findVersion?: FindVersion | undefined;
  /** The maximum number of concurrent events of all functions; absent means AWS's default of 1,000. */
  readonly concurrency?: number | undefined;
  /** Whether each event gets a new instance; the default is false. */
  readonly isCold?: boolean | undefined;
  /** Whether functions of Node.js and Python can write only temporary files, as in Lambda; the default is false. */
  readonly readOnly?: boolean | undefined;
  /** Which Node.js functions run in their own process; absent means none. */
  readonly isolation?: Isolation | undefined;
  /** Lends packages that Lambda includes and projects lack. If absent, nothing is installed for projects. */
  readonly lender?: Lender;
  /** Runs project scripts that create missing handler files. If absent, no script runs. */
  readonly projectBuilds?: ProjectBuildOptions | undefined;
  /** Limits of the queue in front of the instances; absent for the defaults. */
  readonly limits?: Partial<Omit<PoolLimits, 'maxInstances'>>;
};
