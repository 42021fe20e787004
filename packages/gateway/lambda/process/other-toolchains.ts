/**
 * Finds the toolchains of Ruby and .NET. A toolchain includes AWS's runtime interface client, which the project or, for
 * Ruby, the machine must have.
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { DefinitionError, propertyAt } from '../../core/errors.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import { type Toolchain, versionFinding } from './launch.ts';
import { findPrograms, listNames, type Machine } from './machine.ts';
import { layerRoots } from '../code/layer-folders.ts';
import { readVersion } from './read-version.ts';

const RUBY_SOURCES = /\.(?:rb|json|ya?ml)$|^Gemfile(?:\.lock)?$/;
const DOTNET_SOURCES = /\.(?:dll|json|ya?ml)$/;

/** Finds Ruby and Lambda's runtime interface client, a gem of the project's bundle or of the machine. */
export async function findRuby(
  definition: FunctionDefinition,
  taskRoot: string,
  machine: Machine,
): Promise<Toolchain> {
  const { runtime, handler } = definition;
  const wanted = runtime.slice('ruby'.length);
  const [ruby] = findPrograms(machine, /^ruby$/);
  const version = ruby === undefined ? undefined : await readVersion(ruby, ['-v'], /ruby (\d+\.\d+\.\d+)/);
  if (ruby === undefined || version === undefined)
    return refusal(definition, 'Runtime', `Ruby is not installed; install Ruby ${wanted}`);
  const gems = layerRoots(definition).map((layer) => join(layer, 'ruby', 'gems', `${wanted}.0`));
  const client = await readVersion(ruby, ['-e', FIND_CLIENT, taskRoot], /client=(.+)/);
  if (client === undefined)
    return refusal(
      definition,
      'Runtime',
      'the gem aws_lambda_ric is not installed; run gem install aws_lambda_ric',
    );
  const launch = {
    command: ruby,
    args: [client, handler],
    searchPath: [dirname(ruby)],
    environment: {
      GEM_PATH: [join(taskRoot, 'vendor', 'bundle', 'ruby', `${wanted}.0`), ...gems].join(':'),
      RUBYLIB: [taskRoot, ...layerRoots(definition).map((layer) => join(layer, 'ruby', 'lib'))].join(':'),
    },
  };
  return {
    kind: 'found',
    launch: () => Promise.resolve(launch),
    sources: RUBY_SOURCES,
    missing: [],
    findings: versionFinding(definition, `Ruby ${version}`, version.startsWith(`${wanted}.`)),
  };
}

const FIND_CLIENT = `Dir.chdir(ARGV[0]); puts "client=#{Gem.bin_path('aws_lambda_ric', 'aws_lambda_ric')}"`;

/**
 * Finds .NET and, unless the handler is itself a program, the client, which is an assembly that is published with the
 * function.
 */
export async function findDotnet(
  definition: FunctionDefinition,
  taskRoot: string,
  built: readonly string[],
  machine: Machine,
): Promise<Toolchain> {
  const { handler, runtime } = definition;
  const wanted = /\d+/.exec(runtime)?.[0] ?? '';
  const [dotnet] = findPrograms(machine, /^dotnet$/);
  const messages =
    dotnet === undefined ? undefined : await readVersion(dotnet, ['--list-runtimes'], DOTNET_RUNTIMES);
  if (dotnet === undefined || messages === undefined)
    return refusal(definition, 'Runtime', `.NET is not installed; install the .NET ${wanted} runtime`);
  const assembly = handler.split('::')[0] ?? handler;
  const folder = [...built, taskRoot].find((one) => existsSync(join(one, `${assembly}.dll`)));
  const where = relative(process.cwd(), taskRoot) || '.';
  if (folder === undefined)
    return refusal(
      definition,
      'Code',
      `there is no ${assembly}.dll in ${where}; run dotnet publish, or sam build`,
    );
  const client = 'Amazon.Lambda.RuntimeSupport.dll';
  const isProgram = !handler.includes('::');
  if (!isProgram && !listNames(folder).includes(client))
    return refusal(
      definition,
      'Code',
      `${client} is not in ${folder}; add the package Amazon.Lambda.RuntimeSupport`,
    );
  const config = [
    '--depsfile',
    join(folder, `${assembly}.deps.json`),
    '--runtimeconfig',
    join(folder, `${assembly}.runtimeconfig.json`),
  ];
  const args = isProgram
    ? [join(folder, `${assembly}.dll`)]
    : ['exec', ...config, join(folder, client), handler];
  const launch = {
    command: dotnet,
    args,
    searchPath: [dirname(dotnet)],
    environment: { DOTNET_ROLL_FORWARD: 'Major', DOTNET_CLI_TELEMETRY_OPTOUT: '1' },
  };
  return {
    kind: 'found',
    launch: () => Promise.resolve(launch),
    sources: DOTNET_SOURCES,
    missing: [],
    findings: versionFinding(definition, `.NET ${messages}`, messages.startsWith(`${wanted}.`)),
  };
}

/** Matches the last version in the list, which is the newest. */
const DOTNET_RUNTIMES = /[^]*Microsoft\.NETCore\.App (\d+\.\d+\.\d+)/;

function refusal({ runtime, place }: FunctionDefinition, property: string, message: string): Toolchain {
  const error = new DefinitionError(propertyAt(place, property), `${runtime} cannot run here: ${message}`);
  return { kind: 'missing', error };
}
