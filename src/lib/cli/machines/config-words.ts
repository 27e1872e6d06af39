import {UsageError} from '../../base/errors.ts'
import type {ClusterSettings} from '../../cluster/model.ts'

/** What is set for the whole cluster by words such as `strategy=binpack`. Throws UsageError for others. */
export function parseConfigWords(words: readonly string[]): ClusterSettings {
  return Object.assign({}, ...words.map(parseConfigWord))
}

/** `strategy=spread`, `rebalance=off`: one line each, what is not set as it is then. */
export function renderConfig({strategy = 'spread', rebalance = false}: ClusterSettings): string {
  return `strategy=${strategy}\nrebalance=${rebalance ? 'on' : 'off'}`
}

function parseConfigWord(word: string): ClusterSettings {
  switch (word) {
    case 'strategy=spread':
      return {strategy: 'spread'}
    case 'strategy=binpack':
      return {strategy: 'binpack'}
    case 'rebalance=on':
      return {rebalance: true}
    case 'rebalance=off':
      return {rebalance: false}
    default:
      throw new UsageError(`${JSON.stringify(word)} is nothing to set`, {
        hint: 'strategy=spread, strategy=binpack, rebalance=on, rebalance=off',
      })
  }
}
