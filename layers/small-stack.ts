/**
 * What a small stack does without, in `serverless package` and `deploy` only: a developer's machine has it at no
 * cost. Before osls compiles the template.
 */
type SmallService = {
  layers?: Readonly<Record<string, unknown>>;
  readonly functions?: Readonly<Record<string, { events?: readonly object[] }>>;
  readonly resources?: {
    readonly Outputs?: Record<string, unknown>;
    readonly extensions?: Readonly<Record<string, unknown>>;
  };
};

/** Logical id that osls gives the stage of a service's HTTP API. */
const OWN_HTTP_STAGE = 'HttpApiStage';
const LAYER = 'packages';
const LAYER_OUTPUT = 'LayerArn';

/** A stack of one part has its packages in its functions: a layer is for several. */
export function omitLayer(service: SmallService): void {
  service.layers = Object.fromEntries(
    Object.entries(service.layers ?? {}).filter(([name]) => name !== LAYER),
  );
  for (const definition of Object.values(service.functions ?? {}))
    Reflect.deleteProperty(definition, 'layers');
  Reflect.deleteProperty(service.resources?.Outputs ?? {}, LAYER_OUTPUT);
}

/**
 * An API for access-admin alone is left out, and the function is invoked: no chosen part has said how the API's stage
 * is to be (packages/stack/admin-api.yml).
 */
export function omitLoneApi({ functions = {}, resources }: SmallService): void {
  if (resources?.extensions?.[OWN_HTTP_STAGE] !== undefined) return;
  for (const definition of Object.values(functions))
    definition.events = definition.events?.filter((event) => !('httpApi' in event)) ?? [];
}
