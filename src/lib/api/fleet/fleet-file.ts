import type {ClusterView} from '../../cluster/view.ts'
import {goObject, goText} from '../../fleet/json.ts'
import {type FleetOption, isGlobal, optionsHash} from '../../fleet/options.ts'
import {optionsOf} from '../../fleet/stored-text.ts'

/** A unit file as fleet's API shows it. */
export interface FleetFile {
  /** The options as JSON. */
  readonly json: string
  /** fleet's hash of them: 40 hex digits. */
  readonly hash: string
  readonly global: boolean
}

/** Unit files as fleet shows them, each made once: thousands of instances share the file of a template. */
export class FleetFiles {
  readonly #files = new Map<string, FleetFile>()

  /** The file of a hash of ours; undefined when the cluster does not have it. */
  of(view: ClusterView, hash: string): FleetFile | undefined {
    const text = view.files.get(hash)
    if (text === undefined) return undefined
    const known = this.#files.get(hash)
    if (known !== undefined) return known
    const made = fleetFile(optionsOf(text))
    this.#tidy(view)
    this.#files.set(hash, made)
    return made
  }

  /** Forgets files that are gone, once they are many. */
  #tidy(view: ClusterView): void {
    if (this.#files.size < 2 * view.files.size + 100) return
    for (const hash of this.#files.keys()) if (!view.files.has(hash)) this.#files.delete(hash)
  }
}

function fleetFile(options: readonly FleetOption[]): FleetFile {
  const each = options.map(({section, name, value}) =>
    goObject({name: goText(name), section: goText(section), value: goText(value)}),
  )
  return {json: `[${each.join(',')}]`, hash: optionsHash(options), global: isGlobal(options)}
}
