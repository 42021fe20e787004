/**
 * Local identities that sign calls to the gateway. The file `gatewright.identities.yml` defines them, with IAM policy
 * documents as for a user on AWS.
 */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { parseArn } from '@gatewright/aws/arn';
import { DefinitionError } from '../errors.ts';
import { compilePolicy } from './evaluate.ts';
import type { Role } from './role.ts';
import type { CompiledPolicy, ConditionValues, PolicyDecision, PolicyQuestion } from './model.ts';
import type { SigningSession } from '@gatewright/aws/signature';

export type LocalIdentity = {
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For example `arn:aws:iam::123456789012:user/alice`. */
  readonly arn: string;
  /** The id that AWS shows, if it is not derived from the access key. */
  readonly userId?: string;
  readonly policies: readonly CompiledPolicy[];
  /** The permissions boundary of a user; a role has its own. */
  readonly boundary?: CompiledPolicy | undefined;
  /**
   * The organization id, such as `o-a1b2c3d4e5`, which `aws:PrincipalOrgID` is compared with. Absent means that the
   * account does not belong to an organization.
   */
  readonly organizationId?: string;
  /** The tags by key in lower case, because `aws:PrincipalTag/…` is case-insensitive. */
  readonly tags?: ReadonlyMap<string, string>;
  /** The lower-case keys of the tags that the session of the next role inherits. */
  readonly transitiveTags?: ReadonlySet<string>;
  /** The session of a temporary key pair. The pair is valid only with the session's token, until the session ends. */
  readonly session?: IdentitySession;
  readonly role?: RoleSession;
};

export type RoleSession = {
  /** For example `arn:aws:iam::123456789012:role/dev-orders`. */
  readonly arn: string;
  /** For example `AROA…:orders`. */
  readonly userId: string;
  /** The permissions boundary; undefined means that there is none, so only the policies decide. */
  readonly boundary: CompiledPolicy | undefined;
  /** The condition values that the session provides, for keys for which the call itself has no value. */
  readonly facts: ConditionValues;
  /** Called when a call to which no resource policy applies is not allowed. */
  readonly onDenied: (question: PolicyQuestion, decision: PolicyDecision) => void;
};

type IdentitySession = { readonly token: string; readonly expiresAtEpochMs: number };

/** All identities of this run, by access key. */
export type Identities = {
  find(accessKeyId: string): LocalIdentity | undefined;
  secretOf(accessKeyId: string): string | undefined;
  /**
   * Returns the session for `verifySignature`, by the gateway's clock; undefined means that the key pair is permanent.
   */
  sessionOf(accessKeyId: string, nowEpochMs: number): SigningSession | undefined;
  readonly all: readonly LocalIdentity[];
};

/** The maximum number of identities. A larger number is assumed to be a mistake. */
const MAX_IDENTITIES = 1000;
const IDENTITY_KEYS = ['name', 'accessKeyId', 'secretAccessKey', 'policies'];
const OPTIONAL_KEYS = ['accountId', 'organizationId', 'tags', 'sessionToken', 'sessionExpires'];
/** The maximum number of tags of a user, which is IAM's quota. */
const MAX_TAGS = 50;

const ADMIN_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** Returns the identity that exists in every run and has all permissions. */
export function adminIdentity(
  keyPair: { readonly accessKeyId: string; readonly secretAccessKey: string },
  accountId: string,
): LocalIdentity {
  const compiled = compilePolicy(ADMIN_POLICY);
  return {
    name: 'admin',
    accessKeyId: keyPair.accessKeyId,
    secretAccessKey: keyPair.secretAccessKey,
    arn: userArn(accountId, 'admin'),
    policies: compiled.kind === 'compiled' ? [compiled.policy] : [],
  };
}

