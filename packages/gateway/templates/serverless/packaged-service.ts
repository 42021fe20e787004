import { asOneOrMore, asText, isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import type { AddedFiles, PluginFiles, TakenFiles, WebpackService } from '../../core/stack/function.ts';
import type { RestStageSettings } from './osls-rest-stage.ts';

export type PackagedService = {
  readonly template: JsonObject;
  readonly stackName: string;
  readonly stage: string;
  readonly region: string;
  readonly functions: ReadonlyMap<string, { readonly name: string; readonly artifact: string | undefined }>;
  readonly layers: ReadonlyMap<
    string,
    { readonly name: string; readonly path: string | undefined; readonly artifact: string | undefined }
  >;
  readonly esbuild: Readonly<Record<string, unknown>> | undefined;
  readonly builders: readonly string[];
  readonly webpack: Omit<WebpackService, 'folder'> | undefined;
  /** The part of the service's folder that osls packages; absent if osls packages all files. */
  readonly taken: TakenFiles | undefined;
  /** What plug-ins add to packages; absent if no plug-in has a hook for packaging. */
  readonly added?: PluginFiles;
  readonly restStage: RestStageSettings;
  /** The sections of the service that osls may have ignored, as the service contains them. */
  readonly configuration: JsonObject;
};

/**
 * Parses the result that the driver has written.
 * @throws DefinitionError if osls succeeded but the result does not have the driver's format
 */
export function parsePackaged(text: string): PackagedService {
  const result = JSON.parse(text) as Json;
  if (!isJsonObject(result) || !isJsonObject(result['template'])) {
    throw new DefinitionError({ file: 'serverless' }, 'osls did not write a compiled template');
  }
  const rest = membersOf(result['restStage']);
  return {
    template: result['template'],
    stackName: asText(result['stackName']) ?? '',
    stage: asText(result['stage']) ?? '',
    region: asText(result['region']) ?? '',
    functions: mapOf(result['functions'], (entry, name) => ({ name, artifact: asText(entry['artifact']) })),
    layers: mapOf(result['layers'], (entry, name) => ({
      name,
      path: asText(entry['path']),
      artifact: asText(entry['artifact']),
    })),
    esbuild: isJsonObject(result['esbuild']) ? result['esbuild'] : undefined,
    builders: textsOf(result['builders']),
    webpack: parseWebpack(result['webpack']),
    taken: result['taken'] === 'pruned' || result['taken'] === 'part' ? result['taken'] : undefined,
    ...parseAdded(result),
    restStage: {
      logs: rest['logs'],
      tracing: rest['tracing'],
      metrics: rest['metrics'],
      logGroup: asText(rest['logGroup']) ?? '',
    },
    configuration: membersOf(result['configuration']),
  };
}

function parseAdded(result: JsonObject): Pick<PackagedService, 'added'> {
  const packagers = textsOf(result['packagers']);
  const files = asOneOrMore(result['added'] ?? []).map((each): AddedFiles => {
    const { copies, texts, links } = membersOf(each);
    return { copies: textsOf(copies), texts: textMembers(texts), links: textMembers(links) };
  });
  return packagers.length === 0 && files.length === 0 ? {} : { added: { files, packagers } };
}

function textsOf(value: Json | undefined): readonly string[] {
  return isJsonList(value) ? value.filter((each) => typeof each === 'string') : [];
}

function textMembers(value: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(membersOf(value)).flatMap(([name, text]) =>
      typeof text === 'string' ? [[name, text] as const] : [],
    ),
  );
}

function parseWebpack(value: Json | undefined): PackagedService['webpack'] {
  const { plugin, service, setsEntries } = membersOf(value);
  if (typeof plugin !== 'string' || !isJsonObject(service)) return undefined;
  return { plugin, service, ...(setsEntries === true && { setsEntries }) };
}

function mapOf<T>(
  value: Json | undefined,
  read: (entry: JsonObject, name: string) => T,
): ReadonlyMap<string, T> {
  const entries = Object.entries(membersOf(value)).flatMap(([logicalId, entry]) =>
    isJsonObject(entry) ? [[logicalId, read(entry, asText(entry['name']) ?? logicalId)] as const] : [],
  );
  return new Map(entries);
}
