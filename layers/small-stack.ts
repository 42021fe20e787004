/**
 * Features that a small stack omits, in `serverless package` and `deploy` only, because on a developer's machine they
 * cost nothing. Runs before osls compiles the template.
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
 * If the stack has only one part, its packages are bundled into its functions, because a layer saves something only if
 * several parts share it.
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
 * If the API would serve only access-admin, it is left out and the function is invoked directly, because no chosen part
 * configures the API's stage (packages/toolkit/stack/admin-api.yml).
 */
export function omitLoneApi({ functions = {}, resources }: SmallService): void {
  if (resources?.extensions?.[OWN_HTTP_STAGE] !== undefined) return;
  for (const definition of Object.values(functions))
    definition.events = definition.events?.filter((event) => !('httpApi' in event)) ?? [];
}
