import {readFileSync, type Stats, statSync} from 'node:fs'
import {messageOf, UsageError} from '../../base/errors.ts'
import type {Log} from '../../base/log.ts'
import {fileVersion} from './file-version.ts'
import {parseTokens, type Token} from './tokens.ts'

/**
 * The tokens of a file, read anew whenever it has changed. A file that cannot be read, that has a line which is none, or
 * that others may read has no tokens: that is told in the log once, and nobody comes in by one.
 */
export class TokenFile {
  private readonly path: string
  private readonly log: Log
  private version: string | undefined
  private tokens: readonly Token[] = []

  constructor(path: string, log: Log) {
    this.path = path
    this.log = log
  }

  current(): readonly Token[] {
    const version = fileVersion([this.path])
    if (version === this.version) return this.tokens
    this.version = version
    try {
      this.tokens = this.read()
      this.log.info('read the tokens of the API', {file: this.path, tokens: this.tokens.length})
    } catch (error) {
      this.tokens = []
      this.log.error(`the API takes no tokens: ${messageOf(error)}`)
    }
    return this.tokens
  }

  private read(): readonly Token[] {
    const {mode}: Stats = statSync(this.path)
    if ((mode & 0o007) !== 0) throw new UsageError(`others may read or write ${this.path}; chmod o= ${this.path}`)
    return parseTokens(this.path, readFileSync(this.path, 'utf8'))
  }
}
