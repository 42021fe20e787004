/** Names the APIs of a run for the console, and finds out which of them belong to the toolkit. */
import type { ApiListing } from '../../control/loading/list-apis.ts';

type ApiLabel = {
  /**
   * The name of the API. If other APIs have the same name, its kind comes first, so that a column that cuts long names
   * still shows which API is meant. Its stack follows if necessary. If that does not suffice, the label is the name and
   * the id.
   */
  readonly label: string;
  /** Whether the API belongs to the toolkit's stack, not to the user's service. */
  readonly isToolkit: boolean;
};

export interface ApiLabels {
  /** @param name the name of an API that is no longer served, whose label is then this name */
  of(apiId: string, name?: string): ApiLabel;
}

type NamedApi = Pick<ApiListing, 'id' | 'name' | 'kind' | 'stack'>;

export const KIND_NAMES: Readonly<Record<ApiListing['kind'], string>> = {
  rest: 'REST API',
  http: 'HTTP API',
  websocket: 'WebSocket API',
  'function-url': 'function URL',
};

/** Labels, from the shortest to the most exact. The first label that no other API has is used. */
const FORMS: readonly ((api: NamedApi) => string)[] = [
  ({ name }) => name,
  ({ name, kind }) => `${SHORT_KINDS[kind]} ${name}`,
  ({ name, kind, stack }) => `${SHORT_KINDS[kind]} ${name} (${stack})`,
];

const SHORT_KINDS: Readonly<Record<ApiListing['kind'], string>> = {
  rest: 'REST',
  http: 'HTTP',
  websocket: 'WebSocket',
  'function-url': 'URL',
};

/** @param isToolkit whether a stack is the toolkit's, as `findToolkit` decides it */
export function labelApis(apis: readonly NamedApi[], isToolkit: (stack: string) => boolean): ApiLabels {
  const byId = new Map(apis.map((api) => [api.id, api]));
  const served = [...byId.values()];
  const labels = new Map(
    served.map((api) => [api.id, { label: labelAmong(api, served), isToolkit: isToolkit(api.stack) }]),
  );
  return {
    of: (apiId, name = apiId) => labels.get(apiId) ?? { label: name, isToolkit: false },
  };
}

function labelAmong(api: NamedApi, served: readonly NamedApi[]): string {
  for (const form of FORMS) {
    const label = form(api);
    if (served.every((other) => other === api || form(other) !== label)) return label;
  }
  return `${api.name} (${api.id})`;
}

/** Labels every API with its own name, for runs without a list of APIs. */
export const NO_LABELS: ApiLabels = labelApis([], () => false);
