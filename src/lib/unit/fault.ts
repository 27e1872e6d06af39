/** What is wrong with a value, and what to write instead: returned, not thrown, by all that reads values. */
export class Fault {
  readonly message: string
  readonly remedy: string | undefined
  /** Where in the value it stands, from 0. */
  readonly offset: number | undefined

  constructor(message: string, remedy?: string, offset?: number) {
    this.message = message
    this.remedy = remedy
    this.offset = offset
  }
}
