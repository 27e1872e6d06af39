import {Flags} from '@oclif/core'
import type {FleetTls} from '../../fleet-client/transport.ts'
import {readPem} from '../connection.ts'
import {type ListFlags, listFlags} from '../list/listing.ts'
import {waitFlags} from '../units/wish-command.ts'
import {importColumns} from './columns.ts'

const {watch: _, ...tableFlags} = listFlags(importColumns)

/** The flags of `ctl import`: fleetctl's own variables say where fleet is. */
export const importFlags = {
  'fleet-endpoint': Flags.string({
    summary: 'the fleet API to read from',
    helpValue: 'URL',
    env: 'FLEETCTL_ENDPOINT',
    default: 'unix:///var/run/fleet.sock',
  }),
  'fleet-cacert': pem('the CA that signed the certificate of fleet’s API', 'FLEETCTL_CA_FILE'),
  'fleet-cert': pem('certificate to show to fleet’s API', 'FLEETCTL_CERT_FILE'),
  'fleet-key': pem('key of that certificate', 'FLEETCTL_KEY_FILE'),
  'dry-run': Flags.boolean({summary: 'show what would come, and write nothing'}),
  start: Flags.boolean({summary: 'want of the units here what is wanted of them in fleet'}),
  replace: Flags.boolean({summary: 'replace units that are known here with other contents'}),
  'skip-refused': Flags.boolean({summary: 'leave out units that would be refused, and import the others'}),
  ...tableFlags,
  ...waitFlags,
}

export interface ImportFlags extends ListFlags {
  readonly 'fleet-endpoint': string
  readonly 'fleet-cacert'?: string | undefined
  readonly 'fleet-cert'?: string | undefined
  readonly 'fleet-key'?: string | undefined
  readonly 'dry-run': boolean
  readonly start: boolean
  readonly replace: boolean
  readonly 'skip-refused': boolean
  readonly block: boolean
  readonly timeout?: string | undefined
  readonly 'block-attempts'?: number | undefined
}

/** What the files of the flags hold. Throws UsageError for one that cannot be read. */
export async function readFleetTls(flags: ImportFlags): Promise<FleetTls> {
  const [ca, cert, key] = await Promise.all([
    readPem('fleet-cacert', flags['fleet-cacert']),
    readPem('fleet-cert', flags['fleet-cert']),
    readPem('fleet-key', flags['fleet-key']),
  ])
  return {...(ca === undefined ? {} : {ca}), ...(cert === undefined ? {} : {cert}), ...(key === undefined ? {} : {key})}
}

function pem(summary: string, env: string) {
  return Flags.string({summary: `file with ${summary}`, helpValue: 'FILE', env})
}
