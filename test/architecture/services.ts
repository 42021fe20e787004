/**
 * Services as tests see them. A service is a folder of packages/gateway/services that can be removed, together with its
 * tests and with the tests that name it.
 */
import { importsOf, listFiles, resolveImport } from './source-files.ts';
import type { SourceFile } from './source-files.ts';

/**
 * The folder for tests of several services. Tests in a subfolder with the name of a service are about the files of that
 * service.
 */
export const TOGETHER = 'test/together';

/**
 * The folders below packages/gateway/services that contain a `service.ts`. The other folders are rooms that the engine
 * imports.
 */
export function listServices(paths = listFiles('packages/gateway/services')): readonly string[] {
  return paths.flatMap((path) => /^packages\/gateway\/services\/([^/]+)\/service\.ts$/.exec(path)?.[1] ?? []);
}

/** The first line of a test of several services, such as `Services together: sns, sqs.` */
export function namedServices({ text }: SourceFile): readonly string[] | undefined {
  return /^\/\*\* Services together: ([a-z0-9, -]+)\. \*\/\n/.exec(text)?.[1]?.split(', ');
}

/** Returns the services whose files or tests a file imports, sorted. */
export function importedServices(file: SourceFile, services = listServices()): readonly string[] {
  const found = importsOf(file).flatMap((specifier) => {
    const target = resolveImport(file.path, specifier) ?? '';
    return /^(?:test\/)?packages\/gateway\/services\/([^/]+)\//.exec(target)?.[1] ?? [];
  });
  return services.filter((service) => found.includes(service));
}
