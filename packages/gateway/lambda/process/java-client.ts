/**
 * AWS's runtime interface client for Java and its native library. The client comes from a function's own packages or
 * from Maven's repository.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { readArchiveFile, readDirectory } from '../code/unpack-archive.ts';
import { listNames, type Machine } from './machine.ts';

export const CLIENT = 'aws-lambda-java-runtime-interface-client';
export const MAIN = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda';
/**
 * The name of a system property of the client. If it is set, the client loads the named file instead of unpacking its
 * own library.
 */
export const NATIVE_LIBRARY = 'com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI';
const GROUP = ['com', 'amazonaws'];
const MAIN_FILE = `${MAIN.replaceAll('.', '/')}.class`;

type Library = { readonly name: string; readonly glibc: string; readonly musl: string };

/**
 * The files for each `process.arch`. They are the client's library for glibc, and the dynamic loaders of both C
 * libraries.
 */
const LIBRARIES: Readonly<Record<string, Library>> = {
  x64: {
    name: 'libaws-lambda-jni.linux-x86_64.so',
    glibc: '/lib64/ld-linux-x86-64.so.2',
    musl: '/lib/ld-musl-x86_64.so.1',
  },
  arm64: {
    name: 'libaws-lambda-jni.linux-aarch_64.so',
    glibc: '/lib/ld-linux-aarch64.so.1',
    musl: '/lib/ld-musl-aarch64.so.1',
  },
};

export function hasClient(classPath: readonly string[]): boolean {
  return classPath.some((entry) => clientsOf(entry).length > 0);
}

/**
 * Returns the jars or the folder of a class path entry, if they contain the client. `folder/*` means all jars in the
 * folder.
 */
function clientsOf(entry: string): readonly string[] {
  if (basename(entry) !== '*') return holdsClient(entry) ? [entry] : [];
  return listNames(dirname(entry))
    .filter((name) => /\.jar$/i.test(name))
    .map((name) => join(dirname(entry), name))
    .filter(holdsClient);
}

/**
 * Whether a class path entry contains the client. The jar may have any name, because build plug-ins put the client into
 * the function's jar.
 */
function holdsClient(entry: string): boolean {
  try {
    const stats = statSync(entry);
    if (stats.isDirectory()) return existsSync(join(entry, MAIN_FILE));
    // Only regular files are opened, because opening a named pipe would wait for a writer.
    return stats.isFile() && readDirectory(entry).includes(MAIN_FILE);
  } catch {
    // A missing or damaged file is not reported here, because the JVM ignores missing files and reports damaged jars
    // itself.
    return false;
  }
}

/** Finds the newest complete version of the client in the local Maven repository. */
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
 * Returns a copy of the client's native library. By default, each JVM unpacks the library to
 * `/tmp/.libaws-lambda-jni.so`, and if two JVMs start at the same time, one of them ends with SIGBUS. Returns undefined
 * if the default must be used. This is the case if the client is too old (2.3.2 has no such library), if several
 * clients could be loaded, or if this machine may not be able to load the library.
 */
export function nativeLibrary(
  classPath: readonly string[],
  { architecture }: Machine,
  runDirectory: string,
): string | undefined {
  const library = LIBRARIES[architecture];
  if (library === undefined || !existsSync(library.glibc) || existsSync(library.musl)) return undefined;
  const [client, ...others] = new Set(classPath.flatMap(clientsOf));
  if (client === undefined || others.length > 0) return undefined;
  try {
    const inside = `jni/${library.name}`;
    const bytes = statSync(client).isDirectory()
      ? readFileSync(join(client, inside))
      : readArchiveFile(client, inside);
    return bytes && keep(bytes, join(runDirectory, 'java-client'));
  } catch {
    // A client that cannot be read is not reported here, because the JVM reports it.
    return undefined;
  }
}

/** Stores a copy of the library atomically, because running JVMs keep the file mapped while the code is rebuilt. */
function keep(bytes: Buffer, folder: string): string {
  const file = join(folder, `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.so`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.unfinished`, bytes);
  renameSync(`${file}.unfinished`, file);
  return file;
}
