import type { GroupDefinition, PoolGroup } from './pool-group.ts';
import { ServiceRefusal } from '../../core/errors.ts';
import { createHash, randomInt } from 'node:crypto';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import type { Clock, InvocationResult, Random } from '../../core/ports.ts';
import type { EventJournal } from '../../kernel/event-journal.ts';
import { invalidParameter, LOCKED_OUT, userNotFound, WRONG_PASSWORD } from './cognito-error.ts';
import { findPasswordFault, hashPassword } from './password.ts';
import { PasswordAttempts } from './password-attempts.ts';
import type { AppClient, CustomMessage, PoolDefinition } from './pool-model.ts';
import { openClient } from './pool-model.ts';
import { attributeOfName, refusalOfMissing, refusalOfName } from './new-user.ts';
import { isVerified, verifiedName } from './pool-user.ts';
import type { PoolUser, UserStatus, UserDefinition } from './pool-user.ts';

export type PoolPorts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (line: string) => void;
  readonly onChange: () => void;
  /** Calls the function of a trigger within Cognito's time limit. */
  readonly invoke: (functionArn: string, event: string) => Promise<InvocationResult>;
  /** Returns the journal of events; undefined if this run has none. */
  readonly journal?: () => EventJournal;
};

export type CodePurpose = 'sign-up' | 'new password' | { readonly attribute: string };

type SentCode = { readonly code: string; readonly untilMs: number; wrong: number };

/** Maximum number of users in a pool, which limits memory. A test pool does not need more users. */
const MAX_USERS = 10_000;
const MAX_WRONG_CODES = 5;
/** Cognito's limit for an email, in characters. */
const MAX_MESSAGE = 20_000;
const HOUR_MS = 3_600_000;

export class UserPool {
  readonly definition: PoolDefinition;
  readonly ports: PoolPorts;
  readonly #attempts: PasswordAttempts;
  /** Users by username. The key is in lower case if the pool ignores case. */
  readonly #users = new Map<string, PoolUser>();
  readonly #groups: Map<string, PoolGroup>;
  readonly createdAtMs: number;
  readonly #codes = new Map<string, SentCode>();

  constructor(definition: PoolDefinition, ports: PoolPorts) {
    this.definition = definition;
    this.ports = ports;
    this.#attempts = new PasswordAttempts(ports.clock);
    this.createdAtMs = ports.clock.nowEpochMs();
    this.#groups = new Map(definition.groups.map((group) => [group.name, this.#made(group)]));
  }

  /** Returns the part of the id after `_`. SRP's hashed texts begin with it. */
  get poolName(): string {
    return this.definition.poolId.replace(/^[^_]*_/, '');
  }

