/**
 * Two organisations of one portal. The oracle knows no rule of the portal: it plays the same requests of one
 * organisation twice, once beside an organisation that does what it likes, with ids of the first one too, and once
 * beside another organisation that does nothing. Every answer must be the same to the byte. Then nothing of one
 * organisation can be seen, changed or inferred by the other.
 */
import { createHash } from 'node:crypto';
import type { Random } from '#shared/ports.ts';
import { ROLES } from '#shared/portal/members.ts';
import { MEMBER_ROUTES } from '#shared/portal/serve-member.ts';
import type { MemberContext, MemberRoute } from '#shared/portal/member-route.ts';
import { PORTAL, Portal } from '../support/a-portal.ts';
import type { Answer, Browser } from '../support/a-portal.ts';
import { pickFrom } from '../support/pick.ts';
import { count } from './promises.ts';
import type { Pick } from '../support/pick.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const STEPS_PER_SEED = 40;
const STEP_MS = 1_009;
const A_MONTH_MS = 31 * 86_400_000;

/** Names that a wrong separator, prefix, escape or comparison would take for each other. */
const NAMES: readonly (readonly [watched: string, other: string])[] = [
  ['acme', 'acme2'],
  ['acme2', 'acme'],
  ['acme', 'acme#x'],
  ['acme#x', 'acme'],
  ['a#b', 'a%23b'],
  ['a%23b', 'a#b'],
  ['acme', 'Acme'],
  ['ad\u00e4', 'ada\u0308'],
  ['acme', 'acme '],
  ['acme', '__proto__'],
  ['constructor', 'acme'],
  ['acme', 'ORG#acme'],
  ['acme|x', 'acme'],
  ['\u{1f600}', '\u{1f601}'],
];

const GROUPS = await Promise.all([...new Set(MEMBER_ROUTES.values())].map((load) => load()));
const ROUTES: readonly MemberRoute[] = GROUPS.flatMap((make) => make({ portal: PORTAL } as MemberContext));

type Side = 'watched' | 'other';

/** A request as it was drawn. It is played in both worlds, with the ids that it was drawn with. */
type Step = {
  readonly side: Side;
  readonly actor: number;
  readonly method: string;
  readonly path: string;
  readonly body: object;
};

/**
 * Random numbers that depend only on who asks, and on what this one has asked before. With one stream for all, ids
 * would differ between the worlds.
 */
class Streams implements Random {
  readonly #world: string;
  readonly #asked = new Map<string, number>();
  /** Whose request is served now. */
  of = '';

  constructor(world: string) {
    this.#world = world;
  }

  hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) text += this.#next();
    return text.slice(0, digits);
  };

  fraction = (): number => Number.parseInt(this.#next().slice(0, 8), 16) / 2 ** 32;

  #next(): string {
    const asked = (this.#asked.get(this.of) ?? 0) + 1;
    this.#asked.set(this.of, asked);
    return createHash('sha256').update(`${this.#world} ${this.of} ${asked}`).digest('hex');
  }
}

/** A portal with two organisations, each of which has a member of every role. */
class World {
  readonly portal: Portal;
  readonly streams: Streams;
  readonly #names = new Map<Side, string>();
  readonly #browsers: Readonly<Record<Side, Browser[]>> = { watched: [], other: [] };
  /** Every id that an answer contained, by whose answer it was. */
  readonly ids: Readonly<Record<Side, Set<string>>> = { watched: new Set(), other: new Set() };

  constructor(name: string) {
    this.streams = new Streams(name);
    this.portal = new Portal({ random: this.streams });
  }

  async open(side: Side, tenant: string, streams: string): Promise<void> {
    this.#names.set(side, tenant);
    this.streams.of = streams;
    await this.portal.addCustomer(tenant, 'free', `The organisation ${side}`);
    for (const actor of ROLES.keys()) await this.join(side, actor, streams);
  }

  /** Lets a member of this role in, in place of the one whose session has ended. */
  async join(side: Side, actor: number, streams: string): Promise<void> {
    this.streams.of = streams;
    const role = ROLES[actor] ?? 'owner';
    const browser = await this.portal.join(this.#names.get(side) ?? '', role, `${role} of ${side}`);
    this.#browsers[side][actor] = browser;
    this.ids[side].add(browser.memberId);
  }

  async play(step: Step, streams: string): Promise<string> {
    const { side, actor, method, path, body } = step;
    this.streams.of = streams;
    const browser = this.#browsers[side][actor];
    if (browser === undefined) throw new Error(`${side} has no member ${actor}`);
    const headers = { 'idempotency-key': this.streams.hex(32) };
    const answer = await (method === 'GET' ? browser.get(path) : browser.post(path, { body, headers }));
    this.#noteIds(side, answer);
    const { date: _date, ...others } = answer.headers;
    return JSON.stringify([answer.status, others, answer.cookies, answer.text]);
  }

  /** Ids, secrets and cursors all are texts of at least 12 letters and digits. */
  #noteIds(side: Side, { text }: Answer): void {
    if (!text.startsWith('{')) return;
    for (const [, id = ''] of text.matchAll(/"([\w-]{12,64})"/g)) this.ids[side].add(id);
    for (const [, number = ''] of text.matchAll(/"number":"([^"]+)"/g)) this.ids[side].add(number);
  }
}

