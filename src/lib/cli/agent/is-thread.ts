/** The word that threads of the agent's process are begun with. */
export const threadWord = '(thread)'

/** Whether this is such a thread. Asking Node alone would load what only agents need, at the start of every command. */
export function isThread(): boolean {
  return process.argv[2] === threadWord && !process.getBuiltinModule('node:worker_threads').isMainThread
}
