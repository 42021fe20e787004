import type { AccessLog } from '../core/deployment/stage/access-log.ts';
import type { StageCaching } from '../core/deployment/stage/caching.ts';
import type { CanarySettings } from '../core/deployment/stage/canary.ts';
import type { StageOptions } from '../core/deployment/stage/route-options.ts';
import type { ThrottleSettings } from '../core/deployment/stage/throttle.ts';
import type { ControlResource } from './control-resource.ts';

export type StageSettings = {
  /**
   * The settings' source in the form of a Stage resource: the API shows it, and patches are applied to it.
   */
  readonly source: ControlResource;
  readonly name: string;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>> | null;
  readonly throttles: ThrottleSettings | undefined;
  readonly accessLog: AccessLog | undefined;
  /** REST only. */
  readonly canary: CanarySettings | undefined;
  /** REST only. */
  readonly caching: StageCaching | undefined;
  readonly options: StageOptions;
  /** REST only. */
  readonly isTraced: boolean;
  /** REST only: the client certificate for its backends. */
  readonly clientCertificateId: string | undefined;
};
