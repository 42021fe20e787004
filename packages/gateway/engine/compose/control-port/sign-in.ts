/**
 * The issuers whose tokens are trusted on this machine. They are the local issuer, the issuers that it emulates, and
 * all other issuers, whose keys are fetched. The local issuer, its user pools and its pages are loaded when a stack, an
 * option or a call first needs them.
 */
import { createKeySets } from '../../../server/adapters/key-sets.ts';
import { LOCAL_ISSUER } from '../../../core/issuers/issuer-names.ts';
import { listTrustedIssuers } from '../../../control/loading/trusted-issuers.ts';
import { StandIns } from '../../../core/issuers/stand-ins.ts';
import { trustsLocalIssuer } from '../../../lambda/local-issuer.ts';
import type { GatewayOptions } from '../../gateway.ts';
import type { Identities } from '../../../core/policy/identities.ts';
import type { Invoker, KeySets, Ports } from '../../../core/ports.ts';
import type { LocalSignIn } from '../../../cognito/sign-in.ts';
import type { EventJournal } from '../../../kernel/event-journal.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import type { ServedApis } from '../../../control/served-apis.ts';
import type { TokenOptions } from '../../../cognito/issuer.ts';
import type { UserDefinition } from '../../../cognito/pools/pool-user.ts';

type SignInPorts = Pick<Ports, 'clock' | 'random'> & {
  readonly identities: Identities;
  /**
   * Returns the invoker for the functions that user pools call as triggers. It must not be called before functions are
   * available.
   */
  readonly invoker: () => Pick<Invoker, 'invoke'>;
  /** Returns the journal of events. It must not be called before functions are available either. */
  readonly journal: () => EventJournal;
  /** Returns whether an API of this gateway has this resource (RFC 8707). */
  readonly knowsResource: (resource: string) => boolean;
};

type Followed = { readonly stacks: readonly ResolvedStack[]; readonly users: readonly UserDefinition[] };

const NO_KEYS = { keys: [] };

export class SignIn {
  readonly own = LOCAL_ISSUER;
  readonly standIns: StandIns;
  readonly keySets: KeySets;
  readonly #options: GatewayOptions;
  readonly #ports: SignInPorts;
  #opening: Promise<LocalSignIn> | undefined;
  #opened: LocalSignIn | undefined;
  #followed: Followed | undefined;

  constructor(options: GatewayOptions, ports: SignInPorts) {
    this.#options = options;
    this.#ports = ports;
    this.standIns = new StandIns(options.localIssuers);
    this.keySets = this.#createKeySets();
  }

  /** Returns the local sign-in; undefined until it has been opened. */
  get opened(): LocalSignIn | undefined {
    return this.#opened;
  }

  /**
   * Opens the local sign-in.
   * @throws StartError if stored keys or users are damaged or unreadable
   */
  open(): Promise<LocalSignIn> {
    this.#opening ??= this.#load();
    return this.#opening;
  }

  /** Opens the sign-in in advance if these stacks need it, while the rest of the stacks is still being read. */
  expect(stacks: readonly ResolvedStack[]): void {
    // An error is ignored here, because `follow` throws it later.
    if (needsIssuer(stacks)) this.open().catch(() => undefined);
  }

  /** Replaces the user pools, emulated issuers and users with those of these stacks. */
  async follow(stacks: readonly ResolvedStack[], users: readonly UserDefinition[]): Promise<void> {
    if (needsIssuer(stacks)) await this.open();
    this.#followed = { stacks, users };
    this.standIns.follow(stacks);
    this.#opened?.follow(stacks, users);
  }

  /** Whether `issuer` is the `iss` of tokens that the local issuer signs. */
  includes(issuer: string): boolean {
    return this.standIns.includes(issuer);
  }

  /**
   * Issues a token.
   * @throws InvalidRequest if the token cannot be issued with these options
   */
  async mint(options: TokenOptions): Promise<{ readonly token: string }> {
    const { issuer } = await this.open();
    return issuer.mint(options);
  }

  /** Returns the URLs of issuers and sign-in pages that functions must reach through the control port. */
  get addresses(): readonly string[] {
    const pools = this.#opened?.pools.all ?? [];
    return [
      ...this.standIns.all,
      ...pools.flatMap(({ pool }) => pool.definition.domains.map((domain) => `https://${domain}`)),
    ];
  }

  async #load(): Promise<LocalSignIn> {
    const { openLocalSignIn } = await import('../../../cognito/sign-in.ts');
    const opened = await openLocalSignIn({
      ...this.#ports,
      standIns: this.standIns,
      log: this.#options.log,
      directory: dataDirectoryOf(this.#options),
      signInAs: this.#options.signInAs,
      allowsPrivateClients: this.#options.allowPrivateClients === true,
    });
    if (this.#followed !== undefined) opened.follow(this.#followed.stacks, this.#followed.users);
    this.#opened = opened;
    return opened;
  }

  #createKeySets(): KeySets {
    const isLocal = (issuer: string): boolean => this.includes(issuer);
    const keySet = (): { readonly keys: readonly object[] } => this.#opened?.issuer.keySet() ?? NO_KEYS;
    const keySets = createKeySets({ isLocal, keySet }, this.#ports.clock);
    return {
      known: (issuer, keyId) => keySets.known(issuer, keyId),
      find: async (issuer, keyId) => {
        // The local issuer may not be open yet, because an authorizer that a call has created may be the first that
        // trusts it.
        if (isLocal(issuer)) await this.open();
        return keySets.find(issuer, keyId);
      },
    };
  }
}

/**
 * Opens the sign-in. The local issuer is opened at once if an option names an issuer, or if there is a data folder.
 * With a data folder, unreadable files of keys and users are thus reported at startup.
 */
export async function openSignIn(options: GatewayOptions, ports: SignInPorts): Promise<SignIn> {
  const signIn = new SignIn(options, ports);
  if (dataDirectoryOf(options) !== undefined || signIn.standIns.all.length > 0) await signIn.open();
  return signIn;
}

function dataDirectoryOf({ dynamodb }: GatewayOptions): string | undefined {
  return dynamodb.kind === 'embedded' ? dynamodb.dataDirectory : undefined;
}

/** Whether the stacks have user pools, or authorizers or functions that trust the local issuer. */
function needsIssuer(stacks: readonly ResolvedStack[]): boolean {
  return stacks.some(
    ({ resources, functions }) =>
      functions.some(trustsLocalIssuer) ||
      [...resources.values()].some(
        ({ type, properties: { JwtConfiguration } }) =>
          type === 'AWS::Cognito::UserPool' ||
          (JwtConfiguration !== undefined && JSON.stringify(JwtConfiguration).includes(LOCAL_ISSUER)),
      ),
  );
}

/**
 * Fetches the keys of all trusted issuers in advance, so that the first request does not wait for them.
 * @returns the issuers that cannot be reached
 */
export async function findUnreachable(served: ServedApis, signIn: SignIn): Promise<readonly string[]> {
  const trusted = listTrustedIssuers(served.all);
  if (trusted.some((issuer) => signIn.includes(issuer))) await signIn.open();
  const foreign = trusted.filter((issuer) => !signIn.includes(issuer));
  const found = await Promise.all(foreign.map((issuer) => signIn.keySets.find(issuer, '')));
  return foreign.filter((_, index) => found[index]?.kind === 'unreachable');
}
