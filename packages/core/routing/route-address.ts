/** Where a route is reached: an address that a terminal lets one click. */

type Api = { readonly kind: 'rest' | 'http' | 'websocket' | 'function-url'; readonly url: string };

/** The URL with the stage, samples in the place of parameters; routes of a WebSocket API are no addresses. */
export function addressOf({ kind, url }: Api, path: string): string {
  if (kind === 'websocket') return path;
  return `${url}${path === '$default' ? '/' : fillPath(path)}`;
}

/** `/users/{id}` → `/users/1`, `/files/{proxy+}` → `/files/1/2`. */
function fillPath(path: string): string {
  return path.replace(/\{([^}]*)\}/g, (_all, name: string) => (name.endsWith('+') ? '1/2' : '1'));
}
