/** examples/chat and examples/ticker as people use them: two windows, one of which is reloaded. */
import assert from 'node:assert/strict';
import { serve } from './page.ts';
import type { BrowserCase, Page } from './page.ts';

const SHOWN_WITHIN_MS = 30_000;

export const browserCase: BrowserCase = {
  name: 'two callers chat in one room, see each other, and continue after a reload; a ticker pushes its prices',
  async run({ page }) {
    await using stacks = await serve(['.', 'examples/chat', 'examples/ticker']);
    const addressOf = async (stack: string, sub: string): Promise<string> => {
      const socket = encodeURIComponent(stacks.urlOf(stack, 'websocket'));
      return `${stacks.urlOf(stack, 'http')}/#socket=${socket}&token=${await stacks.token('--sub', sub)}`;
    };
    const chat = await addressOf('chat-dev', 'ada');
    const bob = await stacks.token('--sub', 'bob');
    await page.goto(chat);
    await enter(page);
    await say(page, 'hello');
    await page.waitForSelector('#messages li:nth-child(1)');
    assert.equal(await page.textContent('#members'), 'ada');

    // Bob is in the same room, without a page.
    await join(page, { url: stacks.urlOf('chat-dev', 'websocket'), token: bob });
    await page.waitForSelector('#messages li:nth-child(2)');
    await until(page, '#members', 'ada, bob');

    // After a reload, the page continues with the messages that it has not yet shown.
    await page.goto('about:blank');
    await page.goto(chat);
    await enter(page);
    await say(page, 'back again');
    await page.waitForSelector('#messages li:nth-child(1)');
    assert.equal(await page.textContent('#messages li:nth-child(1)'), 'adaback again');

    await page.goto('about:blank');
    await page.goto(await addressOf('ticker-dev', 'ada'));
    await until(page, '#state', 'watching');
    await stacks.run('invoke', 'ticker-dev-tick');
    await page.waitForSelector('#prices tr:nth-child(5)');
    assert.match((await page.textContent('#prices tr:nth-child(1)')) ?? '', /^ACME\d+\.\d\d$/);
  },
};

async function enter(page: Page): Promise<void> {
  await page.click('#enter button');
  await until(page, '#state', 'in the room');
}

async function say(page: Page, text: string): Promise<void> {
  await page.fill('#say input', text);
  await page.click('#say button');
}

/** Waits until the element shows the text. */
async function until(page: Page, selector: string, text: string): Promise<void> {
  const endMs = performance.now() + SHOWN_WITHIN_MS;
  for (;;) {
    const shown = (await page.textContent(selector)) ?? '';
    if (shown === text) return;
    if (performance.now() > endMs) assert.equal(shown, text, selector);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * A client that speaks the protocol itself: it joins and sends a message. What is delivered on the channel, such as its
 * own presence, may come before the answer: the subscription is valid as soon as it is written.
 */
function join(page: Page, options: { readonly url: string; readonly token: string }): Promise<void> {
  return page.evaluate(({ url, token }) => {
    const socket = new WebSocket(url, ['bearer', token]);
    const send = (message: object) => socket.send(JSON.stringify({ id: 'b', ...message }));
    socket.onopen = () => send({ action: 'subscribe', channel: 'rooms/lobby!here' });
    return new Promise<void>((resolve, reject) => {
      socket.onclose = () => reject(new Error('closed before it was subscribed'));
      socket.onmessage = ({ data }) => {
        const { type } = JSON.parse(String(data)) as { readonly type: string };
        if (type !== 'subscribed') return;
        socket.onclose = socket.onmessage = null;
        send({ action: 'publish', channel: 'rooms/lobby', data: 'hello ada' });
        resolve();
      };
    });
  }, options);
}
