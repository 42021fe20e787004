/** The gateway as a program drives it: what it is started with and what it offers. */
import type { DaemonAddress } from './adapters/xray.ts';
import type { AccountQuotas } from './control/api-quotas.ts';
import type { InspectedApi } from './control/inspect-apis.ts';
import type { ApiListing, ApiRoutes } from './control/list-apis.ts';
import type { AccessBook } from './console-api/show-access.ts';
import type { InvoiceBook } from './console-api/show-invoices.ts';
import type { ConsoleFiles } from './console-api/console-files.ts';
import type { Assumptions } from './deployment/assumptions.ts';
import type { DeployedVariables } from './definition/deployed-variables.ts';
import type { Home } from './definition/home.ts';
import type { ResolvedStack, UnsupportedItem } from './definition/model.ts';
import type { Reply } from './exchange.ts';
import type { InspectOptions } from './lambda/debugging.ts';
import type { Isolation } from './lambda/model.ts';
import type { FunctionLogLine } from './lambda/log-line.ts';
import type { LogSink } from './ports.ts';
import type { TokenWish } from './issuer/issuer.ts';
import type { SharedPorts } from './server/port-plan.ts';
import type { KeyPair } from './services/identity-file.ts';
import type { AwsEndpoints } from './services/service-client.ts';
import type { DynamoDbChoice } from './services/store.ts';

export type GatewayOptions = {
  /** `--stage` */
  readonly stage: string;
  /** Of stacks that name no region and no account. */
  readonly region: string;
  readonly accountId: string;
  /** `--region`, `--account`: of every stack, whatever it names itself. */
  readonly chosen?: Partial<Home> & { readonly stage?: string };
  /** Sources that nobody has named and the others import from: not served in the place of what was named. */
  readonly companions?: readonly string[];
  /** Bind address of the API ports; the control port stays on loopback. */
  readonly host: string;
  /** Port of the first API, the others follow; 0 = free ports. */
  readonly port: number;
  /** serverless-offline's addresses instead: APIs of a kind share one port. */
  readonly sharedPorts?: SharedPorts;
  /** Variables that every function sees beside Lambda's own; the template's come above them. */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  /** `--tls`: whether API ports speak HTTPS and WSS, under the local CA of `directory`; absent = they do not. */
  readonly tls?: boolean;
  readonly controlPort: number;
  /** Names beside the loopback ones that a Host header may carry. */
  readonly allowHosts: readonly string[];
  /** `--param` */
  readonly parameters: Readonly<Record<string, string>>;
  /** `--env-file`: for `${env:}` of serverless.yml, never for functions. */
  readonly environment: Readonly<Record<string, string>>;
  readonly dynamodb: DynamoDbChoice;
  /** Where integrations reach AWS services; without, their calls are recorded. */
  readonly awsEndpoints?: AwsEndpoints;
  /** `--issuer URL=local`: issuers that the local one stands in for, beside the user pools of the stacks. */
  readonly localIssuers?: readonly string[];
  /** `--vpc-link name=url[,url]`: addresses by name or id of the link. */
  readonly vpcLinks?: ReadonlyMap<string, readonly string[]>;
  /** Where gatewright.identities.yml is read and `.gatewright/` is kept. */
  readonly directory: string;
  /** Where what osls has compiled is kept for the next start; absent = below `.gatewright/`. */
  readonly keptIn?: string;
  /** Under which the command line finds it; absent = nobody is told of it but its own folder. */
  readonly announced?: Announced;
  /** Key pair of the local admin. */
  readonly adminKey: KeyPair;
  /** What cannot be enforced is an error rather than a notice. */
  readonly strict: boolean;
  /** `--allow-unguarded`: routes answer although a guard in front of them cannot be enforced; absent = they answer 500. */
  readonly allowUnguarded?: boolean;
  /** What AWS would refuse to deploy ends the start, whatever else could be served; absent = it is told. */
  readonly refusesFaults?: boolean;
  /**
   * Whether all APIs together share AWS's 10,000 requests a second with a burst of 5,000. Off by default: it is a
   * limit of somebody's account, not of the API, and would hide what this machine and the stack can do.
   */
  readonly accountThrottle: boolean;
  /** How late the usage of a plan tells of a request, as AWS's does; absent = at once. */
  readonly usageLagMs?: number;
  /** What the response cache of a stage may hold at most, whatever the size of its cluster; absent = 256 MB. */
  readonly cacheMemoryBytes?: number;
  /** `--assume`: what holds where AWS is not documented; absent = the usual. */
  readonly assumptions?: Assumptions;
  /** `--account-quota name=value`: what AWS has raised for the account; absent = nothing. */
  readonly accountQuotas?: AccountQuotas;
  /** `--vpc-endpoint`: VPC by the endpoint that private APIs are called through. */
  readonly vpcEndpoints?: ReadonlyMap<string, string>;
  /**
   * `--roles`: whether functions may do what the policies of their roles give, and APIs invoke what an
   * AWS::Lambda::Permission lets them; absent = anything.
   */
  readonly roles?: boolean;
  /** Whether metrics of every request are written to the log group `metrics`; absent = no. */
  readonly metrics?: boolean;
  /** `--seed`: folder with what tables begin with; absent = with nothing. */
  readonly seed?: string | undefined;
  /** What tables begin with, by name or logical id: items plain or in DynamoDB's own form. */
  readonly tables?: Readonly<Record<string, readonly object[]>>;
  /** `--env-from-stack`: what functions of a deployed stack are given, by logical id. */
  readonly deployedVariables?: DeployedVariables;
  /** Outputs of deployed stacks, as a serverless.yml names them: `cf:NAME.Output`. */
  readonly deployedOutputs?: Readonly<Record<string, string>>;
  /** `--values`: file with what functions read of SSM, Secrets Manager, S3 and AppConfig; absent = gatewright.values.yml. */
  readonly values?: string | undefined;
  /** `--concurrency`: events that all functions run at a time, as an account at AWS has a limit; absent = AWS's 1,000. */
  readonly concurrency?: number | undefined;
  /** `--cold`: whether each event gets an instance of its own; absent = no. */
  readonly cold?: boolean | undefined;
  /** `--isolation`: which Node.js functions run in processes of their own; absent = none. */
  readonly isolation?: Isolation | undefined;
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
  /** `--record`: how many requests and messages are kept to be looked at; absent = none. */
  readonly record?: number;
  /** `--record-all`: of ordinary successes each one, however many there are a second. */
  readonly recordAll?: boolean;
  /** Asked with each request whether it is recorded, for whoever measures what that costs; absent = each one is. */
  readonly isRecording?: () => boolean;
  /** Where files lie by which plug-ins of a service may refuse it: a reload that has failed is tried again when one changes. */
  readonly documentFolders?: readonly string[];
  /** Whether the state after the start is kept, so that a test can go back to it; absent = it cannot. */
  readonly resets?: boolean;
  /** Whether other commands find the gateway from its directory; absent = they do. */
  readonly leavesCredentials?: boolean;
  /** Watch the sources of functions, and the templates. */
  readonly reload: boolean;
  readonly log: LogSink;
  readonly functionLog: (line: FunctionLogLine) => void;
  readonly onProgress: (message: string) => void;
  /** What takes long before anything else is said; absent = nobody looks. */
  readonly onWaiting?: (message: string) => void;
  readonly onReload: (event: ReloadNotice) => void;
};

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
  /** A token of the local issuer. @throws TokenWishError */
  mint(wish: TokenWish): string;
  /** @throws StartError PORT_IN_USE */
  listen(): Promise<Listening>;
  /** Ends within two seconds. */
  close(): Promise<void>;
}
