import {expect, test} from 'vitest'
import {Batch} from '../../../src/lib/drivers/systemd/batch.ts'
import {until} from '../../fakes/until.ts'

/** Rounds that end when they are told to, and the order of what happened. */
function rounds() {
  const begun: PromiseWithResolvers<void>[] = []
  const order: string[] = []
  const batch = new Batch(async () => {
    const round = Promise.withResolvers<void>()
    const number = begun.push(round)
    order.push(`${number} begins`)
    await round.promise
    order.push(`${number} ends`)
  }, 1)
  const nth = async (number: number) => {
    await until(`round ${number} has begun`, () => begun.length >= number)
    const round = begun[number - 1]
    if (round === undefined) throw new Error('it has begun')
    return round
  }
  return {batch, begun, order, nth}
}

test('those who ask together share a round', async () => {
  const {batch, begun, nth} = rounds()
  const asked = [batch.request(), batch.request(), batch.request()]
  ;(await nth(1)).resolve()
  await Promise.all(asked)
  expect(begun).toHaveLength(1)
})

test('who asks during a round waits for the next, which begins when the one before is over', async () => {
  const {batch, order, nth} = rounds()
  const first = batch.request().then(() => order.push('first has it'))
  const one = await nth(1)
  const others = [batch.request(), batch.request()]
  one.resolve()
  await first
  ;(await nth(2)).resolve()
  await Promise.all(others)
  expect(order.filter(event => event !== 'first has it')).toEqual(['1 begins', '1 ends', '2 begins', '2 ends'])
  expect(order.indexOf('first has it')).toBeLessThan(order.indexOf('2 ends'))
})

test('a failure is told to those of its round and to no one else', async () => {
  const {batch, nth} = rounds()
  const failing = batch.request()
  const one = await nth(1)
  const after = batch.request()
  one.reject(new Error('no'))
  await expect(failing).rejects.toThrow('no')
  ;(await nth(2)).resolve()
  await after
})