/**
 * Reads the identities file (YAML or JSON): `identities: [{ name, accessKeyId, secretAccessKey, policies: [<IAM policy
 * document>, …], accountId?, organizationId?, tags?: { key: value }, sessionToken?, sessionExpires? }]`. `sessionToken`
 * and `sessionExpires` must be given together. `sessionExpires` is a time such as `2026-12-31T23:59:59Z`.
 * @throws DefinitionError with file and line for invalid content, including unknown keys
 */
export function parseIdentities(text: string, file: string, accountId: string): readonly LocalIdentity[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    const { line, col } = syntaxError.linePos?.[0] ?? {};
    // The message contains only the position, because the line itself may contain a secret.
    const message = syntaxError.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '');
    throw new DefinitionError(
      { file, line },
      `${message ?? 'invalid YAML'}${col === undefined ? '' : ` (column ${col})`}`,
    );
  }
  const reader = new IdentitiesReader(file, lines, accountId);
  return reader.read(document.contents);
}

/**
 * Creates the identities of a run.
 * @throws DefinitionError if two identities share an access key, because a signature would be ambiguous
 */
export function createIdentities(
  all: readonly LocalIdentity[],
  file = 'gatewright.identities.yml',
): Identities {
  const byKey = new Map<string, LocalIdentity>();
  for (const identity of all) {
    const other = byKey.get(identity.accessKeyId);
    if (other !== undefined) {
      throw new DefinitionError(
        { file, property: 'accessKeyId' },
        `${other.name} and ${identity.name} have the same access key; each identity needs its own`,
      );
    }
    byKey.set(identity.accessKeyId, identity);
  }
  return {
    all,
    find: (accessKeyId) => byKey.get(accessKeyId),
    secretOf: (accessKeyId) => byKey.get(accessKeyId)?.secretAccessKey,
    sessionOf(accessKeyId, nowEpochMs) {
      const session = byKey.get(accessKeyId)?.session;
      return session && { token: session.token, isExpired: session.expiresAtEpochMs <= nowEpochMs };
    },
  };
}

/**
 * Decides whether to allow a call to which no resource policy applies. Without a resource policy, a call to a resource
 * of another account is not allowed, because the other account would also have to permit the call.
 */
export function decideFor(identity: LocalIdentity, question: PolicyQuestion): PolicyDecision {
  const said = decideByPolicies(identity, question);
  const owner = parseArn(question.resource)?.accountId ?? '';
  const isOwn = owner === '' || owner === describeIdentity(identity).accountId;
  const decision = said === 'allow' && !isOwn ? 'implicit-deny' : said;
  if (decision !== 'allow') identity.role?.onDenied(question, decision);
  return decision;
}

