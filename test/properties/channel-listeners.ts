/**
 * Who receives a message of a channel. The oracle keeps a list of which connection has subscribed to what, by the
 * answers that it got, and compares names as they are.
 */
import { ChannelWorld } from '../support/a-channel-world.ts';
import type { Caller } from '../support/a-channel-world.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const STEPS = 40;
const CONNECTIONS = ['c1', 'C1', 'c1=', 'c#1', 'c%231'];
const TENANTS = ['acme', 'Acme', 'acme2'];
const LAST = [
  '1',
  '01',
  'a',
  'A',
  '%31',
  '1!here',
  '',
  '.',
  '..',
  '*',
  '**',
  'a/b',
  'é',
  'a:b',
  '1|2',
  '1 ',
  '1\n',
  'x'.repeat(64),
  'x'.repeat(65),
];

/** Segments as docs/guides/receive/realtime.md allows them: 1 to 64 of letters, digits and these marks. */
const isSegment = (text: string): boolean =>
  /^[A-Za-z0-9$&'()+,.:;=@_|~-]{1,64}$/.test(text) && !text.includes('\n');

type One = { readonly id: string; readonly space: string; readonly tenant: string; readonly caller: Caller };

function drawOne(id: string, pick: Pick): One {
  const [space, tenant] = [pick.one(['chat', 'Chat']), pick.one(TENANTS)];
  const rights = { space, subscribe: [`t/${tenant}/*`], publish: [`t/${tenant}/*`] };
  const sub = `${space}-${tenant}-${id}`;
  return {
    id,
    space,
    tenant,
    caller: { principalId: `main|${sub}`, sub, tenant, channels: JSON.stringify(rights) },
  };
}

/** Whether the rights `t/{tenant}/*` name the channel. */
const isAllowed = ({ tenant }: One, channel: string): boolean =>
  channel.startsWith(`t/${tenant}/`) && isSegment(channel.slice(`t/${tenant}/`.length));

export const channelListeners: DrawnPromise = {
  name: 'channel-listeners',
  says: 'a message reaches only connections that are open and subscribed to exactly its channel',
  few: 10,
  many: 6_000,
  meets: [
    'received',
    'a subscription refused',
    'subscribed',
    'unsubscribed',
    'disconnected',
    'a publication refused',
  ],
  check: tryLife,
};

async function tryLife(seed: number, tally: Tally): Promise<string | undefined> {
  const pick = pickFrom(seed);
  const world = new ChannelWorld();
  const all = CONNECTIONS.map((id) => drawOne(id, pick));
  const open = new Set<string>();
  const subscribed = new Map<string, Set<string>>();
  const sentTo = new Map<string, string>();
  let made = 0;
  for (let step = 0; step < STEPS; step += 1) {
    world.nowMs += 1000;
    const one = pick.one(all);
    const channel = `t/${pick.chance(0.8) ? one.tenant : pick.one(TENANTS)}/${pick.one(LAST.slice(0, pick.chance(0.6) ? 4 : LAST.length))}`;
    const broken = await act(one, channel);
    if (broken !== undefined) return broken;
    const wrong = received();
    if (wrong !== undefined) return wrong;
  }
  return undefined;

  async function act(one: One, channel: string): Promise<string | undefined> {
    const { id, caller, space } = one;
    if (!open.has(id)) {
      if ((await world.connect(id, caller)) !== 200) return `${id} was not admitted`;
      open.add(id);
      subscribed.set(id, new Set());
      return undefined;
    }
    const choice = pick.upTo(9);
    if (choice < 4) {
      const { type } = await world.subscribe(id, channel, caller);
      if ((type !== 'error') !== isAllowed(one, channel))
        return JSON.stringify({ what: 'subscribe', type, channel, caller });
      count(tally, type === 'error' ? 'a subscription refused' : 'subscribed');
      if (type !== 'error') subscribed.get(id)?.add(`${space}\n${channel}`);
    } else if (choice < 5) {
      await world.say(id, { action: 'unsubscribe', id: 'u', channel }, caller);
      if (subscribed.get(id)?.delete(`${space}\n${channel}`) === true) count(tally, 'unsubscribed');
    } else if (choice < 6) {
      await world.disconnect(id);
      open.delete(id);
      subscribed.delete(id);
      count(tally, 'disconnected');
    } else {
      const data = `m${(made += 1)}`;
      sentTo.set(data, `${space}\n${channel}`);
      const { type } = await world.publish(id, channel, data, caller);
      if ((type !== 'error') !== isAllowed(one, channel))
        return JSON.stringify({ what: 'publish', type, channel, caller });
      if (type === 'error') count(tally, 'a publication refused');
      if (pick.chance(0.7)) await world.deliverAll();
    }
    return undefined;
  }

  /** Looks at all that came since the last time. */
  function received(): string | undefined {
    for (const [id, frames] of world.frames)
      for (const frame of frames.splice(0)) {
        if (frame.type !== 'messages') continue;
        for (const entry of frame.messages) {
          if (!('data' in entry)) continue;
          const to = sentTo.get(String(entry.data)) ?? 'nobody';
          const isRight =
            open.has(id) && subscribed.get(id)?.has(to) === true && to.endsWith(`\n${frame.channel}`);
          if (!isRight)
            return JSON.stringify({
              what: 'received',
              id,
              to,
              frame,
              subscribed: [...(subscribed.get(id) ?? [])],
            });
          count(tally, 'received');
        }
      }
    return undefined;
  }
}
