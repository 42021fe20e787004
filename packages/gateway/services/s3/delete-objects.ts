/** The response of DeleteObjects (S3 API reference, "DeleteObjects"). */
import { escapeXml } from '../../kernel/calls/aws-operation.ts';
import { printDeleteResult } from '../../kernel/calls/s3-delete-request.ts';

/** A key that was deleted. `marker` is the version of its delete marker, if the bucket keeps versions. */
type Deleted = { readonly key: string; readonly marker: string | undefined };

export function printDeleted(deleted: readonly Deleted[]): string {
  const elements = deleted.map(
    ({ key, marker }) =>
      `<Deleted><Key>${escapeXml(key)}</Key>${marker === undefined ? '' : `<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${marker}</DeleteMarkerVersionId>`}</Deleted>`,
  );
  return printDeleteResult(elements.join(''));
}
