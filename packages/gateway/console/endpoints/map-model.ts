/** What calls what in the stacks of a start; plain JSON. */

export type MapNodeKind = 'source' | 'api' | 'route' | 'authorizer' | 'function' | 'resource';

export type MapNode = {
  readonly id: string;
  readonly kind: MapNodeKind;
  readonly name: string;
  /** `HTTP API, stage dev`, `DynamoDB table`, `MOCK`. */
  readonly what: string;
  /** `serverless.yml:25`; undefined for what no template defines. */
  readonly place: string | undefined;
  /** Counted by the page: the API and the route. */
  readonly route?: { readonly apiName: string; readonly routeKey: string };
  /** `{apiId}/{stage}` of an API or a route. */
  readonly api?: string;
};

export type MapEdge = { readonly from: string; readonly to: string };

export type StackMap = {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** Routes beyond the limit of an API, by its name. */
  readonly left: readonly { readonly apiName: string; readonly routes: number }[];
};
