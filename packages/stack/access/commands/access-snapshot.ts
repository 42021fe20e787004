/** `gatewright access snapshot`: the keys of issuers as they are now, to ship with the authorizers. */
import { compileIssuer, isTokenIssuer, snapshotDays } from '@gatewright/authoring/compile-issuer';
import { createKeySetFetcher } from '#shared/access/tokens/key-set-fetcher.ts';
import { printSnapshot } from '@gatewright/authoring/key-snapshot';
import { DomainError } from '#shared/errors.ts';
import { readNamedDocuments } from '@gatewright/authoring/access-documents';
import { snapshotPath, writeIfNew } from '@gatewright/authoring/access-files';
import { UsageError } from '../../../terminal/output.ts';

/** Asks every issuer whose document wants its keys to ship. @throws UsageError naming the issuer that cannot be asked */
export async function takeSnapshots(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const fetcher = createKeySetFetcher();
  const lines: string[] = [];
  for (const { name, document } of readNamedDocuments(folder, names))
    for (const issuer of document.issuers) {
      if (!isTokenIssuer(issuer) || snapshotDays(issuer) === undefined) continue;
      const { jwksUri, keys } = compileIssuer(issuer).trust;
      try {
        const keySet = await fetcher.fetch(jwksUri, keys);
        const text = printSnapshot(keySet, Math.floor(Date.now() / 1000));
        writeIfNew(snapshotPath(folder, name, issuer.id), text);
        lines.push(`${name}: keys of ${issuer.id}, trusted for ${snapshotDays(issuer) ?? 0} days`);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        throw new UsageError(`${name}: keys of ${issuer.id} at ${jwksUri}: ${error.message}`);
      }
    }
  return lines.length === 0 ? ['no issuer has jwks.snapshotMaxAgeDays'] : lines;
}
