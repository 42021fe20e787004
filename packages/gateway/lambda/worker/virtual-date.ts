/** The `Date` of functions, which is the real time plus the offset that `gatewright clock` sets. */
import { standIn } from './stand-in.ts';

const RealDate = Date;

/**
 * Replaces `Date` with a constructor whose "now" follows the shared offset. The prototype and the instances are the
 * engine's own, so `instanceof`, structured clone and `util.types.isDate` still work. Timers and `performance` use real
 * time.
 */
export function installVirtualDate(clockOffset: SharedArrayBuffer): void {
  const offset = new Float64Array(clockOffset, 0, 1);
  const now = (): number => RealDate.now() + (offset[0] ?? 0);

  function VirtualDate(this: unknown, ...parts: unknown[]): Date | string {
    // `new.target` is undefined if `Date()` is called without `new`, although the types do not allow it. `Date()` then
    // returns text.
    const target: unknown = new.target;
    if (typeof target !== 'function') return new RealDate(now()).toString();
    const given = parts.length === 0 ? [now()] : parts;
    const made: unknown = Reflect.construct(RealDate, given, target);
    return made instanceof RealDate ? made : new RealDate(Number.NaN);
  }
  standIn(VirtualDate, RealDate);
  Object.defineProperty(VirtualDate, 'now', { value: standIn(now, RealDate.now) });
  Object.defineProperty(RealDate.prototype, 'constructor', {
    value: VirtualDate,
    writable: true,
    configurable: true,
  });
  Object.defineProperty(globalThis, 'Date', { value: VirtualDate, writable: true, configurable: true });
}
