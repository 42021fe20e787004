/**
 * Identities that functions sign as: each has its own key pair while the gateway runs, and the rights of its
 * role. Instances keep their environment over a reload, so the key stays when the role changes.
 */
import { parseArn } from '@gatewright/aws/arn';
import { describeMissing } from './role.ts';
import type { Identities, LocalIdentity, RoleSession } from './identities.ts';
import type { CompiledPolicy, ConditionValues, PolicyDecision, PolicyQuestion } from './model.ts';
import type { Role } from './role.ts';

type KeyPairOf = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** Known before the first instance runs. */
type SigningFunction = { readonly name: string; readonly arn: string };

type FunctionIdentitiesOptions = {
  readonly makeKeyPair: () => KeyPairOf;
  readonly nowEpochMs: () => number;
  /** Called once for each missing right. */
  readonly report: (message: string) => void;
};

type KnownRoles = {
  readonly byArn: ReadonlyMap<string, Role>;
  readonly ofFunctions: ReadonlyMap<string, Role>;
};

/** API Gateway's session name for roles. */
const INTEGRATION_SESSION = 'BackplaneAssumeRoleSession';
const ALLOW_ALL: CompiledPolicy = { decide: () => 'allow' };
/** Bounds log and memory when a function requests ever new resources. */
const MAX_REPORTED = 1000;

export class FunctionIdentities {
  readonly #options: FunctionIdentitiesOptions;
  readonly #pairs = new Map<string, KeyPairOf>();
  readonly #reported = new Set<string>();
  #byKey: ReadonlyMap<string, LocalIdentity> = new Map();
  #roles: ReadonlyMap<string, Role> = new Map();

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

  /** A function without a role among these may do everything. */
  replace(functions: readonly SigningFunction[], { byArn, ofFunctions }: KnownRoles): void {
    this.#reported.clear();
    this.#roles = byArn;
    const identities = functions.map((one) => this.#identify(one, ofFunctions.get(one.name)));
    this.#byKey = new Map(identities.map((identity) => [identity.accessKeyId, identity]));
  }

  /** The identity for calls of an integration, by its role; undefined if the role is unknown. */
  assume(roleArn: string): LocalIdentity | undefined {
    const role = this.#roles.get(roleArn);
    return role && this.#identify({ name: INTEGRATION_SESSION, arn: roleArn }, role);
  }

  #identify(signer: SigningFunction, role: Role | undefined): LocalIdentity {
    const { name } = signer;
    const { partition = 'aws', accountId = '' } = parseArn(role?.arn ?? signer.arn) ?? {};
    const session = `assumed-role/${role?.name ?? `${name}-role`}/${name}`;
    return {
      name,
      ...this.keyPairOf(name),
      arn: `arn:${partition}:sts::${accountId}:${session}`,
      policies: role?.policies ?? [ALLOW_ALL],
      role: this.#session(signer, accountId, role ?? unknownRole(name, accountId, partition)),
      ...(role === undefined ? {} : { tags: role.tags }),
    };
  }

  #session({ name, arn }: SigningFunction, accountId: string, role: Role): RoleSession {
    const userId = `${this.keyPairOf(name).accessKeyId.replace(/^.{4}/, 'AROA')}:${name}`;
    const known = new Map<string, readonly string[]>([
      ['aws:principalaccount', [accountId]],
      ['aws:principalarn', [role.arn]],
      ['aws:principaltype', ['AssumedRole']],
      ['aws:resourceaccount', [accountId]],
      ['aws:securetransport', ['true']],
      ['aws:userid', [userId]],
      ['lambda:sourcefunctionarn', [arn]],
      ...[...role.tags].map(([key, value]) => [`aws:principaltag/${key}`, [value]] as const),
    ]);
    return {
      arn: role.arn,
      userId,
      boundary: role.boundary,
      facts: { get: (key) => known.get(key) ?? this.#timeOf(key) },
      onDenied: (question, decision) => this.#report(name, role, question, decision),
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

/** Local identities plus the present functions. */
export function withFunctions(fixed: Identities, functions: FunctionIdentities): Identities {
  const find = (accessKeyId: string): LocalIdentity | undefined =>
    fixed.find(accessKeyId) ?? functions.find(accessKeyId);
  return {
    find,
    secretOf: (accessKeyId) => find(accessKeyId)?.secretAccessKey,
    sessionOf: (accessKeyId, nowEpochMs) => fixed.sessionOf(accessKeyId, nowEpochMs),
    get all() {
      return [...fixed.all, ...functions.all];
    },
  };
}

/** Replaces a role that is in no loaded template. */
function unknownRole(functionName: string, accountId: string, partition: string): Role {
  const name = `${functionName}-role`;
  return {
    name,
    arn: `arn:${partition}:iam::${accountId}:role/${name}`,
    policies: [ALLOW_ALL],
    boundary: undefined,
    tags: new Map(),
    place: { file: '' },
  };
}
