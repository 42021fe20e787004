/** Provides the documents in a Lambda function: either those in its bundle, or the published documents. */
import { loadOnce } from '@gatewright/aws/load-once';
import { readDocumentsConfig } from '../../config/access-config.ts';
import type { Observer } from '../../ports.ts';
import { UNOBSERVED } from '../../unobserved.ts';
import type { CompiledAccess } from '../compiled-document.ts';
import { parseCompiledAccess } from '../find-document.ts';

/**
 * Returns a function that provides what `make` returned for the current documents.
 * @param compiled content of `access/compiled.json`
 * @param make called for the documents of the bundle if they are in use, and for each published version that is read
 * @throws DomainError CONFIG_INVALID if an environment variable is invalid
 */
export function followDocuments<Made>(
  compiled: unknown,
  make: (access: CompiledAccess) => Made,
  observer: Pick<Observer, 'count'> = UNOBSERVED,
): () => Promise<Made> {
  const config = readDocumentsConfig();
  const bundled = parseCompiledAccess(compiled);
  if (!config.follows) {
    const made = make(bundled);
    return () => Promise.resolve(made);
  }
  const { tableName } = config;
  const follow = loadOnce(async () => {
    const { openPublished } = await import('./lambda-published.ts');
    return openPublished({ tableName, bundled, make, observer });
  });
  return async () => (await follow())();
}
