/**
 * The identities with which functions sign calls. Each function has its own key pair and the permissions of its role.
 * Function instances keep their environment across a reload, so the key pair stays the same while the gateway runs,
 * even if the role changes.
 */
import { parseArn } from '@gatewright/aws/arn';
import { makeRoleId } from '@gatewright/aws/physical-ids';
import { describeDenial } from './identities.ts';
import { describeMissing, nameOfRole, trustsAnyPrincipal, trustsGateway } from './role.ts';
import type { Identities, LocalIdentity, RoleSession } from './identities.ts';
import type { CompiledPolicy, ConditionValues, PolicyDecision, PolicyQuestion } from './model.ts';
import type { Role } from './role.ts';
import type { TemporarySessions } from './temporary-sessions.ts';

type KeyPairOf = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** The function for which an identity is created. Only its name and ARN are needed, so no instance has to run yet. */
type SigningFunction = { readonly name: string; readonly arn: string };

/**
 * The key pair that signs calls with a role, and the name of the role session. The key pair belongs to a function, to
 * an integration, or to a caller of STS.
 */
type RoleHolder = KeyPairOf & { readonly name: string; readonly sourceArn: string | undefined };

type FunctionIdentitiesOptions = {
  readonly makeKeyPair: () => KeyPairOf;
  readonly nowEpochMs: () => number;
  /** Called once for each missing permission, until `replace` is called. At most MAX_REPORTED are reported. */
  readonly report: (message: string) => void;
};

/** A call by a function that its role does not allow. */
type DeniedCall = {
  readonly functionName: string;
  readonly action: string;
  readonly resource: string;
  /** AWS's message, which the code of the function may hide. */
  readonly message: string;
};

type KnownRoles = {
  readonly byArn: ReadonlyMap<string, Role>;
  readonly ofFunctions: ReadonlyMap<string, Role>;
};

/** The session name with which API Gateway assumes roles. */
const INTEGRATION_SESSION = 'BackplaneAssumeRoleSession';
const ALLOW_ALL: CompiledPolicy = { decide: () => 'allow' };
/**
 * The maximum number of missing permissions that are reported. It limits the log and the memory if a function keeps
 * requesting new resources.
 */
const MAX_REPORTED = 1000;

export class FunctionIdentities {
  readonly #options: FunctionIdentitiesOptions;
  readonly #pairs = new Map<string, KeyPairOf>();
  readonly #reported = new Set<string>();
  /** Called with AWS's message for each call by a function that the policies do not allow. */
  onDenied: ((denied: DeniedCall) => void) | undefined;
  #byKey: ReadonlyMap<string, LocalIdentity> = new Map();
  #roles: ReadonlyMap<string, Role> = new Map();
  #declared: ReadonlyMap<string, Role> = new Map();

  constructor(options: FunctionIdentitiesOptions) {
    this.#options = options;
  }

  get all(): readonly LocalIdentity[] {
    return [...this.#byKey.values()];
  }

  find(accessKeyId: string): LocalIdentity | undefined {
    return this.#byKey.get(accessKeyId);
  }

  keyPairOf(functionName: string): KeyPairOf {
    const pair = this.#pairs.get(functionName) ?? this.#options.makeKeyPair();
    this.#pairs.set(functionName, pair);
    return pair;
  }

  /**
   * Replaces the functions and their roles. A function without an entry in `ofFunctions` is allowed everything.
   * @param declared the roles of the stacks, which are known even if roles are not enforced
   */
  replace(
    functions: readonly SigningFunction[],
    { byArn, ofFunctions }: KnownRoles,
    declared: KnownRoles = { byArn, ofFunctions },
  ): void {
    this.#reported.clear();
    this.#roles = byArn;
    this.#declared = declared.byArn;
    const identities = functions.map((one) => {
      const unlimited = declared.ofFunctions.get(one.name);
      return this.#identify(one, ofFunctions.get(one.name) ?? (unlimited && withoutLimits(unlimited)));
    });
    this.#byKey = new Map(identities.map((identity) => [identity.accessKeyId, identity]));
  }

  /**
   * Returns the identity for calls with this role; undefined if the role is unknown.
   * @param name the name of the session; the default is the session name of integrations
   */
  assume(roleArn: string, name = INTEGRATION_SESSION): LocalIdentity | undefined {
    const role = this.#roles.get(roleArn);
    return role && this.#identify({ name, arn: roleArn }, role);
  }

  /** Returns whether API Gateway may assume the role; true for an unknown role. */
  isOpenToGateway(roleArn: string): boolean {
    const role = this.#roles.get(roleArn);
    return role === undefined || trustsGateway(role);
  }

  /** Returns whether the service may assume the role, also by a regional principal; true for an unknown role. */
  isOpenTo(roleArn: string, service: string): boolean {
    const role = this.#roles.get(roleArn);
    return role === undefined || trustsAnyPrincipal(role, service);
  }

  /**
   * Returns the role with permission for everything, for a gateway that does not enforce roles. A role of the loaded
   * stacks has its own id and tags.
   */
  unlimitedRole(roleArn: string): Role {
    const declared = this.#declared.get(roleArn);
    const { partition = 'aws', accountId = '' } = parseArn(roleArn) ?? {};
    return declared === undefined
      ? { ...unknownRole(nameOfRole(roleArn), accountId, partition), arn: roleArn }
      : withoutLimits(declared);
  }

  /** Returns a role of the loaded stacks; undefined if the role is unknown. */
  roleOf(roleArn: string): Role | undefined {
    return this.#roles.get(roleArn);
  }

  /** Returns the identity for a session that STS opens. */
  holdRole(role: Role, session: KeyPairOf & { readonly name: string }): LocalIdentity {
    return this.#hold({ ...session, sourceArn: undefined }, role);
  }

  #identify({ name, arn }: SigningFunction, role: Role | undefined): LocalIdentity {
    const { partition = 'aws', accountId = '' } = parseArn(arn) ?? {};
    const holder = { name, ...this.keyPairOf(name), sourceArn: arn };
    return this.#hold(holder, role ?? unknownRole(`${name}-role`, accountId, partition));
  }

