/**
 * Removes features that a small stack does not need. This happens only in `serverless package` and `deploy`, because
 * the features cost nothing on a developer's machine. Runs before osls compiles the template.
 */
import { READS_TEMPLATE } from '../packages/gateway/templates/serverless/aws-stand-in.ts';

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

/** Does nothing when the template is only read in order to be served. */
export function makeSmall(service: SmallService, packages: 'functions' | 'layer'): void {
  if (process.env[READS_TEMPLATE] !== undefined) return;
  omitLoneApi(service);
  if (packages === 'functions') omitLayer(service);
}

/**
 * Removes the layer from a stack that has only one part. The packages are then bundled into the functions, because a
 * layer saves something only if several parts share it.
 */
export function omitLayer(service: SmallService): void {
  service.layers = Object.fromEntries(
    Object.entries(service.layers ?? {}).filter(([name]) => name !== LAYER),
  );
  for (const definition of Object.values(service.functions ?? {}))
    Reflect.deleteProperty(definition, 'layers');
  Reflect.deleteProperty(service.resources?.Outputs ?? {}, LAYER_OUTPUT);
}

/**
 * Leaves out the API if no chosen part configures its stage (packages/toolkit/stack/admin-api.yml), because the API
 * would then serve only access-admin. That function is invoked directly instead.
 */
export function omitLoneApi({ functions = {}, resources }: SmallService): void {
  if (resources?.extensions?.[OWN_HTTP_STAGE] !== undefined) return;
  for (const definition of Object.values(functions))
    definition.events = definition.events?.filter((event) => !('httpApi' in event)) ?? [];
}
