/**
 * Sessions of members. The cookie has a random secret, and the table has its hash. A session belongs to one version of
 * one member of one organisation, so it ends when the member or the member's version changes.
 */
import { createHmac } from 'node:crypto';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import { DomainError } from '../errors.ts';
import type { ItemWrite } from '../table/item-write.ts';
import { findMember } from './members.ts';
import type { Member } from './members.ts';
import { sessionKey, sessionName } from './portal-items.ts';
import { readPortalItem } from './portal-ports.ts';
import type { PortalPorts } from './portal-ports.ts';

export type Session = {
  readonly secret: string;
  readonly tenant: string;
  readonly member: Member;
};

const SECRET_DIGITS = 64;
const ATTEMPTS = 3;
const SECRET = /^[0-9a-f]{64}$/;
const NAME = /^[0-9a-f]{64}$/;
/**
 * How long an item is stored after the planned end of its session, even if the session was ended earlier. Deletion does
 * not end a session: its stored end is compared with the clock, because DynamoDB deletes items late.
 */
const KEPT_SECONDS = 3600;

/** Returns the name of the session whose secret a cookie contains; undefined if the text cannot be such a secret. */
export function nameOfSession(secret: string | undefined): string | undefined {
  return secret !== undefined && SECRET.test(secret) ? sessionName(secret) : undefined;
}

/**
 * Starts a session with a new secret. The browser's earlier session ends.
 * @param former name of the session that the browser had
 * @throws DomainError STORE_UNAVAILABLE
 */
export async function startSession(
  ports: Pick<PortalPorts, 'store' | 'clock' | 'random'>,
  {
    tenant,
    member,
    lifetimeSeconds,
    former,
  }: {
    readonly tenant: string;
    readonly member: Member;
    readonly lifetimeSeconds: number;
    readonly former?: string | undefined;
  },
): Promise<Session> {
  const endsAt = ports.clock.nowEpochMs() + lifetimeSeconds * 1000;
  const item = {
    tenant,
    account: member.account,
    memberVer: member.version,
    endsAt,
    expiresAt: Math.ceil(endsAt / 1000) + KEPT_SECONDS,
  };
  // If the table's response is lost, the write is repeated with a new secret, because an invitation may just have been
  // redeemed for this session. A session that the first write created is harmless, because nobody knows its secret. The
  // former session ends in the same transaction. If it ended in a later write and that write failed, the browser would
  // not get the new session.
  let ended = former !== undefined && NAME.test(former) ? former : undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const secret = ports.random.hex(SECRET_DIGITS);
    const start: ItemWrite = {
      purpose: 'portal',
      key: sessionKey(sessionName(secret)),
      when: [{ attribute: 'tenant', is: 'absent' }],
      change: { kind: 'put', item },
    };
    const outcome = await ports.store.transact(
      ended === undefined ? [start] : [start, endWrite(ports, ended)],
    );
    if (outcome.kind === 'done') return { secret, tenant, member };
    // The refusal concerns the former session. No other session can have the name of the new session, because its
    // secret has 256 random bits.
    if (outcome.kind === 'refused') ended = undefined;
  }
  throw new DomainError('STORE_UNAVAILABLE', 'the portal table did not confirm the session');
}

/**
 * Finds the session of a secret, with the current record of the member.
 * @throws DomainError SESSION_ENDED, with the same message for every reason; STORE_UNAVAILABLE
 */
export async function findSession(
  ports: Pick<PortalPorts, 'store' | 'clock'>,
  secret: string | undefined,
): Promise<Session> {
  if (secret === undefined || !SECRET.test(secret)) throw ended();
  const item = await readPortalItem(ports, sessionKey(sessionName(secret)));
  if (item === undefined || item['endedAt'] !== undefined) throw ended();
  if (!(Number(item['endsAt']) > ports.clock.nowEpochMs())) throw ended();
  const tenant = String(item['tenant']);
  const member = await findMember(ports, tenant, String(item['account']));
  if (member === undefined || member.version !== item['memberVer']) throw ended();
  return { secret, tenant, member };
}

/**
 * Ends a session. It is not an error if the session is unknown or has already ended.
 * @throws DomainError STORE_UNAVAILABLE
 */
export async function endSession(ports: Pick<PortalPorts, 'store' | 'clock'>, secret: string): Promise<void> {
  const name = nameOfSession(secret);
  if (name === undefined) return;
  const outcome = await ports.store.update(endWrite(ports, name));
  if (outcome.kind !== 'done' && outcome.kind !== 'refused')
    throw new DomainError('STORE_UNAVAILABLE', 'the portal table did not confirm the end of the session');
}

function endWrite({ clock }: Pick<PortalPorts, 'clock'>, name: string): ItemWrite {
  return {
    purpose: 'portal',
    key: sessionKey(name),
    when: [{ attribute: 'tenant', is: 'present' }],
    change: { kind: 'update', set: { endedAt: clock.nowEpochMs() } },
  };
}

/**
 * Returns the token that protects against forged requests (CSRF). It is a hash of the session's secret, which no other
 * site can read, so it does not have to be stored.
 */
export function forgeryTokenOf({ secret }: Pick<Session, 'secret'>): string {
  return createHmac('sha256', secret).update('gatewright-portal-csrf').digest('base64url');
}

/** @throws DomainError ORIGIN_REFUSED */
export function assertForgeryToken(session: Pick<Session, 'secret'>, given: string | undefined): void {
  if (given === undefined || !equalInConstantTime(forgeryTokenOf(session), given))
    throw new DomainError('ORIGIN_REFUSED', 'the request has no token of the page');
}

function ended(): DomainError {
  return new DomainError('SESSION_ENDED', 'there is no session, or it has ended');
}
