import Journal from './journal.ts'

/** Docker's word for `ctl journal`. */
export default class Logs extends Journal {
  static override summary = 'Show what units print, as journal'
  static override hidden = true
}
