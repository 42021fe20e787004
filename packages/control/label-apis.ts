/** Which API a request line is of, in as few words as tell them apart. */
import type { ApiIdentity } from '../core/deployment/model.ts';

const KINDS: Readonly<Record<ApiIdentity['protocol'], string>> = {
  rest: 'REST',
  http: 'HTTP',
  websocket: 'WebSocket',
};

/** Name by id with a blank behind it; the kind, then the id too where that is not enough. Nothing for one API alone. */
export function labelApis(
  apis: readonly (Pick<ApiIdentity, 'apiId' | 'name' | 'protocol'> & { readonly functionUrl?: unknown })[],
): ReadonlyMap<string, string> {
  if (apis.length < 2) return new Map();
  const forms = apis.map(({ apiId, name, protocol, functionUrl }) => {
    const kind = functionUrl === undefined ? KINDS[protocol] : 'URL';
    return [name, `${name} (${kind})`, `${name} (${kind} ${apiId})`];
  });
  return new Map(
    apis.map(({ apiId }, index) => {
      const own = forms[index] ?? [];
      const told = own.find((text, at) => forms.filter((other) => other[at] === text).length === 1);
      return [apiId, `${told ?? apiId} `];
    }),
  );
}
