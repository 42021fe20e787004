/** Addresses in event patterns: the operator `cidr`, and exact values that are addresses (docs/aws §18.5). */
import { isWithin, onlyAddress, parseIpAddress, type IpAddress } from '@gatewright/aws/ip-address';
import { refuseWithoutPlace } from './pattern-error.ts';

type AddressTest = (value: unknown) => boolean;

const V4 = /^\d+\.\d+\.\d+\.\d+$/;
const V6 = /^[\da-fA-F:]*:[\da-fA-F:]*$/;

/**
 * Reads an address as AWS's engine does. IPv4 numbers may have leading zeros, and an IPv6 address must not end with an
 * IPv4 address.
 */
function parseAddress(text: string): IpAddress | undefined {
  if (V4.test(text)) return parseIpAddress(text.split('.').map(Number).join('.'));
  return V6.test(text) ? parseIpAddress(text) : undefined;
}

function readAddress(value: unknown): IpAddress | undefined {
  return typeof value === 'string' ? parseAddress(value) : undefined;
}

/**
 * Compiles a `cidr` test.
 * @throws PatternError with the words of AWS's engine
 */
export function compileCidr(range: string): AddressTest {
  const [text = '', mask, ...more] = range.split('/');
  if (mask === undefined || mask === '' || more.length > 0)
    return refuseWithoutPlace("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d{1,9}$/.test(mask)) return refuseWithoutPlace('Malformed CIDR, mask bits must be an integer');
  const prefix = Number(mask);
  if (prefix < 0) return refuseWithoutPlace('Malformed CIDR, mask bits must not be negative');
  const address = parseAddress(text);
  if (address === undefined)
    return refuseWithoutPlace(
      `${V4.test(text) || V6.test(text) ? 'Invalid' : 'Nonstandard'} IP address: ${text}`,
    );
  if (prefix >= address.width)
    return refuseWithoutPlace(`IPv${address.width === 32 ? 4 : 6} mask bits must be < ${address.width}`);
  const block = { ...address, prefix };
  return (value) => {
    const met = readAddress(value);
    return met !== undefined && isWithin(onlyAddress(met), block);
  };
}

/** Returns a test that accepts every spelling of the address; undefined if the text is not an address. */
export function sameAddress(text: string): AddressTest | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  return (value) => {
    const met = readAddress(value);
    return met?.width === address.width && met.bits === address.bits;
  };
}
