/** The gateway as a program uses it: options and interface. */
import type { ServiceEntry } from '../kernel/service.ts';
import type { DaemonAddress } from '../kernel/calls/daemon-address.ts';
import type { InspectedApi } from '../control/loading/inspect-apis.ts';
import type { ApiListing, ApiRoutes } from '../control/loading/list-apis.ts';
import type { AccessBook } from '../console/endpoints/show-access.ts';
import type { InvoiceBook } from '../console/endpoints/show-invoices.ts';
import type { ConsoleFiles } from '../console/endpoints/console-files.ts';
import type { DeployedVariables } from '../templates/deployed-variables.ts';
import type { Home } from '../core/stack/home.ts';
import type { ResolvedStack, UnsupportedItem } from '../core/stack/model.ts';
import type { Reply } from '../core/exchange.ts';
import type { InspectOptions } from '../lambda/debugging.ts';
import type { FunctionLogLine } from '../lambda/log-line.ts';
import type { LogSink } from '../core/ports.ts';
import type { TokenOptions } from '../cognito/issuer.ts';
import type { SharedPorts } from '../server/port-plan.ts';
import type { KeyPair } from '../kernel/files/identity-file.ts';
import type { AwsEndpoints } from '../kernel/calls/service-client.ts';
import type { DynamoDbChoice } from '../kernel/files/model.ts';
import type { NeededSettings, Settings } from './start-settings.ts';

/**
 * Options for a program that starts the gateway. The members of `Settings` are options of the command line, described in
 * start-options.ts.
 */
export type ProgramOptions = Settings & {
  readonly stage: string;
  /** Defaults for stacks that name no region or account. */
  readonly region: string;
  readonly accountId: string;
  /** `--region`, `--account`: of every stack, whatever it names itself. */
  readonly chosen?: Partial<Home> & { readonly stage?: string };
  /** Sources that the named ones import; served only together with them. */
  readonly companions?: readonly string[];
  /** serverless-offline's addresses: APIs of a kind share one port. */
  readonly sharedPorts?: SharedPorts;
  /** Services that the program adds. */
  readonly moreServices?: readonly ServiceEntry[];
  /** Additional variables of every function; the variables of the template take precedence. */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  /** `--env-file`: for `${env:}` of serverless.yml, never for functions. */
  readonly environment: Readonly<Record<string, string>>;
  readonly dynamodb: DynamoDbChoice;
  /** The endpoints where integrations reach AWS services; absent = their calls are recorded. */
  readonly awsEndpoints?: AwsEndpoints;
  /** Folder of gatewright.identities.yml and `.gatewright/`. */
  readonly directory: string;
  /** The folder where osls's output is kept for the next run; absent = below `.gatewright/`. */
  readonly cacheFolder?: string;
  /** Name for the command line; absent = known only in its own folder. */
  readonly announced?: Announced;
  readonly adminKey: KeyPair;
  /** Faults that AWS would refuse to deploy prevent startup; absent = they are reported. */
  readonly refusesFaults?: boolean;
  /** Initial items by table name or logical id, as plain JSON or DynamoDB JSON. */
  readonly tables?: Readonly<Record<string, readonly object[]>>;
  /** `--env-from-stack`: variables of the functions of a deployed stack, by logical id. */
  readonly deployedVariables?: DeployedVariables;
  /** Outputs of deployed stacks, as a serverless.yml names them: `cf:NAME.Output`. */
  readonly deployedOutputs?: Readonly<Record<string, string>>;
  /** `--inspect[-brk]`: a debugger may attach; while it pauses a function, deadlines wait. Absent = none. */
  readonly inspect?: InspectOptions;
  /** serverless-offline's `noTimeout`: functions have no deadline. */
  readonly noTimeout?: boolean;
  /** The daemon that gets the segments of stages with `TracingEnabled`; absent = none. */
  readonly xrayDaemon?: DaemonAddress | undefined;
  /** Files of the console, read when it is first opened; absent = there is none. */
  readonly consoleFiles?: () => Promise<ConsoleFiles>;
  /** Folder of this user's keys of the console's page; absent = the key is valid for this run only. */
  readonly pageKeys?: string;
  /** Whether request lines end with a short link to the console: for terminals, not for files. */
  readonly linksLines?: boolean;
  /** Who may call what, for the console; absent = not shown. */
  readonly access?: AccessBook;
  /** Makes invoices for the console; absent = not shown. */
  readonly invoices?: InvoiceBook;
  /** Decides for each request whether it is recorded, to measure the cost; absent = always. */
  readonly isRecording?: () => boolean;
  /**
   * Folders of access documents that may make plug-ins refuse a service: after a failed reload, a change there
   * triggers another.
   */
  readonly documentFolders?: readonly string[];
  /** Whether the state after startup is kept, so that a test can return to it; absent = no. */
  readonly resets?: boolean;
  /** Whether other commands find the gateway from its directory; absent = yes. */
  readonly leavesCredentials?: boolean;
  readonly log: LogSink;
  readonly functionLog: (line: FunctionLogLine) => void;
  readonly onProgress: (message: string) => void;
  /** Receives a message before steps that take long. */
  readonly onWaiting?: (message: string) => void;
  readonly onReload: (event: ReloadNotice) => void;
};

