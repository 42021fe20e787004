/**
 * A service, from the point of view of tests: a folder of packages/gateway/services that can be removed, with its tests
 * and with the tests that name it.
 */
import { importsOf, listFiles, resolveImport } from './source-files.ts';
import type { SourceFile } from './source-files.ts';

/** Tests of several services. Below a folder of a service's name they are about that service's files. */
export const TOGETHER = 'test/together';

/**
 * The folders below packages/gateway/services that have a `service.ts`; the others are rooms that the engine imports.
 */
export function listServices(paths = listFiles('packages/gateway/services')): readonly string[] {
  return paths.flatMap((path) => /^packages\/gateway\/services\/([^/]+)\/service\.ts$/.exec(path)?.[1] ?? []);
}

/** First line of a test of several services: `Services together: sns, sqs.` */
export function namedServices({ text }: SourceFile): readonly string[] | undefined {
  return /^\/\*\* Services together: ([a-z0-9, -]+)\. \*\/\n/.exec(text)?.[1]?.split(', ');
}

/** Services whose files, or whose tests, a file imports; sorted. */
export function importedServices(file: SourceFile, services = listServices()): readonly string[] {
  const found = importsOf(file).flatMap((specifier) => {
    const target = resolveImport(file.path, specifier) ?? '';
    return /^(?:test\/)?packages\/gateway\/services\/([^/]+)\//.exec(target)?.[1] ?? [];
  });
  return services.filter((service) => found.includes(service));
}
