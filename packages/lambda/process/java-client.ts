/** AWS's runtime interface client for Java: from a function's own packages or Maven's repository, and its native library. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { ArchiveError, readArchiveFile } from '../unpack-archive.ts';
import { listNames, type Machine } from './machine.ts';

export const CLIENT = 'aws-lambda-java-runtime-interface-client';
export const MAIN = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda';
/** System property of the client: it loads this file instead of unpacking its own. */
export const NATIVE_LIBRARY = 'com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI';
const GROUP = ['com', 'amazonaws'];
const MAIN_FILE = `${MAIN.replaceAll('.', '/')}.class`;

/** By `process.arch`: the library's name, and the loader of glibc, without which it cannot be loaded. */
const LIBRARIES: Readonly<Record<string, { readonly name: string; readonly loader: string }>> = {
  x64: { name: 'libaws-lambda-jni.linux-x86_64.so', loader: '/lib64/ld-linux-x86-64.so.2' },
  arm64: { name: 'libaws-lambda-jni.linux-aarch_64.so', loader: '/lib/ld-linux-aarch64.so.1' },
};

export function hasClient(classPath: readonly string[]): boolean {
  return classPath.some((entry) =>
    basename(entry) === '*'
      ? listNames(dirname(entry)).some((name) => name.startsWith(CLIENT))
      : existsSync(join(entry, MAIN_FILE)),
  );
}

/** The newest one in Maven's own repository that is complete. */
export function findClient({ environment, home }: Machine): readonly string[] | undefined {
  const repository = environment['M2_REPO'] ?? join(home, '.m2', 'repository');
  const versions = listNames(join(repository, ...GROUP, CLIENT)).filter((version) => /^\d/.test(version));
  return versions
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((version) => withNeeded(repository, join(repository, ...GROUP, CLIENT, version), version))
    .find((jars) => jars !== undefined);
}

function withNeeded(repository: string, folder: string, version: string): readonly string[] | undefined {
  const pom = join(folder, `${CLIENT}-${version}.pom`);
  if (!existsSync(pom)) return undefined;
  const [ofProject = ''] = readFileSync(pom, 'utf8').split('</dependencies>');
  const listed = [...ofProject.matchAll(/<dependency>([^]*?)<\/dependency>/g)]
    .map(([, text = '']) => text)
    .filter((text) => !/<scope>\s*(?:test|provided)\s*</.test(text))
    .map((text) => [tagOf(text, 'groupId'), tagOf(text, 'artifactId'), tagOf(text, 'version')] as const)
    .map(([group, name, of]) => join(repository, ...group.split('.'), name, of, `${name}-${of}.jar`));
  const jars = [join(folder, `${CLIENT}-${version}.jar`), ...listed];
  return jars.every((jar) => existsSync(jar)) ? jars : undefined;
}

function tagOf(text: string, name: string): string {
  return new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(text)?.[1] ?? '';
}

/**
 * By default each JVM unpacks the library to `/tmp/.libaws-lambda-jni.so`, and of two that start at once one ends with
 * SIGBUS. Undefined: the client does so, since its library was not found, or cannot be loaded on this machine.
 */
export function nativeLibrary(
  classPath: readonly string[],
  { architecture }: Machine,
  runDirectory: string,
): string | undefined {
  const library = LIBRARIES[architecture];
  if (library === undefined || !existsSync(library.loader)) return undefined;
  const entry = classPath.flatMap(jarsOf).find(holdsClient);
  if (entry === undefined) return undefined;
  const inside = `jni/${library.name}`;
  if (!entry.endsWith('.jar')) return [join(entry, inside)].find((file) => existsSync(file));
  const bytes = readWhole(entry, inside);
  return bytes && keep(bytes, join(runDirectory, 'java-client'));
}

function readWhole(jar: string, name: string): Buffer | undefined {
  try {
    return readArchiveFile(jar, name);
  } catch (error) {
    // The JVM says what is wrong with a jar that is damaged.
    if (error instanceof ArchiveError) return undefined;
    throw error;
  }
}

/** `folder/*` of a class path means all jars in it. */
function jarsOf(entry: string): readonly string[] {
  if (basename(entry) !== '*') return [entry];
  const jars = listNames(dirname(entry)).filter((name) => name.endsWith('.jar'));
  return jars.map((name) => join(dirname(entry), name));
}

/** Names of files stand in a jar as they are. */
function holdsClient(entry: string): boolean {
  if (!entry.endsWith('.jar')) return existsSync(join(entry, MAIN_FILE));
  return readFileSync(entry).includes(MAIN_FILE);
}

/** Under a name of its content, and complete as soon as it is there: running JVMs have it mapped. */
function keep(bytes: Buffer, folder: string): string {
  const file = join(folder, `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.so`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.unfinished`, bytes);
  renameSync(`${file}.unfinished`, file);
  return file;
}
