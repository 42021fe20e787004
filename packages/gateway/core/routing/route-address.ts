type Api = { readonly kind: 'rest' | 'http' | 'websocket' | 'function-url'; readonly url: string };

/** The URL with the stage, with sample values for parameters; routes of a WebSocket API have no URL. */
export function addressOf({ kind, url }: Api, path: string): string {
  if (kind === 'websocket') return path;
  return `${url}${path === '$default' ? '/' : fillPath(path)}`;
}

/** `/users/{id}` → `/users/1`, `/files/{proxy+}` → `/files/1/2`. */
function fillPath(path: string): string {
  return path.replace(/\{([^}]*)\}/g, (_all, name: string) => (name.endsWith('+') ? '1/2' : '1'));
}
