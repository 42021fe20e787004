/** Requests to an API, apart from calls of the control plane. */
import { isControlCase } from '../../packages/conformance/schema/read-cases.ts';
import type { AnyCase } from '../../packages/conformance/schema/control-case.ts';
import type { ParityCase } from '../../packages/conformance/schema/parity-case.ts';

export function isPlainCase(parityCase: AnyCase): parityCase is ParityCase {
  return !isControlCase(parityCase);
}
