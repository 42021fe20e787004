/** The gateway as a program drives it: what it is started with and what it offers. */
import type { ServiceEntry } from '../kernel/service.ts';
import type { DaemonAddress } from '../kernel/calls/daemon-address.ts';
import type { InspectedApi } from '../control/inspect-apis.ts';
import type { ApiListing, ApiRoutes } from '../control/list-apis.ts';
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
import type { TokenWish } from '../cognito/issuer.ts';
import type { SharedPorts } from '../server/port-plan.ts';
import type { KeyPair } from '../kernel/files/identity-file.ts';
import type { AwsEndpoints } from '../kernel/calls/service-client.ts';
import type { DynamoDbChoice } from '../kernel/files/model.ts';
import type { NeededSettings, Settings } from './start-settings.ts';

/** As programs and the command line start it. Those of `Settings` are options of the command line, told of in start-options.ts. */
export type GivenOptions = Settings & {
  readonly stage: string;
  /** Of stacks that name no region and no account. */
  readonly region: string;
  readonly accountId: string;
  /** `--region`, `--account`: of every stack, whatever it names itself. */
  readonly chosen?: Partial<Home> & { readonly stage?: string };
  /** Sources that nobody has named and the others import from: not served in the place of what was named. */
  readonly companions?: readonly string[];
  /** serverless-offline's addresses instead: APIs of a kind share one port. */
  readonly sharedPorts?: SharedPorts;
  /** Services beside those of Gatewright, by a program that starts it. */
  readonly moreServices?: readonly ServiceEntry[];
  /** Variables that every function sees beside Lambda's own; the template's come above them. */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  /** `--env-file`: for `${env:}` of serverless.yml, never for functions. */
  readonly environment: Readonly<Record<string, string>>;
  readonly dynamodb: DynamoDbChoice;
  /** Where integrations reach AWS services; without, their calls are recorded. */
  readonly awsEndpoints?: AwsEndpoints;
  /** Where gatewright.identities.yml is read and `.gatewright/` is kept. */
  readonly directory: string;
  /** Where what osls has compiled is kept for the next start; absent = below `.gatewright/`. */
  readonly keptIn?: string;
  /** Under which the command line finds it; absent = nobody is told of it but its own folder. */
  readonly announced?: Announced;
  /** Key pair of the local admin. */
  readonly adminKey: KeyPair;
  /** What AWS would refuse to deploy ends the start, whatever else could be served; absent = it is told. */
  readonly refusesFaults?: boolean;
  /** What tables begin with, by name or logical id: items plain or in DynamoDB's own form. */
  readonly tables?: Readonly<Record<string, readonly object[]>>;
  /** `--env-from-stack`: what functions of a deployed stack are given, by logical id. */
  readonly deployedVariables?: DeployedVariables;
  /** Outputs of deployed stacks, as a serverless.yml names them: `cf:NAME.Output`. */
  readonly deployedOutputs?: Readonly<Record<string, string>>;
  /** `--inspect[-brk]`: a debugger may be attached, and holds all deadlines when it holds a function; absent = none. */
  readonly inspect?: InspectOptions;
  /** serverless-offline's `noTimeout`: nothing that a function does takes too long. */
  readonly noTimeout?: boolean;
  /** Where segments of stages with `TracingEnabled` go; absent = nowhere. */
  readonly xrayDaemon?: DaemonAddress | undefined;
  /** Files of the console, asked for when it is opened first; absent = there is none. */
  readonly consoleFiles?: () => Promise<ConsoleFiles>;
  /** Whether lines of requests end with a short link to what the console tells of them; a terminal wants it, a file does not. */
  readonly linksLines?: boolean;
  /** Who may call what, for the console; absent = it cannot tell. */
  readonly access?: AccessBook;
  /** Makes invoices for the console; absent = nobody does. */
  readonly invoices?: InvoiceBook;
  /** Asked with each request whether it is recorded, for whoever measures what that costs; absent = each one is. */
  readonly isRecording?: () => boolean;
  /** Where files lie by which plug-ins of a service may refuse it: a reload that has failed is tried again when one changes. */
  readonly documentFolders?: readonly string[];
  /** Whether the state after the start is kept, so that a test can go back to it; absent = it cannot. */
  readonly resets?: boolean;
  /** Whether other commands find the gateway from its directory; absent = they do. */
  readonly leavesCredentials?: boolean;
  readonly log: LogSink;
  readonly functionLog: (line: FunctionLogLine) => void;
  readonly onProgress: (message: string) => void;
  /** What takes long before anything else is said; absent = nobody looks. */
  readonly onWaiting?: (message: string) => void;
  readonly onReload: (event: ReloadNotice) => void;
};

export type GatewayOptions = GivenOptions & NeededSettings;

/** What became of a change to a function's source or to a template. */
export type ReloadNotice =
  | { readonly kind: 'begun'; readonly what: string }
  | { readonly kind: 'reloaded'; readonly what: string; readonly tookMs: number }
  /** The old version goes on serving. */
  | { readonly kind: 'kept'; readonly what: string; readonly message: string };

type Announced = {
  /** Of all gateways of this user that run. */
  readonly folder: string;
  /** `--name`; absent = that of the directory. */
  readonly name?: string | undefined;
};

export type Listening = {
  /** Undefined where nobody is told of it. */
  readonly name: string | undefined;
  readonly apis: readonly ApiListing[];
  /** What stands in front of APIs, with the address of its port. */
  readonly fronts: readonly { readonly name: string; readonly url: string }[];
  /** With TLS: file of the certificate that clients have to trust. */
  readonly certificateAuthority?: string;
  readonly control: string;
  /** Address of the console, with the key of this start behind the #; absent where none is served. */
  readonly console?: string;
  /** Undefined when the gateway was told to run without. */
  readonly dynamodb: string | undefined;
  readonly unsupported: readonly UnsupportedItem[];
  /** Issuers that authorizers trust, whose keys cannot be read now: their tokens are refused. */
  readonly unreachableIssuers: readonly string[];
};

export type InjectedRequest = {
  readonly apiId: string;
  readonly method: string;
  /** With stage and query: `/dev/users?x=1`. */
  readonly target: string;
  /** Flat name, value list. */
  readonly headers?: readonly string[];
  readonly body?: Buffer;
};

export interface Gateway {
  /**
   * Loads stacks: directories with a serverless.yml, a SAM template or a cdk.out, or template files.
   * @throws DefinitionError, StartError
   */
  load(sources: readonly string[]): Promise<void>;
  readonly stacks: readonly ResolvedStack[];
  /** Every stage with its routes. */
  routes(): readonly ApiRoutes[];
  /** Every stage with how its routes are guarded. */
  inspect(): readonly InspectedApi[];
  /** A request without a socket, through the same pipeline. */
  inject(request: InjectedRequest): Promise<Reply>;
  /** Variables by which programs and SDKs find what is served; once it listens. */
  environment(): Readonly<Record<string, string>>;
  /** A token of the local issuer. @throws WishRefused */
  mint(wish: TokenWish): Promise<string>;
  /** @throws StartError PORT_IN_USE */
  listen(): Promise<Listening>;
  /** Ends within two seconds. */
  close(): Promise<void>;
}
