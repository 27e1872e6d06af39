import {connect} from 'node:net'
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import {expect, onTestFinished, test} from 'vitest'
import {fleetFamilies} from '../../../src/lib/api/fleet/fleet-family.ts'
import {LiveCluster} from '../../../src/lib/api/live-cluster.ts'
import {v1Family} from '../../../src/lib/api/v1/family.ts'
import {plainFamily} from '../../../src/lib/api/v1/plain/family.ts'
import {lineLog} from '../../../src/lib/base/log.ts'
import {Metrics} from '../../../src/lib/base/metrics.ts'
import {MemoryStore} from '../../../src/lib/store/memory.ts'
import {type Attack, Attacker} from './fuzz-requests.ts'
import {ask, openTestServer} from './test-server.ts'

const runs = Number(process.env.API_FUZZ_RUNS ?? 2000)
const seed = Number(process.env.API_FUZZ_SEED ?? 1)
const width = 64
/** Attacks after which the store is emptied, so that what they created is not taken for what was lost. */
const round = 1000

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

test(`${runs} wrong requests break nothing, are never told of a bug, and leave nothing behind`, async () => {
  const store = new MemoryStore()
  const log: string[] = []
  const cluster = new LiveCluster({
    store,
    log: lineLog(line => log.push(line), 'warning'),
    monotonic: () => performance.now(),
  })
  onTestFinished(() => {
    cluster.close()
    store.close()
  })
  const context = {
    cluster,
    machine: 'm1',
    version: '1',
    log: lineLog(line => log.push(line), 'warning'),
    metrics: new Metrics(),
    now: Date.now,
    unready: () => undefined,
    use: async () => [],
  }
  const families = [plainFamily(context), v1Family(context), ...fleetFamilies(context)]
  const {socketPath, log: serverLog} = await openTestServer({
    families,
    limits: {headerTime: 100, requestTime: 150, idleTime: 100},
    logLevel: 'warning',
  })
  const attacker = new Attacker(
    families.flatMap(family => family.routes),
    seed,
  )
  const statuses = new Map<string, number>()
  const bugs: string[] = []
  const levels: number[] = []
  for (let done = 0; done < runs; ) {
    const until = Math.min(runs, done + round)
    await Promise.all(
      Array.from({length: width}, async () => {
        while (done < until) {
          done++
          const attack = attacker.next()
          const answer = await send(socketPath, attack)
          for (const [, status = ''] of answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
            statuses.set(status, (statuses.get(status) ?? 0) + 1)
            if (status === '500') bugs.push(`${attack.kind}: ${Buffer.concat(attack.pieces).toString('latin1').slice(0, 600)}`)
          }
        }
      }),
    )
    await empty(store)
    if (done >= ((levels.length + 1) * runs) / 10) levels.push(await heapLevel())
  }
  const failures = serverLog.filter(line => line.includes(' error '))
  process.stdout.write(
    `fuzz: ${runs} attacks, answers ${JSON.stringify(Object.fromEntries([...statuses].sort()))}, heap ${levels.map(level => `${(level / 2 ** 20).toFixed(1)} MiB`).join(' → ')}\n`,
  )
  expect(bugs.slice(0, 3)).toEqual([])
  expect(failures.slice(0, 3)).toEqual([])
  expect(log).toEqual([])
  expect(await ask({socketPath, path: '/healthz'})).toMatchObject({status: 200})
  const [early = 0] = levels
  expect(levels.at(-1)).toBeLessThan(early * 1.1 + 4 * 2 ** 20)
}, 1_200_000)

/** Carries an attack out and gives what came back, for at most so long as the server bears it. */
function send(path: string, {pieces, afterwards}: Attack): Promise<string> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    const socket = connect(path)
    const finish = () => {
      clearTimeout(late)
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('latin1'))
    }
    const late = setTimeout(finish, 400)
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('error', () => {})
    socket.once('end', finish)
    socket.once('close', finish)
    for (const piece of pieces) socket.write(piece)
    if (afterwards === 'end') socket.end()
    if (afterwards === 'destroy') setImmediate(finish)
  })
}

async function empty(store: MemoryStore): Promise<void> {
  const {entries} = await store.list([''])
  for (let at = 0; at < entries.length; at += 100)
    await store.commit(
      [],
      entries.slice(at, at + 100).map(({key}) => ({kind: 'delete' as const, key})),
    )
  store.compact(store.revision)
}

async function heapLevel(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < 3; times++) {
    await new Promise(resolve => setTimeout(resolve, 300))
    collectGarbage()
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}
