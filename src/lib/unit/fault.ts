/** What is wrong with a value, and what to write instead: returned, not thrown, by all that reads values. */
export class Fault {
  readonly message: string
  readonly remedy: string | undefined

  constructor(message: string, remedy?: string) {
    this.message = message
    this.remedy = remedy
  }
}
