import {readFileSync} from 'node:fs'
import {SourceMap} from 'node:module'

/**
 * A stack trace that names the places in the sources, where the map of the bundle stands beside it; otherwise the trace as it is. In
 * the bundle names are short, since they are read at every start.
 */
export function sourceTrace(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>()
  return stack.replaceAll(place, (whole, file: string, line: string, column: string) => {
    if (!maps.has(file)) maps.set(file, mapBeside(file))
    const found = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1)
    if (found === undefined || !('originalSource' in found)) return whole
    const source = found.originalSource.replace(/^(\.\.\/)+/, '')
    return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`
  })
}

/** As V8 writes it: `at start (/opt/meissa/dist/program.cjs:17:20957)`. */
const place = /(\/[^():\n]+\.cjs):(\d+):(\d+)/g

function mapBeside(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')))
  } catch {
    return undefined
  }
}
