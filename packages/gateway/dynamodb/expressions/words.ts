/** The words of expressions that are not names of attributes. */

export const KEYWORDS: ReadonlySet<string> = new Set(
  'AND OR NOT BETWEEN IN SET REMOVE ADD DELETE'.split(' '),
);

/** The number of operands of each condition function. */
export const OPERANDS_OF: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};

export const FUNCTIONS_OF_UPDATES: readonly string[] = ['if_not_exists', 'list_append'];
