import {expect, test} from 'vitest'
import {NotFoundError} from '../../src/lib/base/errors.ts'
import {wishFor} from '../../src/lib/cluster/desire.ts'
import {readFiles} from '../../src/lib/cluster/read.ts'
import {describeUnknownUnits} from '../../src/lib/cluster/unknown-units.ts'
import {MemoryStore} from '../../src/lib/store/memory.ts'
import {recordEntry} from '../fakes/stored-cluster.ts'

const known = ['web@10.service', 'web@2.service', 'web@1.service', 'web@.service', 'db.service', 'mail.socket']
const look = '`ctl list-unit-files` shows what is known'

test.each<[unknown: readonly string[], message: string, hint: string]>([
  [['dc.service'], 'dc.service: no such unit', `did you mean db.service? ${look}`],
  [['DB.service'], 'DB.service: no such unit', `did you mean db.service? ${look}`],
  [['wbe@1.service'], 'wbe@1.service: no such unit', `did you mean web@1.service or web@.service or web@2.service? ${look}`],
  [['web@3.service'], 'web@3.service: no such unit', `did you mean web@.service or web@1.service or web@2.service? ${look}`],
  [['mail.service'], 'mail.service: no such unit', look],
  [['nobody.service', 'dv.service'], 'nobody.service, dv.service: no such units', `did you mean db.service? ${look}`],
  [['x*.service'], 'x*.service: no known unit matches', look],
])('%j', (unknown, message, hint) => {
  const error = describeUnknownUnits(unknown, known)
  expect(error).toBeInstanceOf(NotFoundError)
  expect(error).toMatchObject({message, hint})
})

test('what came of it ends the sentence', () => {
  expect(describeUnknownUnits(['x.service'], [], 'nothing was changed').message).toBe(
    'x.service: no such unit; nothing was changed',
  )
})

test('among ten thousand names the nearest are found in less than a second', () => {
  const many = Array.from({length: 10_000}, (_, index) => `web@${index}.service`)
  const begun = performance.now()
  expect(describeUnknownUnits(['wbe@9999.service'], many).hint).toContain('did you mean web@9999.service')
  expect(performance.now() - begun).toBeLessThan(1000)
})

const signal = new AbortController().signal
test.each<[who: string, act: (store: MemoryStore) => Promise<unknown>, message: string]>([
  ['a wish', store => wishFor(store, ['dc.service'], 'stop', signal), 'dc.service: no such unit; nothing was changed'],
  ['a reader of files', store => readFiles(store, ['dc.service'], signal), 'dc.service: no such unit'],
])('%s tells it alike', async (_, act, message) => {
  const store = new MemoryStore()
  try {
    await store.commit([], [{kind: 'put', ...recordEntry('db.service')}])
    await expect(act(store)).rejects.toMatchObject({message, hint: `did you mean db.service? ${look}`})
  } finally {
    store.close()
  }
})
