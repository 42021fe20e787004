/** The gateway's options and interface, as a program uses them. */
import type { ServiceEntry } from '../kernel/service.ts';
import type { DaemonAddress } from '../kernel/calls/daemon-address.ts';
import type { InspectedApi } from '../control/loading/inspect-apis.ts';
import type { ApiListing, ApiRoutes } from '../control/loading/list-apis.ts';
import type { AccessBook } from '../console/endpoints/show-access.ts';
import type { CustomerBook } from '../console/endpoints/show-customers.ts';
import type { PortalBook } from '../console/endpoints/show-portal.ts';
import type { InvoiceBook } from '../console/endpoints/show-invoices.ts';
import type { ConsoleFiles } from '../console/endpoints/console-files.ts';
import type { DeployedVariables } from '../templates/deployed-variables.ts';
import type { DeployFinding } from '../core/deployability/finding.ts';
import type { Home } from '../core/stack/home.ts';
import type { ResolvedStack, UnsupportedItem } from '../core/stack/model.ts';
import type { Reply } from '../core/exchange.ts';
import type { InspectOptions } from '../lambda/debugging.ts';
import type { FunctionLogLine } from '../lambda/function-log-line.ts';
import type { LogSink } from '../core/ports.ts';
import type { TokenOptions } from '../cognito/issuer.ts';
import type { SharedPorts } from '../server/port-plan.ts';
import type { KeyPair } from '../kernel/files/identity-file.ts';
import type { AwsEndpoints } from '../kernel/calls/service-client.ts';
import type { DynamoDbChoice } from '../kernel/files/model.ts';
import type { NeededSettings, Settings } from './start-settings.ts';

/**
 * The options of a program that starts the gateway. The members of `Settings` can also be set on the command line, and
 * are described in start-options.ts.
 */
export type ProgramOptions = Settings & {
  readonly stage: string;
  /** The default region for stacks that do not set a region. */
  readonly region: string;
  readonly accountId: string;
  /**
   * The values of `--region` and `--account`. They apply to every stack, even if the stack names another region or
   * account.
   */
  readonly chosen?: Partial<Home> & { readonly stage?: string };
  /**
   * Returns sources that the named sources import. The imported sources are served only if the named sources are
   * served. This function is called at each load, because the sources may be created while the gateway runs.
   */
  readonly companions?: () => Promise<readonly string[]>;
  /**
   * Refuses a load by throwing, before any part of it is served. A reload that is refused leaves the previous stacks in
   * service.
   */
  readonly judge?: (apis: readonly InspectedApi[]) => Promise<void>;
  /** The addresses of serverless-offline, where all APIs of one kind share a port. */
  readonly sharedPorts?: SharedPorts;
  /** Services that the program adds. */
  readonly moreServices?: readonly ServiceEntry[];
  /** Additional variables of every function; the variables of the template take precedence. */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  /** The variables of `--env-file`, which `${env:}` in serverless.yml reads. Functions do not get them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly dynamodb: DynamoDbChoice;
  /**
   * The endpoints to which calls to AWS services are sent; absent means that calls to services that the gateway does
   * not run are only recorded.
   */
  readonly awsEndpoints?: AwsEndpoints;
  /** The folder that contains gatewright.identities.yml and `.gatewright/`. */
  readonly directory: string;
  /** The folder where osls's output is stored for the next run; absent means a folder below `.gatewright/`. */
  readonly cacheFolder?: string;
  /** The gateway's name for the command line; absent means that the gateway is known only in its own folder. */
  readonly announced?: Announced;
  readonly adminKey: KeyPair;
  /**
   * Whether faults that AWS would refuse to deploy prevent startup; absent means that these faults are only reported.
   */
  readonly refusesFaults?: boolean;
  /** Initial items by table name or logical id, as plain JSON or DynamoDB JSON. */
  readonly tables?: Readonly<Record<string, readonly object[]>>;
  /** The variables of the functions of a deployed stack, by logical id (`--env-from-stack`). */
  readonly deployedVariables?: DeployedVariables;
  /** The outputs of deployed stacks. The key is the reference that a serverless.yml contains: `cf:NAME.Output`. */
  readonly deployedOutputs?: Readonly<Record<string, string>>;
  /**
   * The options of `--inspect[-brk]`, which let a debugger attach. Deadlines stop while the debugger pauses a function.
   * Absent means that no debugger can attach.
   */
  readonly inspect?: InspectOptions;
  /** Whether functions have no deadline, as with serverless-offline's `noTimeout`. */
  readonly noTimeout?: boolean;
  /** The daemon that receives the segments of stages with `TracingEnabled`; absent means none. */
  readonly xrayDaemon?: DaemonAddress | undefined;
  /** Reads the files of the console when it is first opened; absent means that there is no console. */
  readonly consoleFiles?: () => Promise<ConsoleFiles>;
  /**
   * The folder with the keys that let this user's browser open the console's page. If absent, a new key is created,
   * which is valid for this run only.
   */
  readonly pageKeys?: string;
  /** Whether request lines end with a short link to the console, which is useful in terminals but not in files. */
  readonly linksLines?: boolean;
  /** The callers and their permissions, which the console shows; absent means that it does not show them. */
  readonly access?: AccessBook;
  /**
   * Returns the commands that `gatewright start` suggests when it has started. The console also shows them while there
   * are no requests.
   */
  readonly tries?: () => readonly string[];
  /** Reads the customers that the console shows; absent means that it does not show any. */
  readonly customers?: CustomerBook;
  /** Reads the portal members of customers, and invites new ones; absent means that the console shows none. */
  readonly portal?: PortalBook;
  /**
   * The value of the header `x-gatewright-console` with which the console and commands call the admin API. Such calls
   * are not recorded, because reading about the last request would otherwise make another request the last one.
   */
  readonly consoleCalls?: string;
  /** Creates the invoices that the console shows; absent means that it does not show any. */
  readonly invoices?: InvoiceBook;
  /**
   * Decides for each request whether it is recorded, so that the cost of recording can be measured; absent means that
   * every request is recorded.
   */
  readonly isRecording?: () => boolean;
  /**
   * Folders of access documents, which need not exist. A plug-in may refuse a service because of such a document. As
   * long as stacks have faults, a change in these folders therefore triggers a reload.
   */
  readonly documentFolders?: readonly string[];
  /** Whether the state after startup is stored, so that a test can return to it; absent means no. */
  readonly resets?: boolean;
  /**
   * Whether the control port's credentials are stored in the directory, where other commands find them; absent means
   * yes.
   */
  readonly leavesCredentials?: boolean;
  readonly log: LogSink;
  readonly functionLog: (line: FunctionLogLine) => void;
  readonly onProgress: (message: string) => void;
  /**
   * Which ports were not chosen by the user, so that the next free port is used if one of them is in use; absent means
   * none.
   */
  readonly movablePorts?: { readonly api: boolean; readonly control: boolean };
  /** Receives a message before each step that takes a long time. */
  readonly onWaiting?: (message: string) => void;
  readonly onReload: (event: ReloadNotice) => void;
};

