/** The keys of [X-Fleet]. */
export const placementKeys = [
  'MachineID',
  'MachineOf',
  'MachineMetadata',
  'Conflicts',
  'Global',
  'Replaces',
  'OnDisconnect',
  'Requests',
  'Ports',
  'MaxPerMachine',
  'MaxPer',
  'Spread',
  'Prefer',
  'Near',
  'Away',
  'Strategy',
  'Priority',
  'KeepAtLeast',
  'Sticky',
] as const
export type PlacementKey = (typeof placementKeys)[number]

/** Deprecated spellings, in fleet still valid. */
const aliases = {
  'X-ConditionMachineID': 'MachineID',
  'X-ConditionMachineBootID': 'MachineID',
  'X-ConditionMachineOf': 'MachineOf',
  'X-ConditionMachineMetadata': 'MachineMetadata',
  'X-Conflicts': 'Conflicts',
} as const

/** What a spelling stands for. Of MachineID's the first that is given in this order wins; the others add up. */
export const placementSpellings: ReadonlyMap<string, PlacementKey> = new Map([
  ...placementKeys.map(key => [key, key] as const),
  ...Object.entries(aliases),
])

/** All spellings. */
export const fleetKeys: readonly string[] = [...placementSpellings.keys()]
