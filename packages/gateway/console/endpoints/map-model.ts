/** How the resources in the stacks of this run are connected; plain JSON. */

export type MapNodeKind = 'source' | 'api' | 'route' | 'authorizer' | 'function' | 'resource';

export type MapNode = {
  readonly id: string;
  readonly kind: MapNodeKind;
  readonly name: string;
  /** `HTTP API, stage dev`, `DynamoDB table`, `MOCK`. */
  readonly what: string;
  /** `serverless.yml:25`; undefined for what no template defines. */
  readonly place: string | undefined;
  /** The API and the route whose requests the page counts. */
  readonly route?: { readonly apiName: string; readonly routeKey: string };
  /** `{apiId}/{stage}` of an API or a route. */
  readonly api?: string;
};

export type MapEdge = { readonly from: string; readonly to: string };

export type StackMap = {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** The number of routes that exceed the limit per API, by the API's name. */
  readonly left: readonly { readonly apiName: string; readonly routes: number }[];
};
