/** Finds the toolchain of a Java function: a JDK or JRE, and AWS's runtime interface client. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { DefinitionError, propertyAt } from '../../core/errors.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { CodeFinding } from '../code/runnable-code.ts';
import { CLIENT, findClient, hasClient, MAIN, NATIVE_LIBRARY, nativeLibrary } from './java-client.ts';
import { type Launch, type Toolchain, defaultConsequence, versionFinding } from './launch.ts';
import { findPrograms, isExecutable, listNames, type Machine } from './machine.ts';
import { layerRoots } from '../code/layer-folders.ts';
import { readVersion } from './read-version.ts';

const SOURCES = /\.(?:jar|class|json|ya?ml|properties)$/;
/** The share of `MemorySize` that the heap may use, which is about the same as in Lambda. */
const HEAP_SHARE = 0.85;

export async function findJava(
  definition: FunctionDefinition,
  taskRoot: string,
  built: readonly string[],
  machine: Machine,
  runDirectory: string,
): Promise<Toolchain> {
  const { runtime, place } = definition;
  const wanted = /\d+/.exec(runtime)?.[0] ?? '';
  if (machine.platform !== 'linux') {
    const message = `the gateway cannot run ${runtime}: AWS's client for Java runs on Linux only; start the gateway in a container`;
    return { kind: 'missing', error: new DefinitionError(propertyAt(place, 'Runtime'), message) };
  }
  const home = machine.environment['JAVA_HOME'];
  const own = home === undefined ? [] : [join(home, 'bin', 'java')].filter(isExecutable);
  const [java] = [...own, ...findPrograms(machine, /^java$/)];
  const version = java === undefined ? undefined : await readVersion(java, ['-version'], /"(?:1\.)?(\d+)/);
  const refuse = (property: string, message: string): Toolchain => ({
    kind: 'missing',
    error: new DefinitionError(propertyAt(place, property), `${runtime} cannot run here: ${message}`),
  });
  if (java === undefined || version === undefined)
    return refuse(
      'Runtime',
      `Java is not installed; install a JDK ${wanted} (https://aws.amazon.com/corretto)`,
    );
  if (Number(version) < Number(wanted))
    return refuse('Runtime', `Java ${version} is too old; install a JDK ${wanted}`);
  const code = findClasses([...built, taskRoot]);
  if (code === undefined) {
    return refuse(
      'Code',
      `${shown(taskRoot)} has no classes and no jar; build it (mvn package, gradle build or sam build)`,
    );
  }
  const classPath = [...code.path, ...layerRoots(definition).map((layer) => join(layer, 'java', 'lib', '*'))];
  const client = hasClient(code.path) ? [] : findClient(machine);
  if (client === undefined) {
    const get = `mvn dependency:get -Dartifact=com.amazonaws:${CLIENT}:RELEASE`;
    return refuse('Code', `${CLIENT} is neither in the packages of the function nor in ~/.m2; run ${get}`);
  }
  const whole = [...classPath, ...client];
  return {
    kind: 'found',
    launch: () =>
      Promise.resolve(launchOf(java, definition, whole, nativeLibrary(whole, machine, runDirectory))),
    sources: SOURCES,
    missing: [],
    findings: [
      ...versionFinding(
        definition,
        `Java ${version}`,
        version === wanted,
        own.includes(java) ? ofJavaHome(java, version, wanted) : undefined,
      ),
      ...(code.lack === undefined ? [] : [lacking(definition, code.lack)]),
    ],
  };
}

function ofJavaHome(java: string, version: string, wanted: string): string {
  return `JAVA_HOME names Java ${version} (${java}), but the functions have the runtime java${wanted}: set JAVA_HOME to a JDK ${wanted}`;
}

function launchOf(
  java: string,
  definition: FunctionDefinition,
  classPath: readonly string[],
  library: string | undefined,
): Launch {
  return {
    command: java,
    args: [
      `-Xmx${Math.floor(definition.memorySizeMb * HEAP_SHARE)}m`,
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Xshare:auto',
      ...(library === undefined ? [] : [`-D${NATIVE_LIBRARY}=${library}`]),
      '-cp',
      classPath.join(':'),
      MAIN,
      definition.handler,
    ],
    environment: {},
    searchPath: [dirname(java)],
  };
}

function lacking(definition: FunctionDefinition, message: string): CodeFinding {
  const error = new DefinitionError(propertyAt(definition.place, 'Code'), message);
  return { error, consequence: defaultConsequence(definition) };
}

type Classes = {
  readonly path: readonly string[];
  /** The probable reason why dependencies are missing; absent if no dependencies are missing. */
  readonly lack?: string;
};

function findClasses(folders: readonly string[]): Classes | undefined {
  for (const folder of folders) {
    const lib = join(folder, 'lib');
    if (hasClasses(folder, NO_PACKAGES)) return { path: [folder, join(lib, '*')] };
    if (hasJars(folder)) return { path: [join(folder, '*'), join(lib, '*')] };
    const target = join(folder, 'target');
    if (hasClasses(join(target, 'classes'))) return ofMaven(folder, target);
    const build = join(folder, 'build');
    const classes = join(build, 'classes/java/main');
    if (hasClasses(classes)) return ofGradle(build, classes);
  }
  return undefined;
}

/**
 * The folder of classes comes first in the class path, because the classes are newer than a jar with all dependencies.
 */
function ofMaven(folder: string, target: string): Classes {
  const dependency = join(target, 'dependency');
  const path = [join(target, 'classes'), join(dependency, '*'), join(target, '*')];
  const isWhole = hasJars(dependency) || listNames(target).some((name) => WHOLE_JAR.test(name));
  if (isWhole || !needsPackages(join(folder, 'pom.xml'))) return { path };
  return { path, lack: `${shown(target)} has no dependencies: run mvn package dependency:copy-dependencies` };
}

function ofGradle(build: string, classes: string): Classes {
  const libs = join(build, 'libs');
  const path = [classes, join(build, 'resources/main'), join(build, 'dependencies', '*'), join(libs, '*')];
  const isWhole =
    hasJars(join(build, 'dependencies')) || listNames(libs).some((name) => WHOLE_JAR.test(name));
  if (isWhole) return { path };
  return {
    path,
    lack: `${shown(build)} may lack dependencies: run sam build, which puts them next to the classes`,
  };
}

/**
 * Matches the names that plug-ins of Maven and Gradle give to a jar that includes its dependencies. Also matches an
 * `original-….jar`, the jar without dependencies that Maven's shade plug-in leaves next to the complete jar.
 */
const WHOLE_JAR = /^original-.*\.jar$|-(?:all|aws|shaded|fat|jar-with-dependencies)\.jar$/;

function hasJars(folder: string): boolean {
  return listNames(folder).some((name) => name.endsWith('.jar'));
}

function needsPackages(pom: string): boolean {
  if (!existsSync(pom)) return false;
  const listed = readFileSync(pom, 'utf8').matchAll(/<dependency>([^]*?)<\/dependency>/g);
  return [...listed].some(
    ([, text = '']) =>
      !/<scope>\s*(?:test|provided|import)\s*</.test(text) &&
      !/<artifactId>\s*aws-lambda-java-(?:core|serialization|runtime-interface-client)\s*</.test(text),
  );
}

const NO_PACKAGES = /^(?:\..*|target|build|src|lib|node_modules|META-INF)$/;
const MAX_DEPTH = 8;

function hasClasses(folder: string, except = /^META-INF$/, depth = 0): boolean {
  if (!existsSync(folder) || depth > MAX_DEPTH) return false;
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && entry.name.endsWith('.class'))) return true;
  return entries.some(
    (entry) =>
      entry.isDirectory() &&
      !except.test(entry.name) &&
      hasClasses(join(folder, entry.name), except, depth + 1),
  );
}

function shown(folder: string): string {
  return relative(process.cwd(), folder) || '.';
}
