import {constants} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {createSecureContext, type SecureContextOptions} from 'node:tls'
import {messageOf} from '../../base/errors.ts'
import type {Log} from '../../base/log.ts'
import {fileVersion} from './file-version.ts'

/** PEM files. */
export interface TlsPaths {
  readonly cert: string
  readonly key: string
  /** Who signs the certificates of clients; without it none is asked for. */
  readonly clientCa?: string
}

/** Certificates that are read anew when their files have changed. */
export class TlsFiles {
  private readonly paths: TlsPaths
  private readonly log: Log
  private version: string | undefined

  constructor(paths: TlsPaths, log: Log) {
    this.paths = paths
    this.log = log
  }

  /** What the files say now. Throws what reading them or making sense of them throws. */
  read(): SecureContextOptions {
    const {cert, key, clientCa} = this.paths
    this.version = this.currentVersion()
    const options = {
      cert: readFileSync(cert),
      key: readFileSync(key),
      ...(clientCa === undefined ? {} : {ca: readFileSync(clientCa)}),
      // No session is taken up again: every connection shows its certificate anew, to the CA that counts now.
      secureOptions: constants.SSL_OP_NO_TICKET,
    }
    createSecureContext(options)
    return options
  }

  /** What the files say when they have changed since they were read; while they say nothing, what they said stays. */
  changed(): SecureContextOptions | undefined {
    if (this.currentVersion() === this.version) return undefined
    try {
      const options = this.read()
      this.log.info('read the certificates of the API anew', {cert: this.paths.cert})
      return options
    } catch (error) {
      this.log.error(`the API keeps its certificates: ${messageOf(error)}`, {cert: this.paths.cert})
      return undefined
    }
  }

  private currentVersion(): string {
    const {cert, key, clientCa} = this.paths
    return fileVersion([cert, key, ...(clientCa === undefined ? [] : [clientCa])])
  }
}
