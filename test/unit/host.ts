import type {Host} from '../../src/lib/unit/unit.ts'

/** A machine that units are read for. */
export const host: Host = {
  hostname: 'one.example.com',
  machineId: '0123456789abcdef0123456789abcdef',
  bootId: '11112222-3333-4444-5555-666677778888',
  kernel: '6.1.0',
  architecture: 'x86-64',
  environment: {},
}
