type RestCall = { readonly method: string; readonly path: string; readonly query: string };

/**
 * Names a call without an action for a message: `PUT /photos?notification`. Parameters are named because they tell
 * operations of one path apart. Their values and the parameters of signatures are left out, because they may be secret.
 */
export function nameRestCall({ method, path, query }: RestCall): string {
  const names = [...new Set(new URLSearchParams(query).keys())].filter(
    (name) => !/^x-(?:amz-|id$)/i.test(name),
  );
  return `${method} ${path}${names.length === 0 ? '' : `?${names.join('&')}`}`;
}
