/** How often a property is tried: as `PROPERTY_RUNS` says, for who has the time, else `few`. */
export function propertyRuns(few: number): {readonly numRuns: number} {
  return {numRuns: Number(process.env.PROPERTY_RUNS ?? few)}
}