  get users(): readonly PoolUser[] {
    return [...this.#users.values()];
  }

  /** Groups by name, including groups that only occur in the definitions of users. */
  get groups(): ReadonlyMap<string, PoolGroup> {
    const ofUsers = this.users.flatMap((user) =>
      [...user.groups].map((name) => [name, { name, createdAtMs: this.createdAtMs }] as const),
    );
    return new Map([...ofUsers, ...this.#groups]);
  }

  restoreGroup(group: PoolGroup): void {
    this.#groups.set(group.name, group);
  }

  addGroup(definition: GroupDefinition): PoolGroup {
    const group = this.#made(definition);
    this.restoreGroup(group);
    this.ports.onChange();
    return group;
  }

  #made(definition: GroupDefinition): PoolGroup {
    return { ...definition, createdAtMs: this.ports.clock.nowEpochMs() };
  }

  findClient(clientId: string): AppClient | undefined {
    const known = this.definition.clients.find((client) => client.clientId === clientId);
    return known ?? (this.definition.isOpen ? openClient(clientId, this.definition.kind) : undefined);
  }

  find(name: string): PoolUser | undefined {
    const direct = this.#users.get(this.#keyOf(name));
    if (direct !== undefined) return direct;
    if (name === '') return undefined;
    const { nameAttributes, aliases } = this.definition;
    const bears = ({ attributes }: PoolUser, attribute: string): boolean =>
      this.#keyOf(attributes.get(attribute) ?? '') === this.#keyOf(name);
    // An alias counts only if it is verified, because a user may set any address as an attribute.
    const counts = ({ attributes }: PoolUser, attribute: string): boolean =>
      attribute === 'preferred_username' || isVerified(attributes, attribute);
    return this.users.find(
      (user) =>
        user.sub === name ||
        nameAttributes.some((attribute) => bears(user, attribute)) ||
        aliases.some((attribute) => bears(user, attribute) && counts(user, attribute)),
    );
  }

  /** Counts an attempt to sign in with a password. Returns why it failed, or undefined if it succeeded. */
  judgePassword(name: string, isRight: boolean): string | undefined {
    switch (this.#attempts.judge(this.find(name)?.sub ?? this.#keyOf(name), isRight)) {
      case 'right':
        return undefined;
      case 'wrong':
        return WRONG_PASSWORD;
      case 'locked out':
        return LOCKED_OUT;
    }
  }

  /** @throws ServiceRefusal UserNotFoundException if the pool has no such user */
  get(name: string): PoolUser {
    const user = this.find(name);
    if (user === undefined) throw userNotFound();
    return user;
  }

  /**
   * Adds a new user. If the pool signs users in by an attribute, the given name is that attribute's value, and the
   * username is a generated id.
   * @throws ServiceRefusal if the name is invalid or exists, a required attribute is missing, or the pool is full
   */
  add(
    name: string,
    attributes: ReadonlyMap<string, string>,
    status: UserStatus,
    existsText: string,
  ): PoolUser {
    const { nameAttributes } = this.definition;
    const own = new Map([...attributes].filter(([attribute]) => attribute !== 'sub'));
    const refusal = refusalOfName(name, this.definition);
    if (refusal !== undefined) throw invalidParameter(refusal);
    const attribute = attributeOfName(name, this.definition);
    if (attribute !== undefined) own.set(attribute, name);
    if (this.find(name) !== undefined) throw new ServiceRefusal('UsernameExistsException', existsText);
    const missing = refusalOfMissing([...own.keys()], this.definition);
    if (missing !== undefined) throw invalidParameter(missing);
    if (this.#users.size >= MAX_USERS)
      throw new ServiceRefusal('LimitExceededException', `A local pool can have at most ${MAX_USERS} users.`);
    const sub = this.ports.random.uuid();
    const now = this.ports.clock.nowEpochMs();
    const user: PoolUser = {
      username: nameAttributes.length > 0 ? sub : name,
      sub,
      attributes: own,
      groups: new Set<string>(),
      claims: {},
      status,
      isEnabled: true,
      password: undefined,
      passwordSetAtMs: now,
      createdAtMs: now,
      changedAtMs: now,
      isWritten: false,
    };
    this.#users.set(this.#keyOf(user.username), user);
    this.ports.onChange();
    return user;
  }

  /** Restores saved users; users in users.yml override them. */
  restore(users: readonly PoolUser[]): void {
    for (const user of users) this.#users.set(this.#keyOf(user.username), user);
  }

  /** Adds a user from users.yml. Its `sub` is the same in every run, because rows in tables refer to it. */
  write({ username, password, attributes, groups, claims }: UserDefinition): void {
    const now = this.ports.clock.nowEpochMs();
    const { sub = makeSub(this.definition, username), ...others } = attributes;
    const verified = ['email', 'phone_number'].flatMap((name) =>
      Object.hasOwn(others, name) ? [[verifiedName(name), 'true'] as const] : [],
    );
    this.#users.set(this.#keyOf(username), {
      username,
      sub,
      attributes: new Map([...verified, ...Object.entries(others)]),
      groups: new Set(groups),
      claims,
      status: 'CONFIRMED',
      isEnabled: true,
      password: password === undefined ? undefined : { kind: 'written', text: password },
      passwordSetAtMs: now,
      createdAtMs: now,
      changedAtMs: now,
      isWritten: true,
    });
  }

  change(
    user: PoolUser,
    change: Partial<Pick<PoolUser, 'attributes' | 'groups' | 'status' | 'isEnabled'>>,
    changedAtMs = this.ports.clock.nowEpochMs(),
  ): void {
    Object.assign(user, change, { changedAtMs });
    this.ports.onChange();
  }

  remove({ username }: PoolUser): void {
    this.#users.delete(this.#keyOf(username));
    this.ports.onChange();
  }

  /**
   * @param isCreation whether the user is created with this password, so that setting it does not count as a
   * later change of the user
   * @throws ServiceRefusal InvalidPasswordException if the password violates the pool's policy
   */
  async setPassword(user: PoolUser, text: string, status: UserStatus, isCreation = false): Promise<void> {
    this.checkPassword(text);
    user.password = await hashPassword(text, { poolName: this.poolName, username: user.username });
    user.passwordSetAtMs = this.ports.clock.nowEpochMs();
    this.change(user, { status }, isCreation ? user.createdAtMs : undefined);
  }

  /**
   * @param words the beginning of the message, which differs between SignUp, AdminCreateUser and the other calls
   * @throws ServiceRefusal InvalidPasswordException if the password violates the pool's policy
   */
  checkPassword(text: string, words = 'Password does not conform to policy'): void {
    const fault = text.length > 256 ? 'Password too long' : findPasswordFault(text, this.definition.policy);
    if (fault !== undefined) throw new ServiceRefusal('InvalidPasswordException', `${words}: ${fault}`);
  }

  /** Creates and logs a code that Cognito would send. The previous code becomes invalid. */
  sendCode(user: PoolUser, purpose: CodePurpose, message?: CustomMessage): CodeDelivery {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const hours = purpose === 'new password' ? 1 : 24;
    const untilMs = this.ports.clock.nowEpochMs() + hours * HOUR_MS;
    this.#codes.set(codeKey(user, purpose), { code, untilMs, wrong: 0 });
    const what = typeof purpose === 'string' ? purpose : `a new ${purpose.attribute}`;
    const delivery = this.#describeDelivery(user, purpose);
    this.showMessage(user, message, delivery.DeliveryMedium, code);
    this.ports.log(
      `user pool ${this.definition.poolId}: the code of ${user.username} for ${what} is ${code}`,
    );
    return delivery;
  }

  /** Logs a message that Cognito would send, with the text of the pool's own function. */
  showMessage(
    { username }: PoolUser,
    message: CustomMessage | undefined,
    medium: CodeDelivery['DeliveryMedium'],
    secret: string,
  ): void {
    const text = medium === 'SMS' ? message?.sms : message?.email;
    if (text === undefined) return;
    const subject = medium === 'SMS' || message?.subject === undefined ? '' : `${message.subject}: `;
    const filled = `${subject}${text}`.replaceAll('{####}', secret).replaceAll('{username}', username);
    this.ports.log(
      `user pool ${this.definition.poolId}: message to ${username}: ${filled.slice(0, MAX_MESSAGE)}`,
    );
  }

  /**
   * @throws ServiceRefusal CodeMismatchException if the code is wrong, ExpiredCodeException if it has expired,
   * LimitExceededException after too many wrong codes
   */
  useCode(user: PoolUser, purpose: CodePurpose, given: string): void {
    const key = codeKey(user, purpose);
    const sent = this.#codes.get(key);
    if (sent === undefined || sent.untilMs <= this.ports.clock.nowEpochMs())
      throw new ServiceRefusal('ExpiredCodeException', 'Invalid code provided, please request a code again.');
    // Attack: with unlimited attempts, six digits can be guessed quickly.
    if (sent.wrong >= MAX_WRONG_CODES)
      throw new ServiceRefusal(
        'LimitExceededException',
        'Attempt limit exceeded, please try after some time.',
      );
    if (!equalInConstantTime(sent.code, given)) {
      sent.wrong += 1;
      throw new ServiceRefusal(
        'CodeMismatchException',
        'Invalid verification code provided, please try again.',
      );
    }
    this.#codes.delete(key);
  }

  #describeDelivery({ attributes }: PoolUser, purpose: CodePurpose): CodeDelivery {
    const usual = attributes.has('email') || !attributes.has('phone_number') ? 'email' : 'phone_number';
    const AttributeName = typeof purpose === 'object' ? purpose.attribute : usual;
    const value = attributes.get(AttributeName) ?? '';
    const [name = '', domain = ''] = value.split('@');
    return {
      AttributeName,
      DeliveryMedium: AttributeName === 'phone_number' ? 'SMS' : 'EMAIL',
      Destination:
        AttributeName === 'phone_number'
          ? `+*******${value.slice(-4)}`
          : `${name.slice(0, 1)}***@${domain.slice(0, 1)}***`,
    };
  }

  #keyOf(name: string): string {
    return this.definition.isCaseSensitive ? name : name.toLowerCase();
  }
}

export type CodeDelivery = {
  readonly AttributeName: string;
  readonly DeliveryMedium: 'EMAIL' | 'SMS';
  readonly Destination: string;
};

function codeKey({ sub }: PoolUser, purpose: CodePurpose): string {
  return JSON.stringify([sub, purpose]);
}

/** Makes a `sub` in the issuer's form: a UUID in Cognito, `auth0|…` in Auth0. */
function makeSub({ kind, issuer, poolId }: PoolDefinition, username: string): string {
  const hex = createHash('sha256').update(`${poolId}\0${username}`).digest('hex');
  if (kind === 'oidc') return issuer.includes('.auth0.com') ? `auth0|${hex.slice(0, 24)}` : hex.slice(0, 24);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
