/** How the resources of this run's stacks are connected. The types are plain JSON. */

export type MapNodeKind = 'source' | 'api' | 'route' | 'authorizer' | 'function' | 'resource';

export type MapNode = {
  readonly id: string;
  readonly kind: MapNodeKind;
  readonly name: string;
  /** Description of the node: `HTTP API, stage dev`, `DynamoDB table`, `MOCK`. */
  readonly what: string;
  /** Place of the definition, such as `serverless.yml:25`; undefined if no template defines the resource. */
  readonly place: string | undefined;
  /** Whether the node belongs to the toolkit's own stack. */
  readonly isToolkit: boolean;
  /** The API and the route whose requests the page counts. */
  readonly route?: { readonly apiId: string; readonly routeKey: string };
  /** `{apiId}/{stage}` of an API or a route. */
  readonly api?: string;
};

export type MapEdge = { readonly from: string; readonly to: string };

export type StackMap = {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** For each API with too many routes, its name and the number of routes that are not shown. */
  readonly left: readonly {
    readonly apiName: string;
    readonly routes: number;
    readonly isToolkit: boolean;
  }[];
};