const INVENTED = ['ABCDEFGHIJKLMNOP', 'f'.repeat(32), '2026-11', '__proto__', '..', '%2e%2e', ''];

function drawStep(side: Side, { ids }: World, names: Readonly<Record<Side, string>>, pick: Pick): Step {
  const another = side === 'watched' ? 'other' : 'watched';
  const known = (of: Side): string => pick.one([...ids[of]]);
  const anyId = (): string => {
    if (pick.chance(0.6)) return known(side);
    return pick.chance(0.7) ? known(another) : pick.one([...INVENTED, names[another]]);
  };
  const actor = pick.upTo(ROLES.length - 1);
  if (pick.chance(0.08)) return { side, actor, ...drawSession(anyId, names[another], pick) };
  const { route } = pick.one(ROUTES);
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'month' && pick.chance(0.9) ? pick.one(['2026-11', '2026-12']) : anyId(),
  );
  const body = bodyOf(route.description.id, anyId, pick);
  return { side, actor, method: route.method, path, body };
}

function drawSession(anyId: () => string, foreign: string, pick: Pick): Omit<Step, 'side' | 'actor'> {
  return pick.one([
    { method: 'GET', path: '/session', body: {} },
    { method: 'POST', path: '/session/switch', body: { organisation: pick.one([foreign, anyId()]) } },
    { method: 'POST', path: '/session/invitation/look', body: { invitation: anyId() } },
  ]);
}

function bodyOf(id: string, anyId: () => string, pick: Pick): object {
  const name = pick.one(['x', 'a key', '\u{1f600}', 'globex']);
  const version = 1 + pick.upTo(3);
  switch (id) {
    case 'makeKey':
    case 'renameKey':
    case 'renameEndpoint':
      return { name };
    case 'rotateKey':
    case 'rotateEndpoint':
      return { overlapSeconds: pick.one([0, 60]) };
    case 'makeEndpoint':
      return { source: 'orders', name };
    case 'previewPlan':
      return { plan: pick.one(['pro', 'free']) };
    case 'changePlan':
      return { plan: pick.one(['pro', 'free']), version };
    case 'saveAlerts':
      return { version, alerts: [{ limit: 'monthly', percent: 50 }] };
    case 'inviteMember':
      return { role: pick.one(ROLES), ...(pick.chance(0.4) && { member: anyId() }) };
    case 'changeRole':
      return { role: pick.one(ROLES), version };
    default:
      return {};
  }
}

function isEnded(answer: string): boolean {
  return answer.startsWith('[401,');
}

/** An error that a function of the portal throws is a fault, too: its ports throw for items of another tenant. */
async function check(seed: number, tally: Tally): Promise<string | undefined> {
  const pick = pickFrom(seed);
  const [watched, other] = pick.one(NAMES);
  try {
    return await playTwice({ watched, other }, { seed, pick, tally });
  } catch (error) {
    return `${JSON.stringify({ watched, other })}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** @returns the first request that was answered differently beside another organisation */
async function playTwice(
  names: Readonly<Record<Side, string>>,
  { seed, pick, tally }: { readonly seed: number; readonly pick: Pick; readonly tally: Tally },
): Promise<string | undefined> {
  const { watched, other } = names;
  const [busy, quiet] = [new World(String(seed)), new World(String(seed))];
  await busy.open('watched', watched, 'watched');
  await quiet.open('watched', watched, 'watched');
  await busy.open('other', other, 'other');
  // This one has other ids, and does nothing.
  await quiet.open('other', 'silent', 'silent');
  for (let index = 0; index < STEPS_PER_SEED; index += 1) {
    const leap = pick.chance(0.02) ? A_MONTH_MS : STEP_MS;
    for (const { portal } of [busy, quiet]) portal.nowMs += leap;
    const step = drawStep(pick.one(['watched', 'other'] as const), busy, names, pick);
    const spent = pick.chance(0.2) ? pick.upTo(3) : 0;
    if (step.side === 'other') {
      if (isEnded(await busy.play(step, 'other'))) await busy.join('other', step.actor, 'other');
      if (spent > 0) await busy.portal.spend(other, spent);
      count(tally, 'a step of the other');
      continue;
    }
    const [beside, alone] = [await busy.play(step, 'watched'), await quiet.play(step, 'watched')];
    const status = beside.slice(1, 4);
    count(tally, `${step.method} ${status}`);
    if (beside !== alone)
      return `${JSON.stringify(names)}: ${step.method} ${step.path} ${JSON.stringify(step.body)} was answered ${beside} beside the other organisation, and ${alone} without it`;
    for (const world of isEnded(beside) ? [busy, quiet] : [])
      await world.join('watched', step.actor, 'watched');
    if (spent > 0) for (const { portal } of [busy, quiet]) await portal.spend(watched, spent);
  }
  return undefined;
}

export const portalOrganisations: DrawnPromise = {
  name: 'portal-organisations',
  says: 'a member of one organisation of the portal gets the same answers, whatever another organisation does',
  few: 8,
  many: 3_000,
  meets: ['a step of the other', 'GET 200', 'POST 200', 'GET 404', 'POST 403', 'POST 404', 'POST 409'],
  check,
};
