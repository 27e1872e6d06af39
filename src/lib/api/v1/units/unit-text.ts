import type {ClusterView} from '../../../cluster/view.ts'
import {describeProblem} from '../../../unit/describe-problem.ts'
import {parseUnitFile} from '../../../unit/file.ts'
import {parseUnitName} from '../../../unit/names.ts'
import {understandUnit} from '../../../unit/parse-unit.ts'
import {RefusedFile} from '../errors.ts'

/** What is odd in a unit file that the cluster takes. Throws RefusedFile with every problem of one that it does not. */
export function checkUnitText(name: string, text: string): readonly string[] {
  const {problems} = understandUnit(name, parseUnitFile(text))
  if (problems.some(({severity}) => severity === 'error')) throw new RefusedFile(name, problems)
  return problems.filter(({severity}) => severity === 'warning').map(problem => describeProblem(name, problem))
}

/** The file of the template that an instance comes from, if the cluster has it. */
export function templateFile(view: ClusterView, name: string): {readonly hash: string; readonly text: string} | undefined {
  const {template} = parseUnitName(name)
  const hash = template === undefined ? undefined : view.units.get(template)?.file
  const text = hash === undefined ? undefined : view.files.get(hash)
  return hash === undefined || text === undefined ? undefined : {hash, text}
}
