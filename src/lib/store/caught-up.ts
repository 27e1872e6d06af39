import type {Mirror} from './mirror.ts'
import type {Listing} from './store.ts'

/**
 * Tells whether a mirror shows what a listing does, or newer, which its own revision does not tell: that says nothing of what it
 * has yet to hear. A mirror hears in order, so that whatever it lacks is a key that is newer in the listing, or one that is gone from it.
 */
export function caughtUpWith(mirror: Pick<Mirror, 'entries' | 'revision'>, {entries, revision}: Listing): () => boolean {
  const listed = new Map(entries.map(entry => [entry.key, entry.modRevision]))
  const isLacking = (key: string): boolean => {
    const [here, there] = [mirror.entries.get(key), listed.get(key)]
    if (there === undefined) return here !== undefined && here.createRevision <= revision
    return here === undefined ? mirror.revision <= revision : here.modRevision < there
  }
  const allLacking = () => [...new Set([...listed.keys(), ...mirror.entries.keys()])].filter(isLacking)
  let lacking = allLacking()
  return () => {
    lacking = lacking.filter(isLacking)
    // What came and went meanwhile is seen by looking at everything again.
    if (lacking.length === 0) lacking = allLacking()
    return lacking.length === 0
  }
}