/** Returns AWS's message for a refusal. */
export function describeDenial(
  { arn }: Pick<LocalIdentity, 'arn'>,
  { action, resource }: Pick<PolicyQuestion, 'action' | 'resource'>,
  decision: PolicyDecision,
): string {
  const reason =
    decision === 'explicit-deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}

/** Returns the identity's policies as one policy, for combining with a resource policy. */
export function permissionsOf(identity: LocalIdentity): CompiledPolicy {
  return {
    sources: identity.policies.flatMap(({ sources = [] }) => sources),
    decide: (question) => decideByPolicies(identity, question),
  };
}

/**
 * Returns the decision of the identity's policies. A permissions boundary limits the permissions in the
 * policies ("Permissions boundaries for IAM entities").
 */
function decideByPolicies(
  { policies, role, boundary }: LocalIdentity,
  asked: PolicyQuestion,
): PolicyDecision {
  const question =
    role === undefined ? asked : { ...asked, conditions: withFacts(asked.conditions, role.facts) };
  return decideForRole({ policies, boundary: role === undefined ? boundary : role.boundary }, question);
}

/** Returns the decision of the policies and the permissions boundary of a role. */
export function decideForRole(
  { policies, boundary }: Pick<Role, 'policies' | 'boundary'>,
  question: PolicyQuestion,
): PolicyDecision {
  const given = decideByAny(policies, question);
  return boundary === undefined || given !== 'allow' ? given : boundary.decide(question);
}

function withFacts(conditions: ConditionValues, facts: ConditionValues): ConditionValues {
  return { get: (key) => conditions.get(key) ?? facts.get(key) };
}

/**
 * Combines the decisions of several policies. The result is a deny if any policy denies, otherwise an allow if any
 * policy allows, and otherwise an implicit deny.
 */
function decideByAny(policies: readonly CompiledPolicy[], question: PolicyQuestion): PolicyDecision {
  let decision: PolicyDecision = 'implicit-deny';
  for (const policy of policies) {
    const said = policy.decide(question);
    if (said === 'explicit-deny') return said;
    if (said === 'allow') decision = said;
  }
  return decision;
}

/** Facts about an identity that are not secret, for policies and events. */
type IdentityFacts = {
  readonly arn: string;
  /** The identity's account. If it differs from the API's account, calls are cross-account. */
  readonly accountId: string;
  /**
   * AWS's unique id of the identity, such as `AROA…:orders` for a role session. If the identity provides none, an id
   * with the prefix of users (`AIDA…`) is derived from the access key id.
   */
  readonly userId: string;
  /**
   * The ARN of the role; undefined if the identity is not a role session. It is needed because policies may name the
   * role as well.
   */
  readonly roleArn: string | undefined;
  readonly organizationId: string | undefined;
  readonly tags: ReadonlyMap<string, string> | undefined;
};

export function describeIdentity(identity: LocalIdentity): IdentityFacts {
  const { arn, accessKeyId, organizationId, tags, role } = identity;
  const accountId = parseArn(arn)?.accountId ?? '';
  const userId = role?.userId ?? identity.userId ?? `AIDA${accessKeyId.slice(4)}`;
  return { arn, accountId, userId, roleArn: role?.arn, organizationId, tags };
}

function userArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:user/${name}`;
}

const ORGANIZATION = 'the id of an organization: o- followed by 10 to 32 letters and digits';
const EXPIRES = 'a time in quotes, such as "2026-12-31T23:59:59Z"';

class IdentitiesReader {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #accountId: string;

  constructor(file: string, lines: LineCounter, accountId: string) {
    this.#file = file;
    this.#lines = lines;
    this.#accountId = accountId;
  }

  read(contents: unknown): readonly LocalIdentity[] {
    const top = this.#fields(contents, 'the file', ['identities']);
    const list = top.get('identities');
    if (!isSeq(list)) return this.#fail(contents, 'identities', 'must be a list');
    if (list.items.length > MAX_IDENTITIES) {
      return this.#fail(list, 'identities', `must contain at most ${MAX_IDENTITIES} identities`);
    }
    return list.items.map((item) => this.#identity(item));
  }

  #identity(item: unknown): LocalIdentity {
    const fields = this.#fields(item, 'an identity', [...IDENTITY_KEYS, ...OPTIONAL_KEYS]);
    const name = this.#text(
      item,
      fields,
      'name',
      /^[\w+=,.@-]{1,64}$/,
      'an IAM user name: 1 to 64 letters, digits or characters of +=,.@_-',
    );
    const accessKeyId = this.#text(
      item,
      fields,
      'accessKeyId',
      /^[A-Z0-9]{16,128}$/,
      '16 to 128 capital letters and digits',
    );
    const secretAccessKey = this.#text(
      item,
      fields,
      'secretAccessKey',
      /^[\x21-\x7e]{8,256}$/,
      '8 to 256 printable ASCII characters without blanks',
    );
    const accountId = fields.has('accountId')
      ? this.#text(item, fields, 'accountId', /^\d{12}$/, '12 digits in quotes')
      : this.#accountId;
    const policies = fields.get('policies');
    if (!isSeq(policies)) return this.#fail(item, 'policies', 'must be a list of IAM policy documents');
    return {
      name,
      accessKeyId,
      secretAccessKey,
      arn: userArn(accountId, name),
      policies: policies.items.map((policy) => this.#policy(policy)),
      ...(fields.has('organizationId')
        ? { organizationId: this.#text(item, fields, 'organizationId', /^o-[a-z0-9]{10,32}$/, ORGANIZATION) }
        : {}),
      tags: this.#tags(fields.get('tags')),
      ...this.#session(item, fields),
    };
  }

  #tags(node: unknown): ReadonlyMap<string, string> {
    const tags = new Map<string, string>();
    if (node === undefined) return tags;
    if (!isMap(node) || node.items.length > MAX_TAGS)
      return this.#fail(node, 'tags', `must be a map of at most ${MAX_TAGS} keys and values`);
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value).toLowerCase() : '';
      const text = isScalar(value) ? value.value : undefined;
      if (name === '' || name.length > 128 || typeof text !== 'string' || text.length > 256)
        return this.#fail(
          key,
          'tags',
          'must have keys of 1 to 128 characters, and strings of at most 256 characters as values',
        );
      if (tags.has(name))
        return this.#fail(key, 'tags', `contains the key ${name} twice; keys are case-insensitive`);
      tags.set(name, text);
    }
    return tags;
  }

  /**
   * Reads the session. The token and the expiry must be given together, because a token without an expiry would be
   * valid forever, and an expiry without a token has no effect.
   */
  #session(item: unknown, fields: ReadonlyMap<string, unknown>): { session?: IdentitySession } {
    if (!fields.has('sessionToken') && !fields.has('sessionExpires')) return {};
    const token = this.#text(
      item,
      fields,
      'sessionToken',
      /^[\x21-\x7e]{1,4096}$/,
      '1 to 4096 printable ASCII characters without blanks',
    );
    const expires = this.#text(
      item,
      fields,
      'sessionExpires',
      /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/,
      EXPIRES,
    );
    const expiresAtEpochMs = Date.parse(expires);
    if (Number.isNaN(expiresAtEpochMs))
      return this.#fail(fields.get('sessionExpires'), 'sessionExpires', `must be ${EXPIRES}`);
    return { session: { token, expiresAtEpochMs } };
  }

  #policy(node: unknown): CompiledPolicy {
    if (!isMap(node)) return this.#fail(node, 'policies', 'must be an IAM policy document');
    const compiled = compilePolicy(node.toJSON(), { ofIdentity: true });
    if (compiled.kind === 'invalid') return this.#fail(node, 'policies', compiled.reason);
    return compiled.policy;
  }

  /** Returns the map's values by key. Keys that are not in `keys` are refused. */
  #fields(node: unknown, what: string, keys: readonly string[]): Map<string, unknown> {
    const wanted = keys.join(', ');
    if (!isMap(node)) return this.#fail(node, undefined, `${what} must be a map with the keys ${wanted}`);
    const fields = new Map<string, unknown>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!keys.includes(name)) this.#fail(key, name, `is unknown; ${what} can have ${wanted}`);
      fields.set(name, value);
    }
    return fields;
  }

  #text(
    owner: unknown,
    fields: ReadonlyMap<string, unknown>,
    property: string,
    shape: RegExp,
    wanted: string,
  ): string {
    const node = fields.get(property);
    if (node === undefined) return this.#fail(owner, property, 'is missing');
    const value = isScalar(node) ? node.value : undefined;
    // The error message does not contain the value, because it may be a secret.
    if (typeof value !== 'string' || !shape.test(value))
      return this.#fail(node, property, `must be ${wanted}`);
    return value;
  }

  #fail(node: unknown, property: string | undefined, message: string): never {
    throw new DefinitionError({ file: this.#file, line: this.#lineOf(node), property }, message);
  }

  #lineOf(node: unknown): number | undefined {
    const offset = isNodeWithRange(node) ? node.range?.[0] : undefined;
    return offset === undefined ? undefined : this.#lines.linePos(offset).line;
  }
}

function isNodeWithRange(node: unknown): node is Node {
  return isMap(node) || isSeq(node) || isScalar(node);
}
