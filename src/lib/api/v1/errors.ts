import {describeProblem} from '../../unit/describe-problem.ts'
import type {Problem} from '../../unit/unit.ts'
import {type Answer, HttpError, jsonAnswer} from '../http.ts'

/** Codes by HTTP's status, after ctl's exit codes where there is one. */
const codes: ReadonlyMap<number, string> = new Map([
  [400, 'usage'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [409, 'conflict'],
  [410, 'compacted'],
  [412, 'conflict'],
  [500, 'bug'],
  [503, 'unreachable'],
  [504, 'timeout'],
])

/** A unit file that the cluster does not take, with everything that is wrong with it. */
export class RefusedFile extends HttpError {
  readonly problems: readonly Problem[]

  constructor(name: string, problems: readonly Problem[]) {
    const errors = problems.filter(({severity}) => severity === 'error').map(problem => describeProblem(name, problem))
    super(400, errors.join('\n'), {hint: 'nothing was changed'})
    this.problems = problems
  }
}

/** `{"error": {"code": …, "message": …, "hint": …}}`. */
export function errorAnswer(error: HttpError): Answer {
  const {status, message, headers} = error
  const hint = error.hint ?? (status === 404 ? 'GET /v1/openapi.json tells what there is' : undefined)
  const body = {
    code: codes.get(status) ?? (status < 500 ? 'usage' : 'bug'),
    message,
    ...(hint === undefined ? {} : {hint}),
    ...(error instanceof RefusedFile ? {problems: error.problems} : {}),
  }
  return jsonAnswer({error: body}, status, headers)
}
