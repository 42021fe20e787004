/** The types of attribute values, as the member of a value that names its type. */
export const ATTRIBUTE_TYPES: readonly string[] = ['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS'];
