/** Whose tokens count on this machine: the local issuer, those that it stands in for, and keys of all others. */
import { createCognitoIdp } from './aws-api/cognito/cognito-idp.ts';
import type { CognitoIdp } from './aws-api/cognito/cognito-idp.ts';
import type { ResolvedStack } from './definition/model.ts';
import type { WrittenUser } from './issuer/pools/pool-user.ts';
import { readPools } from './issuer/pools/read-pools.ts';
import { createSignInPort } from './issuer/login/sign-in-port.ts';
import type { SignInPort } from './issuer/login/sign-in-port.ts';
import { UserPools } from './issuer/pools/user-pools.ts';
import { loadKeptPools, saveKeptPools } from './services/user-files.ts';
import { createKeySets } from './adapters/key-sets.ts';
import type { ServedApis } from './control/served-apis.ts';
import { listTrustedIssuers } from './control/trusted-issuers.ts';
import { continueTrace } from './events/trace-header.ts';
import type { GatewayOptions } from './gateway.ts';
import { Issuer, type IssuerOptions } from './issuer/issuer.ts';
import { StandIns } from './issuer/stand-ins.ts';
import type { Invocation, InvocationResult, Invoker, KeySets, Ports } from './ports.ts';
import { loadIssuerKeys, saveIssuerKeys } from './services/issuer-key-file.ts';

export type SignIn = {
  readonly issuer: Issuer;
  readonly standIns: StandIns;
  readonly keySets: KeySets;
  readonly pools: UserPools;
  readonly cognito: CognitoIdp;
  readonly port: SignInPort;
  /** Addresses that lead functions to the control port. */
  readonly addresses: () => readonly string[];
};

/** There only when functions are, after the pools. */
type TriggerPorts = { readonly invoker: () => Invoker };

/** Cognito waits so long for a trigger. */
const TRIGGER_WITHIN_MS = 5_000;

/** `arn:aws:lambda:{region}:{account}:function:{name}[:{qualifier}]`, or the name itself. */
function readFunction(arn: string): Pick<Invocation, 'functionName' | 'qualifier'> {
  if (!arn.startsWith('arn:')) return { functionName: arn };
  const [functionName = arn, qualifier] = arn.split(':').slice(6);
  return { functionName, qualifier };
}

export async function openSignIn(
  options: GatewayOptions,
  { clock, random, invoker }: Pick<Ports, 'clock' | 'random'> & TriggerPorts,
): Promise<SignIn> {
  const standIns = new StandIns(options.localIssuers);
  const isLocal = (name: string): boolean => standIns.includes(name);
  const issuer = await openIssuer(options, { clock, random, standsInFor: isLocal });
  const pools = await openPools(options, issuer, { clock, random, invoker });
  const cognito = createCognitoIdp(pools, clock);
  return {
    ...{ issuer, standIns, pools, cognito },
    port: createSignInPort({ issuer, standIns, pools, cognito, clock }),
    addresses: () => [
      ...standIns.all,
      ...pools.all.flatMap(({ pool }) => pool.definition.domains.map((domain) => `https://${domain}`)),
    ],
    keySets: createKeySets({ isLocal, keySet: () => issuer.keySet() }, clock),
  };
}

async function openIssuer(options: GatewayOptions, issuer: IssuerOptions): Promise<Issuer> {
  const { dynamodb } = options;
  const kept = dynamodb.kind === 'embedded' ? dynamodb.dataDirectory : undefined;
  if (kept === undefined) return Issuer.create(issuer);
  return Issuer.create({
    ...issuer,
    kept: await loadIssuerKeys(kept),
    onChange: (keys) => {
      saveIssuerKeys(kept, keys).catch((fault: unknown) => {
        options.log.write(`the keys of the issuer are not kept: ${String(fault)}`);
      });
    },
  });
}

async function openPools(
  options: GatewayOptions,
  issuer: Issuer,
  { invoker, ...at }: Pick<Ports, 'clock' | 'random'> & TriggerPorts,
): Promise<UserPools> {
  const { dynamodb, log } = options;
  const kept = dynamodb.kind === 'embedded' ? dynamodb.dataDirectory : undefined;
  let isDue = false;
  const save = (): void => {
    // Several changes of one call are written once.
    if (kept === undefined || isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      saveKeptPools(kept, pools.kept).catch((fault: unknown) => {
        log.write(`the users are not kept: ${String(fault)}`);
      });
    });
  };
  const invoke = (functionArn: string, payload: string): Promise<InvocationResult> =>
    invoker().invoke({
      ...{ ...readFunction(functionArn), payload, timeoutMs: TRIGGER_WITHIN_MS },
      traceHeader: continueTrace(undefined, at.clock.nowEpochMs(), at.random),
    });
  const ports = { ...at, onChange: save, log: (line: string) => log.write(line), invoke };
  const pools = new UserPools(issuer, ports, kept === undefined ? [] : await loadKeptPools(kept));
  return pools;
}

/** Pools, stand-ins and users are those of these stacks from here on. */
export function followStacks(
  stacks: readonly ResolvedStack[],
  users: readonly WrittenUser[],
  { standIns, pools }: SignIn,
): void {
  standIns.follow(stacks);
  pools.follow(readPools(stacks, standIns.all), users);
}

/** Who is found here has its keys read already; nobody is waited for longer than a request would. */
export async function findUnreachable(
  served: ServedApis,
  { standIns, keySets }: SignIn,
): Promise<readonly string[]> {
  const foreign = listTrustedIssuers(served.all).filter((issuer) => !standIns.includes(issuer));
  const found = await Promise.all(foreign.map((issuer) => keySets.find(issuer, '')));
  return foreign.filter((_, index) => found[index]?.kind === 'unreachable');
}
