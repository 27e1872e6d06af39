import ContextList from './list.ts'

/** `ctl context` alone. */
export default class Context extends ContextList {
  static override hidden = true
  static override summary = 'List the contexts; keep, choose and forget them'
}
