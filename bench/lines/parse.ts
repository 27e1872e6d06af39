import {parseUnit} from '../../src/lib/unit/parse-unit.ts'
import type {Bench, Line, Result} from '../line.ts'
import {alternate} from '../samples.ts'
import {type NamedText, unitTexts} from '../unit-texts.ts'

/** Understanding unit files: what every agent and every command does with each text it has not seen. */
export const parse: Line = {
  name: 'parse',
  summary: '10,000 different unit files of 40 lines understood, in one process',
  measure: measureParse,
}

const units = 10_000
const pairs = 9
const mostMilliseconds = 500

async function measureParse({say}: Bench): Promise<readonly Result[]> {
  const texts = unitTexts(units)
  const ctl = async () => timeOf(() => understandAll(texts))
  const limit = async () => timeOf(() => splitAll(texts))
  await alternate({pairs: 2, ctl, limit, say: () => {}})
  const samples = await alternate({pairs, ctl, limit, say})
  const limitIs = 'the same texts split into lines and at the first ='
  return [{name: `${units} unit files`, unit: 'ms', samples, target: {of: 'ctl', most: mostMilliseconds}, limitIs}]
}

/** Throws when a text has any problem, which would not measure the same work. */
function understandAll(texts: readonly NamedText[]): void {
  for (const {name, text} of texts) {
    const {problems} = parseUnit(name, text)
    if (problems.length > 0) throw new Error(`${name}: ${problems[0]?.message}`)
  }
}

function splitAll(texts: readonly NamedText[]): void {
  let length = 0
  for (const {text} of texts) {
    for (const line of text.split('\n')) {
      const equals = line.indexOf('=')
      if (equals >= 0) length += line.slice(0, equals).length + line.slice(equals + 1).length
    }
  }
  if (length === 0) throw new Error('the texts are empty')
}

function timeOf(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
