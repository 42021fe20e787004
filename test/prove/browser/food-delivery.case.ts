/** Uses the example as its web page would: it places orders with fetch and tracks them over a WebSocket. */
import assert from 'node:assert/strict';
import { serve } from './page.ts';
import type { BrowserCase, Page } from './page.ts';

export const browserCase: BrowserCase = {
  name: 'a page of another origin places an order after a preflight and tracks it with its token as subprotocol',
  async run({ page }) {
    await using stacks = await serve(['.', 'examples/food-delivery']);
    const orders = `${stacks.urlOf('food-delivery-dev', 'http')}/orders`;
    const tracking = stacks.urlOf('food-delivery-dev', 'websocket');
    const token = await stacks.token('--sub', 'alice', '--role', 'admin');
    const courier = await stacks.token('--sub', 'carl', '--role', 'courier');

    const placed = await placeOrder(page, { url: orders, token, header: 'content-type' });
    const unseen = await placeOrder(page, { url: orders, token: courier, header: 'content-type' });
    const refused = await placeOrder(page, { url: orders, token, header: 'x-unnamed' });
    const tracked = await trackOrder(page, { url: tracking, token });
    const turnedAway = await trackOrder(page, { url: tracking, token: courier });

    assert.match(placed, /^201 \{"orderId":"[0-9a-f-]{36}","dish":"ramen"/);
    // The authorizer's refusal also has the CORS headers. Without them, the page could not read it.
    assert.equal(unseen, '403 {"message":"Forbidden"}');
    // The preflight does not name the header, so Chromium does not send the request.
    assert.equal(refused, 'TypeError: Failed to fetch');
    assert.deepEqual(tracked, [
      'open with bearer',
      '{"type":"tracking","orderId":"o-1","status":"on its way"}',
      'closed 1000',
    ]);
    assert.deepEqual(turnedAway, ['failed', 'closed 1006']);
  },
};

function placeOrder(
  page: Page,
  options: { readonly url: string; readonly token: string; readonly header: string },
): Promise<string> {
  return page.evaluate(async ({ url, token, header }) => {
    const headers = { authorization: `Bearer ${token}`, [header]: 'application/json' };
    try {
      const response = await fetch(url, { method: 'POST', headers, body: '{"dish":"ramen"}' });
      return `${response.status} ${await response.text()}`;
    } catch (error) {
      return String(error);
    }
  }, options);
}

function trackOrder(
  page: Page,
  options: { readonly url: string; readonly token: string },
): Promise<readonly string[]> {
  return page.evaluate(({ url, token }) => {
    const seen: string[] = [];
    const socket = new WebSocket(url, ['bearer', token]);
    socket.onopen = () => {
      seen.push(`open with ${socket.protocol}`);
      socket.send('{"action":"track","orderId":"o-1"}');
    };
    socket.onmessage = ({ data }) => {
      seen.push(String(data));
      socket.close(1000);
    };
    socket.onerror = () => {
      seen.push('failed');
    };
    return new Promise<readonly string[]>((resolve) => {
      socket.onclose = ({ code }) => resolve([...seen, `closed ${code}`]);
    });
  }, options);
}
