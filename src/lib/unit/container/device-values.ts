import {parseByteSize} from '../../base/byte-size.ts'
import {Fault} from '../fault.ts'
import type {DeviceRate, DeviceRequest} from './container-spec.ts'
import {csvFields, csvPairs} from './csv-fields.ts'
import {keyAndValue} from './translate.ts'

/** One value of --gpus: `all`, a number, or `device=0,driver=nvidia,"capabilities=gpu,utility",options=…` (docker-run(1)). */
export function parseGpus(text: string): DeviceRequest | Fault {
  const pairs = csvPairs(text)
  if (pairs instanceof Fault) return pairs
  let [driver, count, ids, capabilities]: [string, number | undefined, string[], string[]] = ['', undefined, [], ['gpu']]
  let options: Readonly<Record<string, string>> = {}
  for (const [key, value] of pairs) {
    if (value === undefined || key === 'count') {
      const amount = value ?? key
      count = amount === 'all' ? -1 : Number(amount)
      if (!/^(all|-?\d{1,9})$/.test(amount)) return new Fault(`'${amount}' is no number of GPUs`, 'write all or a number')
    } else if (key === 'driver') driver = value
    else if (key === 'device') ids = value.split(',')
    else if (key === 'capabilities') capabilities = [...value.split(','), 'gpu']
    else if (key === 'options') {
      const given = csvFields(value)
      if (given instanceof Fault) return given
      options = Object.fromEntries(given.map(keyAndValue).map(([name, content = '']) => [name, content]))
    } else
      return new Fault(`'${key}' is no field of a GPU request`, 'the fields are count, device, driver, capabilities and options')
  }
  return {driver, count: count ?? (ids.length > 0 ? 0 : 1), ids, capabilities: [capabilities], options}
}

/** One `/dev/sda:1mb` of --device-read-bps and its like: bytes a second. */
export function parseByteRate(text: string): DeviceRate | Fault {
  return deviceRate(text, parseByteSize, 'write /dev/sda:1mb')
}

/** One `/dev/sda:1000` of --device-read-iops and --blkio-weight-device. */
export function parseCountRate(text: string): DeviceRate | Fault {
  return deviceRate(text, value => (/^\d{1,15}$/.test(value) ? Number(value) : undefined), 'write /dev/sda:1000')
}

function deviceRate(text: string, read: (value: string) => number | undefined, remedy: string): DeviceRate | Fault {
  const [path = '', amount = '', ...more] = text.split(':')
  const rate = read(amount)
  if (more.length > 0 || !path.startsWith('/dev/') || rate === undefined)
    return new Fault(`'${text}' is no device with its rate`, remedy)
  return {path, rate}
}

/** One `c 42:* rmw` of --device-cgroup-rule. */
export function parseDeviceRule(text: string): string | Fault {
  return /^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(text)
    ? text
    : new Fault(`'${text}' is no rule for devices`, "write 'c 42:* rmw' in quotes")
}