export type GatewayOptions = ProgramOptions & NeededSettings;

/** The result of reloading a function or a template that has changed. */
export type ReloadNotice =
  | { readonly kind: 'begun'; readonly what: string }
  | { readonly kind: 'reloaded'; readonly what: string; readonly tookMs: number }
  /** A failed reload. The old version of the function or template stays in service. */
  | {
      readonly kind: 'kept';
      readonly what: string;
      readonly message: string;
      /** The place of the error, if it is known. */
      readonly place?: { readonly file: string; readonly line?: number | undefined } | undefined;
    };

type Announced = {
  /** The folder in which all running gateways of this user are listed. */
  readonly folder: string;
  /** The name given by `--name`; absent means the directory's name. */
  readonly name?: string | undefined;
};

export type Listening = {
  /** The gateway's name; undefined if the gateway is not announced. */
  readonly name: string | undefined;
  readonly apis: readonly ApiListing[];
  /** Services in front of APIs, with the address of their port. */
  readonly fronts: readonly { readonly name: string; readonly url: string }[];
  /** The file of the certificate that clients must trust; only with TLS. */
  readonly certificateAuthority?: string;
  readonly control: string;
  /** The address of the console, with the key of its page after the #; absent if no console is served. */
  readonly console?: string;
  /** The file of injected faults; absent if no faults are injected. */
  readonly faults?: { readonly file: string; readonly rules: number; readonly seed: number };
  /** The address of DynamoDB; undefined if the gateway runs without DynamoDB. */
  readonly dynamodb: string | undefined;
  readonly unsupported: readonly UnsupportedItem[];
  /** The trusted issuers whose keys cannot be fetched now. Their tokens are refused. */
  readonly unreachableIssuers: readonly string[];
};

export type InjectedRequest = {
  readonly apiId: string;
  readonly method: string;
  /** The target with stage and query: `/dev/users?x=1`. */
  readonly target: string;
  /** A flat list of names and values. */
  readonly headers?: readonly string[];
  readonly body?: Buffer;
};

export interface Gateway {
  /**
   * Loads stacks from template files, or from folders with a serverless.yml, a SAM template, a cdk.out or a Terraform
   * plan.
   * @throws DefinitionError if nothing can be served, or if faults are refused; StartError under `--strict`
   */
  load(sources: readonly string[]): Promise<void>;
  /**
   * Loads the stacks again, and builds the functions that have run. `onReload` receives the results, including a
   * failure.
   */
  reload(): Promise<void>;
  readonly stacks: readonly ResolvedStack[];
  /**
   * Returns the findings about parts that AWS refuses, or handles differently, when the loaded stacks are deployed.
   * These are the findings of `gatewright check`, except findings about deployed templates and about `.gatewright`
   * folders in packages.
   */
  examine(): Promise<readonly DeployFinding[]>;
  /** Returns every stage with its routes. */
  routes(): readonly ApiRoutes[];
  /** Returns every stage, and how its routes are guarded. */
  inspect(): readonly InspectedApi[];
  /** Handles a request without a socket, through the same pipeline. */
  inject(request: InjectedRequest): Promise<Reply>;
  /**
   * Returns environment variables with the gateway's addresses, for programs and SDKs. The gateway must already listen.
   */
  environment(): Readonly<Record<string, string>>;
  /**
   * Issues a token of the local issuer.
   * @throws InvalidRequest if the token cannot be issued with these options
   */
  mint(options: TokenOptions): Promise<string>;
  /**
   * Opens the ports.
   * @throws StartError PORT_IN_USE if a port is in use
   */
  listen(): Promise<Listening>;
  /** Closes the gateway and everything that it has opened. */
  close(): Promise<void>;
}

/** Describes a change's result as one line of the log. */
export function describeReload(notice: ReloadNotice): string {
  switch (notice.kind) {
    case 'begun':
      return `loading ${notice.what} again…`;
    case 'reloaded':
      return `reloaded ${notice.what} in ${Math.round(notice.tookMs)} ms`;
    case 'kept':
      return `could not reload ${notice.what}, so the previous version stays in use: ${notice.message}`;
  }
}
