import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {Limiter} from '../../../src/lib/base/limiter.ts'
import {dockerFlags, effectKind} from '../../../src/lib/unit/docker/docker-flags.ts'
import {Fault} from '../../../src/lib/unit/fault.ts'
import {splitWords} from '../../../src/lib/unit/service/exec-words.ts'
import {busyboxImage} from '../../fakes/busybox-image.ts'
import {type DockerRoom, openDockerRoom} from '../../fakes/docker-room.ts'
import {
  closeRoom,
  createdByCommandLine,
  createdByUs,
  expectAlike,
  findCommandLine,
  type Line,
  makeNeighbours,
} from './cli-oracle.ts'
import {otherLines, refusedLines, runLines} from './run-lines.ts'

const cli = await findCommandLine()
let room: DockerRoom
let directory: string
const atOnce = new Limiter(4)

test('has a line for every flag that is translated', () => {
  const translated = Object.entries(dockerFlags).flatMap(([name, flag]) => (effectKind(flag) === 'translated' ? [name] : []))
  expect(Object.keys(runLines).sort()).toEqual(translated.filter(name => !elsewhere.includes(name)).sort())
})

/** Flags that no docker command line of today has, or that the daemon of the tests does not know: unit tests have them. */
const elsewhere = ['annotation', 'cpuset', 'networking']

describe.skipIf(cli === undefined)(`what docker create ${cli?.version} makes is what we make`, () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meissa-oracle-'))
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)))
    await mkdir(join(directory, 'sub'))
    room = await openDockerRoom()
    await makeNeighbours(room)
  })
  afterAll(async () => {
    if (room !== undefined) await closeRoom(room)
    await rm(directory, {recursive: true, force: true})
  })

  /** The lines that are no mistakes: Docker makes a container of them, or this command line does not know them. */
  const made = new Set<string>()
  const cases = [...Object.entries(runLines).flatMap(([, lines]) => lines), ...otherLines]
  test.concurrent.for([...new Set(cases)])('%s', async (flags, {skip}) => {
    if (cli === undefined) return
    const line = lineOf(flags)
    const [theirs, ours] = await atOnce.run(async () => [
      await createdByCommandLine(room, cli, line),
      await createdByUs(room, line),
    ])
    if ('inspected' in theirs || cannotSay.test(theirs.refusal)) made.add(flags)
    if ('refusal' in theirs && cannotSay.test(theirs.refusal)) return skip(theirs.refusal)
    expectAlike(theirs, ours)
  })

  test('and each flag has a line that makes one', () => {
    const never = Object.entries(runLines).flatMap(([name, lines]) => (lines.some(line => made.has(line)) ? [] : [name]))
    // Docker refuses it in the same words: it needs a file system with quotas.
    expect(never).toEqual(['storage-opt'])
  })

  test.each(refusedLines)('but not $line: $why', async ({line}) => {
    expect(await createdByUs(room, lineOf(line))).toHaveProperty('refusal')
  })
})

/** How a command line that is older than a flag, or newer than the daemon, answers. */
const cannotSay = /unknown flag: --|requires API version/

function lineOf(flags: string): Line {
  const words = splitWords(flags)
  if (words instanceof Fault) throw new Error(words.message)
  const placed = words.map(word =>
    word
      .replaceAll('DIR', directory)
      .replaceAll('NET', `${room.cluster}-net`)
      .replace(/(?<![-\w])(other|named|opted|quoted)(?![-\w])/, `${room.cluster}-$1`),
  )
  return {words: [...placed, busyboxImage, 'sleep', '1'], environment: {GIVEN: 'by the process'}}
}

const files: Readonly<Record<string, string>> = {
  env: '# comment\nPLAIN=1\n  INDENTED=2 \nQUOTED="in quotes"\nSPACED= x y \nEMPTY=\nGIVEN\nNOT_GIVEN\n\nHASH=a#b\n',
  more: 'PLAIN=more\n',
  bad: 'A=1\nno name=2\n',
  labels: 'a=1\n# comment\nb="2"\nalone\nc=d=e\n',
  'seccomp.json': '{\n  "defaultAction": "SCMP_ACT_ALLOW",\n  "syscalls": []\n}\n',
}
