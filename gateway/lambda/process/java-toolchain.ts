/** What a Java function runs with: a JDK or JRE, and AWS's runtime interface client from its own packages or Maven's. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import { DefinitionError } from '../../errors.ts';
import type { FunctionDefinition } from '../model.ts';
import { type Launch, type Toolchain, versionFinding } from './launch.ts';
import { findPrograms, isExecutable, listNames, type Machine } from './machine.ts';
import { layerRoots } from './process-environment.ts';
import { readVersion } from './read-version.ts';

const SOURCES = /\.(?:jar|class|json|ya?ml|properties)$/;
const CLIENT = 'aws-lambda-java-runtime-interface-client';
const MAIN = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda';
/** What the client is compiled against. */
const NEEDED = [CLIENT, 'aws-lambda-java-core', 'aws-lambda-java-serialization'];
/** Part of `MemorySize` that the heap may take, about as at Lambda. */
const HEAP_SHARE = 0.85;

export async function findJava(
  definition: FunctionDefinition,
  taskRoot: string,
  built: readonly string[],
  machine: Machine,
): Promise<Toolchain> {
  const { runtime, place } = definition;
  const wanted = /\d+/.exec(runtime)?.[0] ?? '';
  const home = machine.environment['JAVA_HOME'];
  const own = home === undefined ? [] : [join(home, 'bin', 'java')].filter(isExecutable);
  const [java] = [...own, ...findPrograms(machine, /^java$/)];
  const version = java === undefined ? undefined : await readVersion(java, ['-version'], /"(?:1\.)?(\d+)/);
  const refuse = (property: string, message: string): Toolchain => ({
    kind: 'missing',
    error: new DefinitionError({ ...place, property }, `${runtime} cannot run here: ${message}`),
  });
  if (java === undefined || version === undefined)
    return refuse(
      'Runtime',
      `no Java is installed; install a JDK ${wanted} (https://aws.amazon.com/corretto)`,
    );
  if (Number(version) < Number(wanted))
    return refuse('Runtime', `Java ${version} is too old for it; install a JDK ${wanted}`);
  const code = findClasses([...built, taskRoot]);
  if (code === undefined) {
    const where = relative(process.cwd(), taskRoot) || '.';
    return refuse(
      'Code',
      `${where} has no classes and no jar; build it (mvn package, gradle build or sam build)`,
    );
  }
  const classPath = [...code, ...layerRoots(definition).map((layer) => join(layer, 'java', 'lib', '*'))];
  const client = hasClient(code) ? [] : findClient(machine);
  if (client === undefined) {
    const get = `mvn dependency:get -Dartifact=com.amazonaws:${CLIENT}:2.8.3`;
    return refuse('Code', `${CLIENT} is neither in its packages nor in ~/.m2; ${get}`);
  }
  const launch: Launch = {
    command: java,
    args: [
      `-Xmx${Math.floor(definition.memorySizeMb * HEAP_SHARE)}m`,
      ...['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
      ...['-cp', [...classPath, ...client].join(':'), MAIN, definition.handler],
    ],
    environment: {},
    searchPath: [dirname(java)],
  };
  return {
    ...{ kind: 'found', launch: () => Promise.resolve(launch), sources: SOURCES, missing: [] },
    findings: versionFinding(definition, `Java ${version}`, version === wanted),
  };
}

/** Entries of the class path: an unpacked package, or what Maven and Gradle leave behind. */
function findClasses(folders: readonly string[]): readonly string[] | undefined {
  for (const folder of folders) {
    const lib = join(folder, 'lib');
    if (hasClasses(folder)) return [folder, join(lib, '*')];
    const jars = listNames(folder).filter((name) => name.endsWith('.jar'));
    if (jars.length > 0) return [join(folder, '*'), join(lib, '*')];
    for (const made of ['target', 'build']) {
      const classes = [join(folder, made, 'classes'), join(folder, made, 'classes/java/main')].find(
        hasClasses,
      );
      if (classes === undefined) continue;
      const resources = join(folder, made, 'resources/main');
      return [classes, resources, join(folder, made, 'dependency', '*'), join(folder, made, 'libs', '*')];
    }
  }
  return undefined;
}

/** Packages of classes lie below, at most so deep. */
function hasClasses(folder: string, depth = 6): boolean {
  if (!existsSync(folder)) return false;
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && entry.name.endsWith('.class'))) return true;
  return (
    depth > 0 &&
    entries.some(
      (entry) =>
        entry.isDirectory() &&
        !/^(?:\..*|target|build|src|lib|node_modules|META-INF)$/.test(entry.name) &&
        hasClasses(join(folder, entry.name), depth - 1),
    )
  );
}

/** As a jar of its own, or unpacked among the classes. */
function hasClient(classPath: readonly string[]): boolean {
  const main = `${MAIN.replaceAll('.', '/')}.class`;
  return classPath.some((entry) =>
    basename(entry) === '*'
      ? listNames(dirname(entry)).some((name) => name.startsWith(CLIENT))
      : existsSync(join(entry, main)),
  );
}

/** The newest of each in Maven's own store. */
function findClient({ environment, home }: Machine): readonly string[] | undefined {
  const repository = join(environment['M2_REPO'] ?? join(home, '.m2', 'repository'), 'com', 'amazonaws');
  const jars = NEEDED.map((name) => {
    const folder = join(repository, name);
    const versions = listNames(folder).filter((version) => /^\d/.test(version));
    const found = versions
      .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .toReversed()
      .map((version) => join(folder, version))
      .flatMap((at) =>
        listNames(at)
          .filter((file) => isPlainJar(file, name))
          .map((file) => join(at, file)),
      );
    return found[0];
  });
  const there = jars.filter((jar) => jar !== undefined);
  return there.length === NEEDED.length ? there : undefined;
}

function isPlainJar(file: string, name: string): boolean {
  return file.startsWith(name) && file.endsWith('.jar') && !/-(?:sources|javadoc|tests)\.jar$/.test(file);
}
