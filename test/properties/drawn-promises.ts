/** One line for each promise that is tried with drawn inputs. */
import { accessDocuments } from './access-documents.ts';
import { languages } from './languages.ts';
import type { DrawnPromise } from './promises.ts';
import { tableKeys } from './table-keys.ts';

export const DRAWN_PROMISES: readonly DrawnPromise[] = [accessDocuments, tableKeys, languages];
