import { jsonReply } from '../../../core/api-call.ts';
import { emptyReply, listReply } from './wire-router.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

/**
 * The calls for resources of one kind. If a function is absent, the call does not exist on AWS, or is implemented
 * separately.
 */
export type Collection<Item> = {
  readonly all: string;
  readonly one: string;
  readonly show: (item: Item, call: WireCall) => unknown;
  readonly create?: (call: WireCall) => Item;
  readonly list?: (call: WireCall) => readonly Item[];
  readonly get?: (call: WireCall) => Item;
  readonly change?: (call: WireCall) => Item;
  readonly remove?: (call: WireCall) => void;
};

const REST_API = { listed: listReply, deleted: 202 as 202 | 204 };

export function collectionRoutes<Item>(
  { all, one, show, create, list, get, change, remove }: Collection<Item>,
  { listed, deleted } = REST_API,
): readonly WireRoute[] {
  const shown = (method: WireRoute['method'], path: string, status: number, find: typeof get): WireRoute[] =>
    find === undefined ? [] : [{ method, path, serve: (call) => jsonReply(status, show(find(call), call)) }];
  const routes = [
    ...shown('POST', all, 201, create),
    ...shown('GET', one, 200, get),
    ...shown('PATCH', one, 200, change),
  ];
  if (list !== undefined)
    routes.push({
      method: 'GET',
      path: all,
      serve(call) {
        const items = list(call).map((item) => show(item, call));
        return listed(items, call.query);
      },
    });
  if (remove !== undefined)
    routes.push({
      method: 'DELETE',
      path: one,
      serve(call) {
        remove(call);
        return emptyReply(deleted);
      },
    });
  return routes;
}
