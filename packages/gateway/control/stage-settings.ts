import type { AccessLog } from '../core/deployment/stage/access-log.ts';
import type { StageCaching } from '../core/deployment/stage/caching.ts';
import type { CanarySettings } from '../core/deployment/stage/canary.ts';
import type { StageOptions } from '../core/deployment/stage/route-options.ts';
import type { ThrottleSettings } from '../core/deployment/stage/throttle.ts';
import type { ControlResource } from './control-resource.ts';

export type StageSettings = {
  /**
   * The source of the settings, in the form of a Stage resource. The API shows this resource, and patches are applied
   * to it.
   */
  readonly source: ControlResource;
  readonly name: string;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>> | null;
  readonly throttles: ThrottleSettings | undefined;
  readonly accessLog: AccessLog | undefined;
  /** The settings of the canary, which only REST stages can have. */
  readonly canary: CanarySettings | undefined;
  /** The settings of the cache, which only REST stages can have. */
  readonly caching: StageCaching | undefined;
  /** Whether methods enable caching, but the stage has no cache cluster. */
  readonly lacksCluster?: boolean | undefined;
  readonly options: StageOptions;
  /** Whether requests are traced, which is supported only by REST stages. */
  readonly isTraced: boolean;
  /** The client certificate that is presented to backends. Only REST stages can have it. */
  readonly clientCertificateId: string | undefined;
};
