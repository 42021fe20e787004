/** The response of DeleteObjects (S3 API reference, "DeleteObjects"). */
import { escapeXml } from '../../kernel/calls/aws-operation.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import { printDeleteResult } from '../../kernel/calls/s3-delete-request.ts';

/** A key that was deleted. `marker` is the version of its delete marker, if the bucket keeps versions. */
type Deleted = {
  readonly key: string;
  readonly marker: string | undefined;
  /** The reason why the object was not deleted: the request states another ETag than the object has. */
  readonly refusal?: S3Refusal | undefined;
};

/** A quiet response contains only the objects that were not deleted. */
export function printDeleted(all: readonly Deleted[], isQuiet: boolean): string {
  const elements = all.map(({ key, marker, refusal }) => {
    if (refusal !== undefined)
      return `<Error><Key>${escapeXml(key)}</Key><Code>${refusal.code}</Code><Message>${escapeXml(refusal.message)}</Message></Error>`;
    return isQuiet
      ? ''
      : `<Deleted><Key>${escapeXml(key)}</Key>${marker === undefined ? '' : `<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${marker}</DeleteMarkerVersionId>`}</Deleted>`;
  });
  return printDeleteResult(elements.join(''));
}
