/** Names the options in samconfig that `sam local` reads, and that have no effect in the gateway. */
import { basename, resolve, sep } from 'node:path';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

/** The options of `sam local start-api` that change what is served, and what to use with the gateway instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  env_vars:
    'functions have the variables that the template gives them; pass values of parameters with --param NAME=VALUE, and store secrets in gatewright.values.yml',
  container_env_vars: 'functions have the variables that the template gives them',
  port: 'pass --port, or write port into gatewright.yml',
  host: 'pass --host, or write host into gatewright.yml',
  static_dir: 'no folder of static files is served',
  disable_authorizer: 'authorizers run as on AWS',
  ssl_cert_file: 'pass --tls to serve HTTPS',
  ssl_key_file: 'pass --tls to serve HTTPS',
  debug_port: 'pass --inspect for breakpoints',
  debug_function: 'pass --inspect for breakpoints',
  debug_args: 'pass --inspect for breakpoints',
  debugger_path: 'pass --inspect for breakpoints',
  no_watch: 'pass --no-reload, so that changes are not loaded',
  hook_name: 'to serve the plan of Terraform, run gatewright start plan.json',
  terraform_plan_file: 'to serve the plan of Terraform, run gatewright start plan.json',
};

/**
 * Options that another part of the gateway reads, or that do not change what is served, because the gateway keeps
 * instances warm and uses no container.
 */
const READ_OR_WITHOUT_EFFECT = new Set(
  `parameter_overrides region stack_name template_file template profile debug beta_features warm_containers log_file
  skip_prepare_infra language_extensions save_params docker_network docker_volume_basedir container_host
  container_host_interface container_dns add_host skip_pull_image force_image_build invoke_image layer_cache_basedir
  no_memory_limit shutdown`.split(/\s+/),
);

/** The commands whose template is the source, or was made from it. */
const TEMPLATE_COMMANDS = ['local_start_api', 'sync', 'build', 'deploy', 'global'];

type Table = { readonly name: string; readonly members: JsonObject };

/** @param tableOf returns the parameters of a command in the environment that is used */
export function describeUnusedOptions(tableOf: (command: string) => Table): readonly string[] {
  const own = tableOf('local_start_api');
  const shared = tableOf('global');
  const written = [
    ...Object.entries(own.members).map(([key, value]) => ({ key, value, table: own.name })),
    // Other commands than `sam local` read the table for all commands, too.
    ...Object.entries(shared.members)
      .filter(([key]) => Object.hasOwn(INSTEAD, key) && !Object.hasOwn(own.members, key))
      .map(([key, value]) => ({ key, value, table: shared.name })),
  ];
  return written
    .filter(({ key, value }) => !READ_OR_WITHOUT_EFFECT.has(key) && value !== false)
    .map(({ key, table }) => {
      const instead = Object.hasOwn(INSTEAD, key) ? INSTEAD[key] : 'Gatewright does not know this option';
      return `${key} of [${table}] is not used: ${instead ?? ''}`;
    });
}

/** Returns sentences about tables that name a template other than the loaded template. */
export function describeOtherTemplates(
  tableOf: (command: string) => Table,
  folder: string,
  loaded: string,
): readonly string[] {
  const packaged = pathIn(folder, tableOf('package').members['output_template_file']);
  const built = resolve(folder, '.aws-sam') + sep;
  return TEMPLATE_COMMANDS.flatMap((command) => {
    const { name, members } = tableOf(command);
    const key = Object.hasOwn(members, 'template_file') ? 'template_file' : 'template';
    const written = members[key];
    const path = pathIn(folder, written);
    if (
      typeof written !== 'string' ||
      path === undefined ||
      path === resolve(loaded) ||
      path === packaged ||
      path.startsWith(built)
    )
      return [];
    return [
      `${key} of [${name}] is not used: it names ${written}, but ${basename(loaded)} is loaded; pass the path of the other template to serve that one`,
    ];
  });
}

function pathIn(folder: string, written: Json | undefined): string | undefined {
  return typeof written === 'string' ? resolve(folder, written) : undefined;
}