export type GatewayOptions = ProgramOptions & NeededSettings;

/** Result of a change to a function's source or a template. */
export type ReloadNotice =
  | { readonly kind: 'begun'; readonly what: string }
  | { readonly kind: 'reloaded'; readonly what: string; readonly tookMs: number }
  /** The old version stays in service. */
  | {
      readonly kind: 'kept';
      readonly what: string;
      readonly message: string;
      /** The place of the error, if it is known. */
      readonly place?: { readonly file: string; readonly line?: number | undefined } | undefined;
    };

type Announced = {
  /** Folder of all running gateways of this user. */
  readonly folder: string;
  /** `--name`; absent = the directory's name. */
  readonly name?: string | undefined;
};

export type Listening = {
  /** Undefined if the gateway is not announced. */
  readonly name: string | undefined;
  readonly apis: readonly ApiListing[];
  /** Services in front of APIs, with the address of their port. */
  readonly fronts: readonly { readonly name: string; readonly url: string }[];
  /** The file of the certificate that clients must trust; only with TLS. */
  readonly certificateAuthority?: string;
  readonly control: string;
  /** Address of the console, with the key of its page behind the #; absent if none is served. */
  readonly console?: string;
  /** The file of injected faults; absent = none are. */
  readonly faults?: { readonly file: string; readonly rules: number; readonly seed: number };
  /** Undefined when the gateway runs without. */
  readonly dynamodb: string | undefined;
  readonly unsupported: readonly UnsupportedItem[];
  /** Trusted issuers whose keys cannot be read now: their tokens are refused. */
  readonly unreachableIssuers: readonly string[];
};

export type InjectedRequest = {
  readonly apiId: string;
  readonly method: string;
  /** The target with stage and query: `/dev/users?x=1`. */
  readonly target: string;
  /** Flat name, value list. */
  readonly headers?: readonly string[];
  readonly body?: Buffer;
};

export interface Gateway {
  /**
   * Loads stacks: folders with a serverless.yml, a SAM template, a cdk.out or a Terraform plan; template files.
   * @throws DefinitionError, StartError
   */
  load(sources: readonly string[]): Promise<void>;
  /** Loads them again, and builds the functions that have run; `onReload` gets the results, including a failure. */
  reload(): Promise<void>;
  readonly stacks: readonly ResolvedStack[];
  /** Every stage with its routes. */
  routes(): readonly ApiRoutes[];
  /** Every stage with how its routes are guarded. */
  inspect(): readonly InspectedApi[];
  /** A request without a socket, through the same pipeline. */
  inject(request: InjectedRequest): Promise<Reply>;
  /** Variables with the addresses for programs and SDKs; once it listens. */
  environment(): Readonly<Record<string, string>>;
  /** A token of the local issuer. @throws InvalidRequest */
  mint(options: TokenOptions): Promise<string>;
  /** @throws StartError PORT_IN_USE */
  listen(): Promise<Listening>;
  /** Ends within two seconds. */
  close(): Promise<void>;
}
