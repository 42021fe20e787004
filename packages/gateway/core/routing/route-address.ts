type Api = { readonly kind: 'rest' | 'http' | 'websocket' | 'function-url'; readonly url: string };

/** Returns the URL with the stage and the path as the template has it; the path alone for routes of a WebSocket API. */
export function templateAddressOf({ kind, url }: Api, path: string): string {
  if (kind === 'websocket') return path;
  return `${url}${path === '$default' ? '/' : path}`;
}

/** Returns the URL with the stage and sample values for parameters; the path alone for routes of a WebSocket API. */
export function addressOf(api: Api, path: string): string {
  return templateAddressOf(api, api.kind === 'websocket' ? path : fillPath(path));
}

/** Converts `/users/{id}` to `/users/1`, and `/files/{proxy+}` to `/files/1/2`. */
export function fillPath(path: string): string {
  return path.replace(/\{([^}]*)\}/g, (_all, name: string) => (name.endsWith('+') ? '1/2' : '1'));
}
