type RestCall = { readonly method: string; readonly path: string; readonly query: string };

/**
 * Describes a call that has no action, for messages: `PUT /photos?notification`. The names of query parameters are
 * included, because they distinguish the operations of one path. Values and signature parameters are left out, because
 * they may be secret.
 */
export function nameRestCall({ method, path, query }: RestCall): string {
  const names = [...new Set(new URLSearchParams(query).keys())].filter(
    (name) => !/^x-(?:amz-|id$)/i.test(name),
  );
  return `${method} ${path}${names.length === 0 ? '' : `?${names.join('&')}`}`;
}