  #hold(holder: RoleHolder, role: Role): LocalIdentity {
    const { name, accessKeyId, secretAccessKey } = holder;
    const { partition = 'aws', accountId = '' } = parseArn(role.arn) ?? {};
    return {
      name,
      accessKeyId,
      secretAccessKey,
      arn: `arn:${partition}:sts::${accountId}:assumed-role/${role.name}/${name}`,
      policies: role.policies,
      role: this.#session(holder, accountId, role),
      tags: role.tags,
    };
  }

  #session({ name, sourceArn }: RoleHolder, accountId: string, role: Role): RoleSession {
    const userId = `${role.id}:${name}`;
    const known = new Map<string, readonly string[]>([
      ['aws:principalaccount', [accountId]],
      ['aws:principalarn', [role.arn]],
      ['aws:principaltype', ['AssumedRole']],
      ['aws:resourceaccount', [accountId]],
      ['aws:securetransport', ['true']],
      ['aws:userid', [userId]],
      ...(sourceArn === undefined ? [] : [['lambda:sourcefunctionarn', [sourceArn]] as const]),
      ...[...role.tags].map(([key, value]) => [`aws:principaltag/${key}`, [value]] as const),
    ]);
    return {
      arn: role.arn,
      userId,
      boundary: role.boundary,
      facts: { get: (key) => known.get(key) ?? this.#timeOf(key) },
      onDenied: (question, decision) => {
        this.#report(name, role, question, decision);
        if (parseArn(sourceArn ?? '')?.service !== 'lambda') return;
        const { action, resource } = question;
        const arn = `arn:${parseArn(role.arn)?.partition ?? 'aws'}:sts::${accountId}:assumed-role/${role.name}/${name}`;
        const message = describeDenial({ arn }, question, decision);
        this.onDenied?.({ functionName: name, action, resource, message });
      },
    };
  }

  #timeOf(key: string): ReturnType<ConditionValues['get']> {
    const nowEpochMs = this.#options.nowEpochMs();
    if (key === 'aws:currenttime') return [new Date(nowEpochMs).toISOString()];
    return key === 'aws:epochtime' ? [String(Math.floor(nowEpochMs / 1000))] : undefined;
  }

  #report(name: string, role: Role, question: PolicyQuestion, decision: PolicyDecision): void {
    const message = describeMissing(name, role, question, decision);
    if (this.#reported.has(message) || this.#reported.size >= MAX_REPORTED) return;
    this.#reported.add(message);
    this.#options.report(message);
  }
}

/** The users of the loaded stacks, one per access key of these stacks. Each load replaces them. */
export class StackUsers {
  #byKey: ReadonlyMap<string, LocalIdentity> = new Map();

  get all(): readonly LocalIdentity[] {
    return [...this.#byKey.values()];
  }

  find(accessKeyId: string): LocalIdentity | undefined {
    return this.#byKey.get(accessKeyId);
  }

  replace(users: readonly LocalIdentity[]): void {
    this.#byKey = new Map(users.map((user) => [user.accessKeyId, user]));
  }
}

/**
 * Combines the local identities with the identities of the current functions, of the users of stacks, and of the STS
 * sessions. `all` does not list the STS sessions.
 */
export function withFunctions(
  fixed: Identities,
  functions: FunctionIdentities,
  { sessions, users }: { readonly sessions?: TemporarySessions; readonly users?: StackUsers } = {},
): Identities {
  const find = (accessKeyId: string): LocalIdentity | undefined =>
    fixed.find(accessKeyId) ??
    functions.find(accessKeyId) ??
    users?.find(accessKeyId) ??
    sessions?.find(accessKeyId);
  return {
    find,
    secretOf: (accessKeyId) => find(accessKeyId)?.secretAccessKey,
    sessionOf(accessKeyId, nowEpochMs) {
      const session = find(accessKeyId)?.session;
      return session && { token: session.token, isExpired: session.expiresAtEpochMs <= nowEpochMs };
    },
    get all() {
      return [...fixed.all, ...functions.all, ...(users?.all ?? [])];
    },
  };
}

function withoutLimits(role: Role): Role {
  return { ...role, policies: [ALLOW_ALL], boundary: undefined };
}

/** Returns a replacement for a role that no loaded template contains. */
function unknownRole(name: string, accountId: string, partition: string): Role {
  return {
    name,
    arn: `arn:${partition}:iam::${accountId}:role/${name}`,
    id: makeRoleId(accountId, name),
    policies: [ALLOW_ALL],
    boundary: undefined,
    tags: new Map(),
    place: { file: '' },
  };
}
