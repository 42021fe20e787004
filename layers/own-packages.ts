/**
 * A stack of one part has its packages in its functions: a layer is for several. In `serverless package` and
 * `deploy` only; on a developer's machine functions find packages in the layer's folder.
 */
type LayeredService = {
  layers?: Readonly<Record<string, unknown>>;
  readonly functions?: Readonly<Record<string, object>>;
  readonly resources?: { readonly Outputs?: Record<string, unknown> };
};

const LAYER = 'packages';
const LAYER_OUTPUT = 'LayerArn';

/** Before osls compiles the template. */
export function omitLayer(service: LayeredService): void {
  service.layers = Object.fromEntries(
    Object.entries(service.layers ?? {}).filter(([name]) => name !== LAYER),
  );
  for (const definition of Object.values(service.functions ?? {}))
    Reflect.deleteProperty(definition, 'layers');
  Reflect.deleteProperty(service.resources?.Outputs ?? {}, LAYER_OUTPUT);
}
