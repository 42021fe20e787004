import { createCognitoIdp } from './api/cognito-idp.ts';
import { Issuer } from './issuer.ts';
import { createDocumentFetcher } from './authorization/clients/fetch-document.ts';
import { createIssuerPort } from './issuer-endpoints.ts';
import { loadIssuerKeys, saveIssuerKeys } from './issuer-key-file.ts';
import { createSignInPort } from './login/sign-in-port.ts';
import { readPools } from './pools/read-pools.ts';
import { UserPools } from './pools/user-pools.ts';
import { serveTokens } from './token-endpoints.ts';
import { loadPools, savePools } from './user-files.ts';
import { continueTrace } from '../core/events/trace-header.ts';
import type { AwsService } from '../kernel/calls/aws-call.ts';
import type { EventJournal } from '../kernel/event-journal.ts';
import type { ControlReply, ControlRequest } from '../core/api-call.ts';
import type { Identities } from '../core/policy/identities.ts';
import type { Invocation, InvocationResult, Invoker, LogSink, Ports } from '../core/ports.ts';
import type { ResolvedStack } from '../core/stack/model.ts';
import type { SignInPort } from './login/sign-in-port.ts';
import type { StandIns } from '../core/issuers/stand-ins.ts';
import type { UserDefinition } from './pools/pool-user.ts';

export type LocalSignIn = {
  readonly issuer: Issuer;
  readonly pools: UserPools;
  /** Login pages, key sets and tokens of the pools and of the issuer itself. */
  readonly port: SignInPort;
  readonly serveAdmin: AwsService;
  /** Serves `POST token` and `POST issuer/rotate` for the command line; undefined for other paths. */
  readonly serveTokens: (request: ControlRequest, path: string) => Promise<ControlReply | undefined>;
  readonly follow: (stacks: readonly ResolvedStack[], users: readonly UserDefinition[]) => void;
};

/** Returns the user who is signed in at the local issuer without a page. */
export type SignInAs = { readonly sub: string; readonly roles: readonly string[] };

type SignInOptions = Pick<Ports, 'clock' | 'random'> & {
  readonly standIns: StandIns;
  readonly identities: Identities;
  /**
   * Returns the invoker of trigger functions. It becomes available when the functions have started, which is later than
   * the pools.
   */
  readonly invoker: () => Pick<Invoker, 'invoke'>;
  /** Returns the journal of events, which becomes available at the same time as the invoker. */
  readonly journal?: () => EventJournal;
  readonly log: LogSink;
  /** Returns whether an API of this gateway has this resource (RFC 8707). */
  readonly knowsResource: (resource: string) => boolean;
  /** The user who is signed in without a page; undefined if the page is shown. */
  readonly signInAs: SignInAs | undefined;
  /** Whether the metadata documents of clients may be at addresses of this machine and its network. */
  readonly allowsPrivateClients: boolean;
  /** The directory where keys and users are saved; undefined means that they are not saved. */
  readonly directory: string | undefined;
};

/** Cognito's time limit for a trigger. */
const TRIGGER_WITHIN_MS = 5_000;

/** @throws StartError if saved data is damaged or cannot be read */
export async function openLocalSignIn(options: SignInOptions): Promise<LocalSignIn> {
  const { standIns, clock, allowsPrivateClients } = options;
  const issuer = await openIssuer(options);
  let localUsers: readonly UserDefinition[] = [];
  const pools = await openPools(options, issuer);
  const cognito = createCognitoIdp(pools, clock);
  const port = createSignInPort({ issuer, standIns, pools, cognito, clock });
  const own = createIssuerPort({
    ...options,
    issuer,
    users: () => localUsers,
    documents: createDocumentFetcher({ allowsPrivate: allowsPrivateClients }),
  });
  return {
    issuer,
    pools,
    serveAdmin: cognito.serveAdmin,
    port: {
      get hosts() {
        return port.hosts;
      },
      admits: (head) => port.admits(head) || own.admits(head),
      serve: async (request) => (await port.serve(request)) ?? own.serve(request),
    },
    serveTokens: (request, path) => serveTokens(request, path, issuer),
    follow: (stacks, users) => {
      localUsers = users;
      pools.follow(readPools(stacks, standIns.all), users);
    },
  };
}

async function openIssuer({ clock, random, standIns, directory, log }: SignInOptions): Promise<Issuer> {
  const options = { clock, random, standsInFor: (name: string) => standIns.includes(name) };
  if (directory === undefined) return Issuer.create(options);
  return Issuer.create({
    ...options,
    kept: await loadIssuerKeys(directory),
    onChange: (keys) => {
      saveIssuerKeys(directory, keys).catch((fault: unknown) => {
        log.write(`the keys of the issuer could not be saved: ${String(fault)}`);
      });
    },
  });
}

async function openPools(
  { clock, random, invoker, journal, directory, log }: SignInOptions,
  issuer: Issuer,
): Promise<UserPools> {
  let isDue = false;
  const save = (): void => {
    // Several changes in one call are saved together.
    if (directory === undefined || isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      savePools(directory, pools.kept).catch((fault: unknown) => {
        log.write(`the users could not be saved: ${String(fault)}`);
      });
    });
  };
  const invoke = (functionArn: string, payload: string): Promise<InvocationResult> => {
    const events = journal?.();
    const cause = events?.isWithin === true ? events.cause : undefined;
    return invoker().invoke({
      ...readFunction(functionArn),
      payload,
      timeoutMs: TRIGGER_WITHIN_MS,
      traceHeader:
        events === undefined || cause === undefined
          ? continueTrace(undefined, clock.nowEpochMs(), random)
          : events.trace(cause),
    });
  };
  const kept = directory === undefined ? [] : await loadPools(directory);
  const ports = { clock, random, onChange: save, log: (line: string) => log.write(line), invoke };
  const pools = new UserPools(issuer, { ...ports, ...(journal && { journal }) }, kept);
  return pools;
}

/** Reads `arn:aws:lambda:{region}:{account}:function:{name}[:{qualifier}]`, or only a name. */
function readFunction(arn: string): Pick<Invocation, 'functionName' | 'qualifier'> {
  if (!arn.startsWith('arn:')) return { functionName: arn };
  const [functionName = arn, qualifier] = arn.split(':').slice(6);
  return { functionName, qualifier };
}
