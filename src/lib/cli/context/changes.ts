import {ConflictError, NotFoundError, UsageError} from '../../base/errors.ts'
import {parseEndpoints} from '../../store/etcd/options.ts'
import {flagValues} from './choice.ts'
import {changeContexts, contextNamed, readContexts, withFiles} from './contexts.ts'
import type {Settings} from './settings.ts'
import {type ContextRow, contextRow, splitEndpoints} from './view.ts'

/**
 * Keeps a context, its files by their absolute paths; the first one is the current one from then on. Returns whether it is.
 * Throws UsageError for settings that cannot be, ConflictError for a name that is taken.
 */
export async function addContext(name: string, given: Settings, {replace}: {readonly replace: boolean}): Promise<boolean> {
  if (!/^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new UsageError(`${JSON.stringify(name)} cannot be a name`, {
      hint: 'begin with a letter; then letters, digits and . _ -',
    })
  checkSettings(given)
  const {contexts, current} = await readContexts()
  if (contexts.has(name) && !replace)
    throw new ConflictError(`there is a context ${name} already`, {hint: '--replace replaces it'})
  const becomesCurrent = contexts.size === 0 || current === name
  await changeContexts([
    {kind: 'set', name, settings: withFiles(given, process.cwd())},
    ...(becomesCurrent ? [{kind: 'use', name} as const] : []),
  ])
  return becomesCurrent
}

/** A context by its name; without one that of CTL_CONTEXT, else the current one. Throws NotFoundError when there is none. */
export async function shownContext(name: string | undefined): Promise<ContextRow> {
  const contexts = await readContexts()
  const shown = name ?? (process.env.CTL_CONTEXT || contexts.current)
  if (shown === undefined)
    throw new NotFoundError('no context is the current one', {
      hint: '`ctl context list` shows them, `ctl context use` chooses one',
    })
  return contextRow(shown, contextNamed(contexts, shown), shown === contexts.current)
}

/** Makes a context the current one. Throws NotFoundError for one that is not kept. */
export async function useContext(name: string): Promise<void> {
  contextNamed(await readContexts(), name)
  await changeContexts([{kind: 'use', name}])
}

/** Forgets contexts; returns the current one if it is among them. Throws NotFoundError before any is forgotten. */
export async function removeContexts(names: readonly string[]): Promise<string | undefined> {
  const contexts = await readContexts()
  for (const name of names) contextNamed(contexts, name)
  const gone = names.find(name => name === contexts.current)
  await changeContexts([
    ...[...new Set(names)].map(name => ({kind: 'remove', name}) as const),
    ...(gone === undefined ? [] : [{kind: 'use', name: undefined} as const]),
  ])
  return gone
}

function checkSettings(settings: Settings): void {
  const {endpoints, tunnel, cert, key, user} = settings
  if (endpoints === undefined && tunnel === undefined)
    throw new UsageError('nothing says where the cluster is', {hint: 'give --endpoints, or --tunnel, or both'})
  if (endpoints !== undefined) parseEndpoints({endpoints: splitEndpoints(endpoints)})
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('--cert and --key go together', {hint: 'give both, or neither'})
  if (user !== undefined && user.indexOf(':') <= 0) throw new UsageError('--user: write it as name:password')
  flagValues(settings)
}
