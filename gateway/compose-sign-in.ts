/** Whose tokens count on this machine: the local issuer, those that it stands in for, and keys of all others. */
import { createKeySets } from './adapters/key-sets.ts';
import type { ServedApis } from './control/served-apis.ts';
import { listTrustedIssuers } from './control/trusted-issuers.ts';
import type { GatewayOptions } from './gateway.ts';
import { Issuer, type IssuerOptions } from './issuer/issuer.ts';
import { StandIns } from './issuer/stand-ins.ts';
import type { KeySets, Ports } from './ports.ts';
import { loadIssuerKeys, saveIssuerKeys } from './services/issuer-key-file.ts';

export type SignIn = {
  readonly issuer: Issuer;
  readonly standIns: StandIns;
  readonly keySets: KeySets;
};

export async function openSignIn(
  options: GatewayOptions,
  { clock, random }: Pick<Ports, 'clock' | 'random'>,
): Promise<SignIn> {
  const standIns = new StandIns(options.localIssuers);
  const isLocal = (name: string): boolean => standIns.includes(name);
  const issuer = await openIssuer(options, { clock, random, standsInFor: isLocal });
  return { issuer, standIns, keySets: createKeySets({ isLocal, keySet: () => issuer.keySet() }, clock) };
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

/** Who is found here has its keys read already; nobody is waited for longer than a request would. */
export async function findUnreachable(
  served: ServedApis,
  { standIns, keySets }: SignIn,
): Promise<readonly string[]> {
  const foreign = listTrustedIssuers(served.all).filter((issuer) => !standIns.includes(issuer));
  const found = await Promise.all(foreign.map((issuer) => keySets.find(issuer, '')));
  return foreign.filter((_, index) => found[index]?.kind === 'unreachable');
}
