/** A client of one service of AWS, whether an SDK package or signed requests. */
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import type { ControlCall, ControlReply, ControlService } from '../schema/control-case.ts';

export type SdkCredentials = Omit<AwsCredentials, 'sessionToken'> & { readonly sessionToken?: string };

/** The services that cases name. */
export type SdkService = ControlService;

/** A call without its service, which is a separate argument. */
export type SdkCall = Omit<ControlCall, 'service'>;

export type ClientSettings = {
  /** Undefined means the endpoint of AWS. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly credentials: SdkCredentials | (() => Promise<SdkCredentials>);
};

export type Client = {
  readonly send: (call: SdkCall) => Promise<ControlReply>;
  readonly close: () => void;
};
