import {Chalk, type ChalkInstance} from 'chalk'
import type {Terminal} from './terminal.ts'

/** Colours for what goes to a terminal, unless NO_COLOR is set; none for anything else. */
export function coloursFor({isTTY}: Terminal): ChalkInstance {
  return new Chalk({level: isTTY && !process.env.NO_COLOR ? 1 : 0})
}
