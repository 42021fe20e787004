/**
 * The order in which AWS's validators print the values of an enumeration. It is the order of a hash table with 32
 * buckets: by the lowest five bits of Java's hash code, and within a bucket the value that the model declares last comes
 * first. Every recorded list of a validator has this order (docs/aws §22.1).
 */
export function inValidatorOrder(values: readonly string[]): readonly string[] {
  return values
    .map((value, declared) => ({ value, declared, bucket: hashCode(value) & 31 }))
    .toSorted((one, other) => one.bucket - other.bucket || other.declared - one.declared)
    .map(({ value }) => value);
}

/** `String.hashCode` of Java. */
function hashCode(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}
